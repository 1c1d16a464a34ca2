"""The pages Watch and From try to use, with a model that was really trained."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from scalearn_core.watch import log
from scalearn_ui import text
from tests.ui.conftest import Open, result_of


@pytest.fixture
def model_id(trained: str) -> Iterator[str]:
    """The trained model, of which no answers are kept when the test ends."""
    found = str(result_of(trained)["model_id"])
    yield found
    log.forget(found)
    log.set_mode(found, "off")


def answers(model_id: str, labels: list[str], *, confidence: float = 0.9, days: range = range(35)) -> None:
    for day in days:
        texts = [f"text {number}" for number in range(6)]
        given = [(labels[number % len(labels)],) for number in range(6)]
        moment = datetime.now(UTC) - timedelta(days=day)
        log.keep(model_id, texts, given, [confidence] * 6, now=moment)


def test_answers_are_kept_once_somebody_chooses_so(
    studio: Open, trained: str, model_id: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "first_language", lambda: language)
    words = text.sentences(language)
    app = studio("watch", language, run=trained)
    assert app.info[0].value == words["watch.nothing.text"]
    app.get_by_key("watch_mode").set_value("hashed").run()
    assert not app.exception
    assert log.mode_of(model_id) == "hashed"
    assert words["watch.mode.hashed.text"] in [caption.value for caption in app.caption]


def test_a_usual_and_an_unusual_week(studio: Open, trained: str, model_id: str, language: str) -> None:
    words, labels = text.sentences(language), result_of(trained)["dataset"]["labels"]
    log.set_mode(model_id, "hashed")
    answers(model_id, labels)
    app = studio("watch", language, run=trained)
    assert not app.exception
    assert app.info and not app.success, "without texts nobody can say that all is as usual"
    log.forget(model_id)
    answers(model_id, labels, days=range(7, 35))
    answers(model_id, labels[:1], confidence=0.5, days=range(7))
    app = studio("watch", language, run=trained)
    assert not app.exception
    assert app.warning
    assert words["watch.alarm.categories"] in [line.value for line in app.markdown]


def test_texts_are_compared_by_a_process_of_its_own(
    studio: Open, trained: str, model_id: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "first_language", lambda: language)
    words, labels = text.sentences(language), result_of(trained)["dataset"]["labels"]
    log.set_mode(model_id, "full")
    answers(model_id, labels)
    app = studio("watch", language, run=trained)
    assert app.info and not app.success
    app.button(key="watch_compare").click().run()
    assert not app.exception and not app.error
    assert app.success
    alike = words["watch.inputs.alike"].split("（")[0].split("(")[0].strip()
    assert any(line.value.startswith(alike) for line in app.markdown)


def test_the_way_says_what_is_missing_and_a_sentence_for_each_stage(
    studio: Open, trained: str, language: str
) -> None:
    words = text.sentences(language)
    app = studio("path", language, run=trained)
    assert not app.exception
    lines = " ".join(line.value for line in app.markdown)
    for stage in ("try", "prove", "approve", "use", "watch"):
        assert words[f"path.{stage}"] in lines
    opening = words["path.say"].split("{")[0]
    assert lines.count(opening) == 5
    right = result_of(trained)["scores"]["scalearn"]["accuracy"]["value"]
    assert f"{100 * right:.0f}%" in lines


def test_home_leads_to_the_way(studio: Open, trained: str, language: str) -> None:
    app = studio("home", language)
    assert text.sentences(language)["home.path"] in [button.label for button in app.button]
