"""A trained model on another table, and what the languages of texts mean for it."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from scalearn_core import runs
from scalearn_core.encoders.cards import ENGLISH, MULTILINGUAL
from scalearn_core.records.tables import TableEvaluation
from scalearn_ui import text
from tests.records import filled, training
from tests.ui.conftest import Open, small_table, wait_for_end

JAPANESE = [
    "プリンターの調子が悪いので見てください。",
    "パスワードを忘れてしまいました。",
    "請求書の金額が違います。",
]


def result_of(run_id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((runs.folder(run_id) / "result.json").read_text("utf-8"))
    return found


def table(labels: list[str], texts: list[str] | None = None) -> bytes:
    """12 labelled rows, the label first; by default texts the model has not seen."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["topic", "body"])
    for i in range(12):
        told = f"{texts[i % len(texts)]}{i}" if texts else f"=please have a look at number {i}, it stopped working"
        writer.writerow([labels[i % len(labels)], told])
    return out.getvalue().encode()


READ: dict[str, Callable[[Any], object]] = {
    "found": training,
    "result": lambda content: filled(TableEvaluation, content),
}
"""Of what stands in the session for a page, that which it takes as a record."""


def draw(page: Callable[[], None], language: str, **values: object) -> AppTest:
    app = AppTest.from_function(page, default_timeout=60)
    app.context = {"locale": language}
    for name, value in values.items():
        app.session_state[name] = READ[name](value) if name in READ else value
    return app.run()


@pytest.fixture
def own_home(trained: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The trained run in a workspace that a test may add runs to."""
    shutil.copytree(runs.folder(trained).parents[1], tmp_path / "home")
    monkeypatch.setenv("SCALEARN_HOME", str(tmp_path / "home"))
    return trained


def finished(app: AppTest) -> AppTest:
    """The page once the evaluation it started is done."""
    wait_for_end(runs.recent(1, "evaluate")[0].id)
    return app.run()


def test_a_model_is_tried_on_another_table(studio: Open, own_home: str, language: str) -> None:
    words, labels = text.sentences(language), result_of(own_home)["dataset"]["labels"]
    app = studio("results", language, run=own_home, view="elsewhere")
    assert words["other_table.title"] in [heading.value for heading in app.subheader]
    app.file_uploader(key="evaluate_file").upload("neu.csv", table(labels)).run()
    chosen = app.multiselect(key="evaluate_text_column").value, app.selectbox(key="evaluate_label_column").value
    assert chosen == (
        ["body"],
        "topic",
    )
    app.button(key="start_evaluation").click().run()
    app = finished(
        studio("results", language, run=own_home, view="elsewhere")
    )  # another session finds it, as after a refresh
    assert not app.error and not app.exception
    run = runs.recent(1, "evaluate")[0]
    result = result_of(run.id)
    assert (run.status, result["n"], result["cross_language"], result["learned_from"]) == (
        "succeeded",
        12,
        False,
        0,
    )
    score = text.points(result["macro_f1"]["value"])
    (told,) = (line.value for line in app.markdown if f"**{score}" in line.value and "95%" in line.value)
    assert words["language.en"] in told and "{" not in told
    assert words["other_table.across"].split("{")[0] not in told
    assert len(app.table[-1].value) == len(labels), "the classes, behind an expander"
    assert app.download_button(key=f"download_{run.id}").label == words["other_table.download"]
    written = (runs.folder(run.id) / "predictions.csv").read_text("utf-8-sig").splitlines()
    assert written[1].split(",")[1].startswith("\"'=please"), "safe to open in a spreadsheet"

    home = studio("home", language)
    assert words["home.next.results.title"] in [heading.value for heading in home.subheader], (
        "no training by itself"
    )
    page = studio("run", language, run=run.id)
    page.button(key="to_results").click().run()
    assert page.title[0].value == words["results.title"]
    assert (
        len(studio("results", language, run=run.id, view="elsewhere").selectbox(key="chosen_model").options) == 1
    )


def test_another_language_is_named_as_such(studio: Open, own_home: str) -> None:
    words, labels = text.sentences("en"), result_of(own_home)["dataset"]["labels"]
    app = studio("results", run=own_home, view="elsewhere")
    app.file_uploader(key="evaluate_file").upload("ja.csv", table(labels, JAPANESE)).run()
    unread = words["classify.unread"].format(languages="Japanese", encoder=MULTILINGUAL.title["en"])
    assert [warning.value for warning in app.warning] == [unread]
    app.button(key="start_evaluation").click().run()
    app = finished(app)
    assert words["other_table.across"].split("{")[0] + "English" in "".join(line.value for line in app.markdown)
    assert unread in [warning.value for warning in app.warning]


def test_a_table_that_does_not_fit_is_told_before_anything_starts(studio: Open, own_home: str) -> None:
    app = studio("results", run=own_home, view="elsewhere")
    app.file_uploader(key="evaluate_file").upload("x.csv", table(["sofas", "chairs"])).run()
    assert "categories the model does not know: chairs, sofas" in app.error[0].value
    assert not runs.recent(1, "evaluate")
    assert app.selectbox(key="chosen_model"), "the rest of the page stays"


def test_what_the_model_learned_from_is_no_test(studio: Open, own_home: str) -> None:
    app = studio("results", run=own_home, view="elsewhere")
    app.file_uploader(key="evaluate_file").upload("same.csv", small_table()).run()
    app.button(key="start_evaluation").click().run()
    app = finished(app)
    assert text.sentences("en")["other_table.same_table"] in [warning.value for warning in app.warning]


def test_a_test_that_failed_or_was_stopped_is_told(studio: Open, own_home: str) -> None:
    runs.submit("evaluate", {"model_run": own_home, "upload": "0" * 16, "text": "a", "label": "b", "name": "n"},
                title="gone.csv")  # fmt: skip
    app = finished(studio("results", run=own_home, view="elsewhere"))
    assert [error.value for error in app.error] == [
        text.sentences("en")["error.data.unknown_upload"].format(upload="0" * 16)
    ]
    assert app.file_uploader(key="evaluate_file")


def box_page() -> None:
    import streamlit as st

    from scalearn_ui.views.results import evidence, other_table

    st.markdown(other_table._sentence(st.session_state["result"]))
    evidence.language_table(st.session_state["result"].scores_by_language)


SCORE = {"value": 0.861, "low": 0.81, "high": 0.9}
RESULT = {
    "n": 204,
    "macro_f1": SCORE,
    "frozen_head": {"macro_f1": {"value": 0.852, "low": 0.8, "high": 0.9}},
    "comparison": {
        "difference": 0.009,
        "low": -0.02,
        "high": 0.04,
        "verdict": "no_difference",
        "disagreements": 9,
    },
    "languages": {"ja": 1.0},
    "training_languages": {"en": 1.0},
    "cross_language": True,
    "scores_by_language": [],
}


def test_the_sentence_of_a_test_across_languages() -> None:
    (told,) = (line.value for line in draw(box_page, "en", result=RESULT).markdown)
    assert told == (
        "**Across languages:** learned from English, tested on 204 documents in Japanese. The score is **86.1** "
        "out of 100 (95% interval 81 to 90). The plain classifier scores 85.2; the difference may be chance "
        "(+0.9 points, −2.0 to +4.0)."
    )


@pytest.mark.parametrize("verdict", ["better", "worse", "same_answers", None])
def test_the_plain_classifier_stands_in_every_sentence(verdict: str | None, language: str) -> None:
    comparison: dict[str, Any] | None = None
    if verdict == "same_answers":
        comparison = {**RESULT["comparison"], "difference": 0, "disagreements": 0}  # type: ignore[dict-item]
    elif verdict:
        comparison = {**RESULT["comparison"], "verdict": verdict}  # type: ignore[dict-item]
    result = {**RESULT, "comparison": comparison, "frozen_head": RESULT["frozen_head"] if verdict else None}
    for languages in ({"ja": 1.0}, {}):
        (line,) = draw(
            box_page, language, result={**result, "cross_language": False, "languages": languages}
        ).markdown
        expected = text.sentences(language)[f"other_table.plain.{verdict or 'unknown'}"]
        assert line.value.endswith(expected.format(other="85.2", difference="+0.9", low="−2.0", high="+4.0"))


def test_scores_by_language_are_a_table(language: str) -> None:
    scores = {name: {"macro_f1": SCORE} for name in ("scalearn", "frozen_head", "majority")}
    rows = [{"language": code, "documents": 20, "scores": scores} for code in ("ja", "eu")]
    shown = draw(box_page, language, result={**RESULT, "scores_by_language": rows}).table[0].value
    words = text.sentences(language)
    assert list(shown.columns) == [words[f"column.{name}"] for name in ("language", "support", "ours", "plain")]
    assert shown.iloc[:, 0].tolist() == [words["language.ja"], words["language.eu"]]
    assert shown.iloc[0, 2] == words["number.interval"].format(value="86.1", low="81", high="90")


def verdict_page() -> None:
    import streamlit as st

    from scalearn_ui.views.results import verdict

    verdict.verdict(st.session_state["found"])


def test_results_warn_of_documents_the_encoder_does_not_read(trained: str, language: str) -> None:
    words, found = text.sentences(language), result_of(trained)
    found["dataset"]["unknown_share"] = 0.3
    foreign = words["results.foreign"].format(share="30")
    for languages, encoder, told in (
        ({"en": 0.4, "ja": 0.6}, ENGLISH, words["results.unread"].split("{")[1].split("}")[1][:8]),
        ({"en": 0.4, "ja": 0.6}, MULTILINGUAL, None),
        ({"en": 0.97}, ENGLISH, None),
        ({}, ENGLISH, foreign),
    ):
        found |= {
            "languages": languages,
            "encoder": {**found["encoder"], "key": encoder.key, "name": encoder.name},
        }
        warnings = [warning.value for warning in draw(verdict_page, language, found=found).warning]
        assert len(warnings) == (told is not None), languages
        assert told is None or told in warnings[0]
    found["encoder"] |= {"key": None, "name": "own"}
    found["languages"] = {"ja": 1.0}
    assert [warning.value for warning in draw(verdict_page, language, found=found).warning] == [foreign]


def note_page() -> None:
    import streamlit as st

    from scalearn_ui.parts import language_note

    state = st.session_state
    language_note.draw(state["found"], state["shares"], state["tested"], what="table")


@pytest.mark.parametrize(
    "shares, learned, encoder, tested, expected",
    [
        ({"ja": 1.0}, {"en": 1.0}, ENGLISH, [], "classify.unread"),
        ({"tlh": 1.0}, {"en": 1.0}, MULTILINGUAL, [], "classify.unread_by_all"),
        ({"de": 1.0}, {"ja": 1.0}, MULTILINGUAL, [], "classify.untested.table"),
        ({"de": 1.0}, {"ja": 1.0}, MULTILINGUAL, ["de"], None),
        ({"ja": 1.0}, {"ja": 1.0}, MULTILINGUAL, [], None),
        ({"ja": 0.96, "de": 0.04}, {"ja": 1.0}, MULTILINGUAL, [], None),
        ({"de": 1.0}, {}, MULTILINGUAL, [], None),
        ({}, {"ja": 1.0}, ENGLISH, [], None),
    ],
)
def test_what_the_language_of_texts_means_for_a_model(
    shares: dict[str, float], learned: dict[str, float], encoder: Any, tested: list[str], expected: str | None,
    language: str,
) -> None:  # fmt: skip
    found = {"encoder": {"key": encoder.key, "name": encoder.name}, "languages": learned}
    app = draw(note_page, language, found=found, shares=shares, tested=tested)
    assert not app.exception
    said = [*app.warning, *app.info]
    assert len(said) == (expected is not None)
    if expected:
        known = text.sentences(language)
        parts = [part.split("{")[0] for part in known[expected].split("}")]
        assert all(part in said[0].value for part in parts)


@pytest.mark.parametrize(
    "given, told",
    [
        ("三階のプリンターが動きません。", True),
        ("Der Drucker im dritten Stock druckt schon wieder nicht.", True),
        ("The printer on the third floor does not work.", False),
        ("Drucker kaputt", False),
    ],
)
def test_one_text_in_another_language_is_told(studio: Open, trained: str, given: str, told: bool) -> None:
    app = studio("classify", run=trained)
    app.text_area(key="one_text").set_value(given)
    app.button(key="classify_text").click().run(timeout=120)
    assert not app.error
    assert any(MULTILINGUAL.title["en"] in warning.value for warning in app.warning) == told


def test_a_table_in_another_language_is_told_before_it_is_classified(studio: Open, trained: str) -> None:
    app = studio("classify", run=trained)
    app.get_by_key("classify_way").set_value("table").run()
    app.file_uploader(key="batch_file").upload("ja.csv", table(["a", "b"], JAPANESE)).run()
    app.multiselect(key="batch_column").set_value(["body"]).run()
    assert "does not read Japanese" in app.warning[0].value
    assert app.button(key="start_batch")
