"""Which sources help: the page with a model whose sources were really measured, and what else it can say."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from scalearn_core import runs
from scalearn_core.records.sources import SourcesStudy
from scalearn_ui import charts, outcomes, text
from tests.built import built_once
from tests.records import filled, training
from tests.ui.conftest import SOURCES, Open, wait_for_end


def result_of(run_id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((runs.folder(run_id) / "result.json").read_text("utf-8"))
    return found


def write(run_id: str, found: dict[str, Any]) -> None:
    (runs.folder(run_id) / "result.json").write_text(json.dumps(found), "utf-8")


@pytest.fixture(scope="module")
def measured_home(trained_home: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The workspace of the trained model, after the study of its sources."""
    trained, run_id = trained_home

    def build(home: Path) -> str:
        shutil.copytree(trained, home, dirs_exist_ok=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SCALEARN_HOME", str(home))
            study = runs.submit(
                "study", {"model_run": run_id, "study": "sources", "device": "cpu"}, title="tickets"
            )
            wait_for_end(study)
            ended = runs.get(study)
            assert ended.status == "succeeded", ended.error_text
        return run_id

    return built_once(tmp_path_factory, "measured", build)


@pytest.fixture
def measured(
    measured_home: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:  # fmt: skip
    """The id of the run, in a copy of its own that a test may change."""
    home, run_id = measured_home
    shutil.copytree(home, tmp_path / "home")
    monkeypatch.setenv("SCALEARN_HOME", str(tmp_path / "home"))
    return run_id


def show(app: AppTest, view: str, language: str) -> AppTest:
    """Choose a part of the page, as a reader does."""
    app.get_by_key("view").set_value(text.sentences(language)[f"part.transfer.{view}"]).run()
    assert not app.error and not app.exception
    return app


def said(app: AppTest) -> str:
    boxes = [*app.success, *app.info, *app.markdown, *app.caption]
    return "\n".join(box.value for box in boxes)


def figures(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(found.proto.spec) for found in app.get("plotly_chart")]


def test_before_they_are_measured_the_forecast_stands_beside_the_offer(
    studio: Open, trained: str, language: str
) -> None:
    words = text.sentences(language)
    app = studio("transfer", language, run=trained)
    assert not app.error
    assert words["which.expected"] in [heading.value for heading in app.subheader]
    (expected,) = figures(app)
    assert len(expected["data"]) == SOURCES, "one dot for each reused source, none for the own adapter"
    assert app.button(key="start_sources").label == words["study.sources.start"]


def test_an_older_result_says_that_it_keeps_no_forecast(
    studio: Open, measured: str, language: str
) -> None:  # fmt: skip
    found = result_of(measured)
    words = text.sentences(language)
    del found["studies"]
    found["forecast"] = []
    write(measured, found)
    app = studio("transfer", language, run=measured)
    assert not app.error
    assert words["which.no_forecast"] in [line.value for line in app.markdown]
    assert app.button(key="start_sources")


@pytest.mark.parametrize(
    "measure, key", [("forecast", "at_forecast"), ("alone", "alone"), ("left_out", "left_out")]
)
def test_each_source_with_its_change(
    studio: Open, measured: str, language: str, measure: str, key: str
) -> None:  # fmt: skip
    """The chart, what it says in words, and the question in the link."""
    words, found = text.sentences(language), result_of(measured)
    app = studio("transfer", language, run=measured, measure=measure)
    assert not app.error and not app.exception
    assert words[f"which.reading.{measure}"] in said(app)
    rows = [row[key] for row in found["studies"]["sources"]["sources"] if row[key]]
    assert len(rows) == SOURCES + (measure != "forecast"), "the own adapter has no forecast"
    (drawn,) = figures(app)
    printed = sorted(trace["text"][0] for trace in drawn["data"])
    assert printed == sorted(charts.signed(row["gain"], 1) for row in rows)
    shown = [row for row in rows[:SOURCES] if row["verdict"] == "better"]
    (box,) = app.success if shown else app.info
    if shown:
        assert charts.signed(max(row["gain"] for row in shown), 1) in box.value
    else:
        assert words[f"which.none.{measure}"] in box.value
    names = " ".join(drawn["layout"]["yaxis"]["ticktext"])
    if measure == "forecast":
        assert words["which.note"].split("{")[0] in names or words["which.note_nothing"] in names


def test_one_after_the_other(studio: Open, measured: str, language: str) -> None:
    app = studio("transfer", language, run=measured, measure="added")
    assert not app.error and not app.exception
    study = result_of(measured)["studies"]["sources"]
    (drawn,) = figures(app)
    printed = [trace["text"][0] for trace in drawn["data"]]
    scores = [study["plain"], *(step["macro_f1"] for step in study["added"])]
    assert printed == [f"{100 * score['value']:.1f}" for score in scores]
    assert not any("\\" in trace["y"][0] for trace in drawn["data"]), "names in figures are no Markdown"


def test_overlap_names_the_most_alike(studio: Open, measured: str, language: str) -> None:
    app = show(studio("transfer", language, run=measured), "overlap", language)
    found = result_of(measured)
    similar = found["studies"]["sources"]["overlap"]["similarity"]
    highest = max(similar[row][column] for row in range(SOURCES + 1) for column in range(row))
    assert f"{100 * highest:.0f}" in app.info[0].value
    (drawn,) = figures(app)
    assert len(drawn["data"][0]["z"]) == SOURCES + 1


def test_strength_of_the_source_in_the_link(studio: Open, measured: str, language: str) -> None:
    found = result_of(measured)
    names = [source["name"] for source in found["sources"]]
    for place in range(SOURCES):
        app = studio("transfer", language, run=measured, source=names[place])
        app = show(app, "strength", language)
        assert app.selectbox(key="source").value == names[place]
        title = text.plain(titles(found, language)[names[place]])
        assert title in [*app.success, *app.info][0].value
        curve, grid = figures(app)
        scores = next(
            line["macro_f1"]
            for line in found["studies"]["sources"]["probing"]["curves"]
            if line["source"] == names[place]
        )
        assert curve["data"][1]["y"] == pytest.approx([100 * score["value"] for score in scores])
        assert len(grid["data"][0]["z"]) == len(found["studies"]["sources"]["pair"]["strengths"])


def test_an_unknown_source_in_the_link_is_no_error(studio: Open, measured: str) -> None:
    app = show(studio("transfer", run=measured, source="nobody", measure="nothing"), "strength", "en")
    assert app.selectbox(key="source").value in {source["name"] for source in result_of(measured)["sources"]}


def test_a_choice_goes_into_the_link(studio: Open, measured: str) -> None:
    app = studio("transfer", run=measured)
    app.get_by_key("measure").set_value(text.sentences("en")["which.measure.left_out"]).run()
    assert app.query_params["measure"] == "left_out"
    assert text.sentences("en")["which.reading.left_out"] in said(app)


def test_one_table_is_no_track_record_but_a_column_of_the_portfolio(
    studio: Open, measured: str, language: str
) -> None:
    words = text.sentences(language)
    app = show(studio("transfer", language, run=measured), "record", language)
    assert words["record.none"].split("**")[1] in app.info[0].value
    record, portfolio = figures(app)
    assert sum(len(trace["x"]) for trace in record["data"]) == SOURCES
    cells = portfolio["data"][0]
    assert len(cells["z"]) == SOURCES and cells["x"] == ["1"]
    assert len(app.table[0].value) >= 1


def titles(found: dict[str, Any], language: str) -> dict[str, str]:
    names = [source["name"] for source in found["sources"]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text, "language", lambda: language)
        return dict(zip(names, outcomes.source_titles(training(found)), strict=True))


def draw(page: Callable[[], None], language: str, **values: object) -> AppTest:
    app = AppTest.from_function(page, default_timeout=60)
    app.context = {"locale": language}
    for name, value in values.items():
        app.session_state[name] = value
    return app.run()


def each_source() -> None:
    import streamlit as st

    from scalearn_ui.views.transfer import which_sources

    which_sources._measured(st.session_state["found"], st.session_state["measured"])


def change(gain: float, verdict: str) -> dict[str, Any]:
    return {"gain": gain, "interval": [gain - 3, gain + 3], "verdict": verdict, "disagreements": 9}


@pytest.mark.parametrize(
    "gains, sentences",
    [
        ((6.0, 0.0, -7.0), ["which.best.alone", "which.worse.alone", "which.unclear"]),
        ((6.0, 4.0, 5.0), ["which.best.alone", "which.also"]),
        ((0.0, 1.0, -1.0), ["which.none.alone"]),
    ],
)
def test_the_headline_says_what_is_shown(
    language: str, gains: tuple[float, ...], sentences: list[str]
) -> None:  # fmt: skip
    names = ["mnli", "sst2", "snips"]
    rows = [
        {
            "source": name, "own": False, "idle": False, "at_forecast": None,
            "left_out": change(0, "no_difference"),
            "alone": change(gain, "better" if gain > 3 else "worse" if gain < -3 else "no_difference"),
        }
        for name, gain in zip(names, gains, strict=True)
    ]  # fmt: skip
    found = {"sources": [{"name": name} for name in names], "encoder": {"key": "english"}, "own_adapter": False}
    measured = {"sources": rows, "documents": {"train": 50, "test": 40}}
    app = draw(each_source, language, found=training(found), measured=filled(SourcesStudy, measured))
    assert not app.exception
    words = text.sentences(language)
    (box,) = [*app.success, *app.info]
    for key in sentences:
        longest = max((part.split("{")[0] for part in words[key].split("}")), key=len)
        assert longest in box.value
    assert ("6.0" in box.value) == (max(gains) == 6.0)
    assert len(app.success) == (max(gains) > 3)


def added() -> None:
    import streamlit as st

    from scalearn_ui.views.transfer import which_sources

    which_sources._added(st.session_state["found"], st.session_state["measured"], st.empty())


@pytest.mark.parametrize(
    "verdicts, whole, sentence",
    [
        (("better", "no_difference", "no_difference"), "better", "which.added.steps"),
        (("better", "no_difference", "better"), "better", "which.added.with_own"),
        (("no_difference",) * 3, "better", "which.added.together"),
        (("no_difference",) * 3, "no_difference", "which.added.nothing"),
    ],
)
def test_the_steps_say_where_to_stop(
    language: str, verdicts: tuple[str, ...], whole: str, sentence: str
) -> None:  # fmt: skip
    names = ["mnli", "sst2", "own"]
    score = {"value": 0.7, "low": 0.6, "high": 0.8}
    steps = [
        {"source": name, "macro_f1": score, **change(5.0, whole), "step": change(2.0, verdict)}
        for name, verdict in zip(names, verdicts, strict=True)
    ]
    found = {"sources": [{"name": name} for name in names], "encoder": {"key": "english"}, "own_adapter": True}
    measured = {"added": steps, "plain": score, "documents": {"test": 40}}
    app = draw(added, language, found=training(found), measured=filled(SourcesStudy, measured))
    assert not app.exception
    longest = max((part.split("{")[0] for part in text.sentences(language)[sentence].split("}")), key=len)
    assert longest in [*app.success, *app.info][0].value
