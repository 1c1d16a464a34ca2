"""Results, Scales, Classify and Home with a model that was really trained."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from scalearn_core import runs
from scalearn_ui import text
from tests.ui.conftest import SOURCES, Open, small_table, wait_for_end

LANGUAGES = list(text.LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_results_begin_with_a_verdict(studio: Open, trained: str, language: str) -> None:
    app = studio("results", language, run=trained)
    assert not app.error
    found = json.loads((runs.folder(trained) / "result.json").read_text("utf-8"))
    verdict = found["comparison"]["verdict"]
    box = {"better": app.success, "no_difference": app.info, "worse": app.warning}[verdict]
    score = text.points(found["scores"]["scalearn"]["macro_f1"]["value"])
    assert score in box[0].value
    assert len(app.get("plotly_chart")) == 2, "scores and confusion"
    assert len(app.table) == 2, "scores and classes"
    assert app.metric[0].value == f"{found['parameter_counts']['scales']:,}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_scales_show_contribution_first_and_the_raw_scale_second(
    studio: Open, trained: str, language: str
) -> None:
    app = studio("scales", language, run=trained)
    assert not app.error
    first = json.loads(app.get("plotly_chart")[0].proto.spec)
    app.get_by_key("scale_view").set_value(text.sentences(language)["view.raw"]).run()
    second = json.loads(app.get("plotly_chart")[0].proto.spec)
    for figure in (first, second):
        assert len(figure["data"][0]["text"]) == SOURCES, "one row per source"
    assert first["data"][0]["text"] != second["data"][0]["text"]


def verdict_page() -> None:
    import streamlit as st

    from scalearn_ui.widgets import evidence

    evidence.verdict(st.session_state["found"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "code, changes",
    [
        ("plain", {"best_epoch": 0, "start": 0}),
        ("same_answers", {"best_epoch": 4, "start": 0}),
        ("same_answers", {"best_epoch": 0, "start": 0.5}),
    ],
)
def test_equal_models_get_a_verdict_of_their_own(
    trained: str, code: str, changes: dict[str, float], language: str
) -> None:
    found = json.loads((runs.folder(trained) / "result.json").read_text("utf-8"))
    found["best_epoch"] = changes["best_epoch"]
    found["scales"]["start"] = changes["start"]
    found["comparison"] |= {
        "difference": 0.0,
        "low": 0.0,
        "high": 0.0,
        "verdict": "no_difference",
        "disagreements": 0,
    }
    found["dataset"]["cut"] = 3
    app = AppTest.from_function(verdict_page)
    app.context = {"locale": language}
    app.session_state["found"] = found
    app.run()
    words = text.sentences(language)
    assert not app.exception
    score = text.points(found["scores"]["scalearn"]["macro_f1"]["value"])
    n = found["dataset"]["counts"]["test"]
    documents = words[f"count.test_documents.{'one' if n == 1 else 'other'}"].format(n=n)
    assert app.info[0].value == words[f"verdict.{code}.text"].format(score=score, documents=documents)
    three = words["count.documents.other"].format(n=3)
    assert words["results.cut"].format(documents=three) in [caption.value for caption in app.caption]


def test_one_text_is_classified(studio: Open, trained: str) -> None:
    app = studio("classify", run=trained)
    app.text_area(key="one_text").set_value("I forgot my password and cannot sign in.")
    app.button(key="classify_text").click().run(timeout=120)
    assert not app.error
    labels = json.loads((runs.folder(trained) / "result.json").read_text("utf-8"))["dataset"]["labels"]
    assert app.subheader[-1].value in [text.plain(label) for label in labels]
    assert app.get("plotly_chart")


def test_a_blank_text_is_not_classified(studio: Open, trained: str) -> None:
    app = studio("classify", run=trained)
    app.text_area(key="one_text").set_value("   ")
    app.button(key="classify_text").click().run()
    assert [info.value for info in app.info] == [text.sentences("en")["classify.empty"]]


def test_a_table_is_classified_by_a_run(studio: Open, trained: str) -> None:
    app = studio("classify", run=trained)
    app.get_by_key("classify_way").set_value("table").run()
    app.file_uploader(key="batch_file").upload("new.csv", small_table()).run()
    app.button(key="start_batch").click().run()
    batch = app.query_params["batch"]
    wait_for_end(batch if isinstance(batch, str) else batch[0])
    app.run()
    assert not app.error
    assert app.download_button(key="download_predictions")
    shown = app.dataframe[0].value
    assert len(shown) == 40
    assert len(shown.columns) == 4, "both columns came back, with a class and a confidence"


def test_home_leads_to_the_results(studio: Open, trained: str) -> None:
    app = studio("home")
    app.button(key="next_step").click().run()
    assert app.title[0].value == text.sentences("en")["results.title"]


def test_the_finished_run_leads_to_the_results(studio: Open, trained: str) -> None:
    app = studio("run", run=trained)
    assert app.get("plotly_chart"), "the learning curve stays"
    app.button(key="to_results").click().run()
    assert app.title[0].value == text.sentences("en")["results.title"]
