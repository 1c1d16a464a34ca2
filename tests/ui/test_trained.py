"""Results, Scales, Classify and Home with a model that was really trained."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest

from scalearn_core import runs
from scalearn_core.adapters import catalog
from scalearn_core.config import FORECAST
from scalearn_core.encoders.cards import ENGLISH, MULTILINGUAL
from scalearn_core.evidence.upgrade import upgraded
from scalearn_core.prediction.in_place import ADDED
from scalearn_ui import outcomes, text
from scalearn_ui.charts.heatmap import rooted
from scalearn_ui.views.classify import batch as batch_view
from scalearn_ui.views.classify import files
from scalearn_ui.views.results.verdict import VERDICT_BOX
from tests.records import training
from tests.ui.conftest import DOCUMENTS, SOURCES, Open, draw, result_of, small_table, wait_for_end


def test_results_begin_with_a_verdict(studio: Open, trained: str, language: str) -> None:
    app = studio("results", language, run=trained)
    assert not app.error
    found = result_of(trained)
    assert (found["verdict"]["helped"], found["verdict"]["code"]) == (None, "few_documents"), "6 test documents"
    score = text.points(found["scores"]["scalearn"]["macro_f1"]["value"])
    assert score in app.info[0].value
    assert set(found["scores"]) == {"scalearn", "own_adapter", "single_source", "frozen_head", "tfidf", "majority"}
    assert len(app.table[0].value) == 6
    assert len(app.get("plotly_chart")) == 1
    assert text.sentences(language)["verdict.few_documents.next"] in [line.value for line in app.markdown]


def test_every_part_of_the_results_opens(studio: Open, trained: str) -> None:
    for part in ("classes", "confidence", "labels", "ladder", "elsewhere"):
        app = studio("results", "en", run=trained, view=part)
        assert not app.exception and not app.error, part
        assert len(app.subheader) >= 1 or len(app.button) >= 1, part


def test_scales_show_contribution_first_and_the_raw_scale_second(
    studio: Open, trained: str, language: str
) -> None:
    app = studio("scales", language, run=trained)
    assert not app.error
    first = json.loads(app.get("plotly_chart")[0].proto.spec)
    app.get_by_key("view").set_value(text.sentences(language)["part.scales.raw"]).run()
    second = json.loads(app.get("plotly_chart")[0].proto.spec)
    for figure in (first, second):
        assert len(rows_of(figure)) == SOURCES + 1, "one row per source, and one for the own adapter"
        assert text.sentences(language)["sources.own"][:4] in figure["layout"]["yaxis"]["ticktext"][-1]
    assert rows_of(first)[0]["text"] != rows_of(second)[0]["text"]


def rows_of(figure: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of the map, one for each source."""
    return [part for part in figure["data"] if part["type"] == "heatmap"]


def verdict_page() -> None:
    import streamlit as st

    from scalearn_ui.views.results import verdict

    verdict.verdict(st.session_state["found"])


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
    found = result_of(trained)
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
    app = draw(verdict_page, found, language)
    words = text.sentences(language)
    assert not app.exception
    score = text.points(found["scores"]["scalearn"]["macro_f1"]["value"])
    n = found["dataset"]["counts"]["test"]
    documents = words[f"count.test_documents.{'one' if n == 1 else 'other'}"].format(n=n)
    assert app.info[0].value == words[f"verdict.{code}.text"].format(score=score, documents=documents)
    three = words["count.documents.other"].format(n=3)
    reach = words["encoder.reach"].format(words=190)
    told = words["results.cut.head"].format(documents=three, reach=reach)
    assert told in [caption.value for caption in app.caption]


@pytest.mark.parametrize("code", ["better", "no_difference", "same_answers", "worse"])
def test_what_the_sources_add_stands_below_the_verdict(trained: str, code: str, language: str) -> None:
    same = code == "same_answers"
    found = result_of(trained)
    found["verdict"]["code"] = "no_difference"
    found["comparison"] |= {"difference": 0.02, "disagreements": 2}
    found["comparison_control"] |= {
        "difference": 0.0 if same else 0.012,
        "low": 0.0 if same else -0.034,
        "high": 0.0 if same else 0.056,
        "verdict": "no_difference" if same else code,
        "disagreements": 0 if same else 3,
    }
    app = draw(verdict_page, found, language)
    told = text.sentences(language)[f"verdict.sources.{code}"].format(difference="+1.2", low="−3.4", high="+5.6")
    assert [line.value for line in app.markdown] == [told, text.sentences(language)["verdict.no_difference.next"]]


@pytest.mark.parametrize("code", [code for code in VERDICT_BOX if code not in ("plain", "same_answers")])
def test_every_verdict_has_its_words(trained: str, code: str, language: str) -> None:
    found, words = result_of(trained), text.sentences(language)
    found["verdict"]["code"] = code
    found["comparison"] |= {"difference": 0.12, "low": 0.07, "high": 0.16, "disagreements": 9}
    found["comparison_control"] |= {"difference": 0.08, "low": 0.03, "high": 0.12, "disagreements": 9}
    found["verdict"]["carried_by"] = [{"source": found["sources"][1]["name"], "lost": 6.0}]
    app = draw(verdict_page, found, language)
    assert not app.exception
    box = {"helped": app.success, "worse": app.warning}.get(code, app.info)[0]
    assert words[f"verdict.{code}.next"] in [line.value for line in app.markdown]
    title = next(card.title for card in catalog.cards() if card.name == found["sources"][1]["name"])
    carried = words["verdict.carried_most"].format(name=text.plain(title[language]))
    assert (carried in box.value) is (code == "helped")
    assert ("+12.0" in box.value) is (code != "few_documents")


@pytest.mark.parametrize("all_right", [True, False])
def test_a_perfect_score_is_questioned(trained: str, all_right: bool, language: str) -> None:
    found, words = result_of(trained), text.sentences(language)
    for method in ("scalearn", "frozen_head"):
        found["scores"][method]["accuracy"]["value"] = 1.0
    found["scores"]["frozen_head"]["accuracy"]["value"] = 1.0 if all_right else 0.9
    warned = [warning.value for warning in draw(verdict_page, found, language).warning]
    assert any(words["verdict.perfect.text"] in value for value in warned) is all_right


def evidence_page() -> None:
    import streamlit as st

    from scalearn_ui.parts import scale_map
    from scalearn_ui.views.results import cost, evidence, verdict
    from scalearn_ui.views.scales import scale_view

    found = st.session_state["found"]
    verdict.verdict(found)
    evidence.scores(found)
    cost.cost(found)
    evidence.method(found)
    scale_view.summary(found)
    scale_map.draw(scale_view.raw(found), filename="scales", alt="scales")
    scale_view.notes(found)


@pytest.mark.parametrize("recipe, start", [("auto", 0.0), ("paper", 1.0)])
def test_results_of_before_are_still_shown(trained: str, recipe: str, start: float, language: str) -> None:
    found = result_of(trained)
    new = {"forecast", "start", "fast_mode", "comparison_control", "comparison_single_source", "verdict"}
    for key in (new | {"confidence", "model_id"}) & found.keys():
        del found[key]
    for method in ("own_adapter", "single_source"):
        del found["scores"][method]
    found = upgraded(found | {"format": 1})
    found["recipe"] = recipe
    found["own_adapter"] = False
    found["parameter_counts"]["own_adapter"] = 0
    found["dataset"]["counts"]["validation"] = 4
    found["scales"]["start"] = start
    app = draw(evidence_page, found, language)
    words = text.sentences(language)
    assert not app.exception
    held_back = words["results.method_held_back"].format(validation=4, best_epoch=found["best_epoch"])
    assert words["cost.unsealed"] in [caption.value for caption in app.caption]
    assert any(held_back in line.value for line in app.markdown)
    assert any(words["results.method_scores"].format(methods=4) in line.value for line in app.markdown)
    started = words["scales.start_zero"] if start == 0 else words["scales.start_value"].format(start="1.00")
    assert started in app.caption[-1].value


def test_the_method_is_that_of_pairs(trained: str, language: str) -> None:
    found, words = result_of(trained), text.sentences(language)
    app = draw(evidence_page, found, language)
    identity = words["cost.identity"].format(model_id=found["model_id"][:12])
    assert identity in [caption.value for caption in app.caption]
    last = found["history"][-1]["epoch"]
    told = words["results.method_pairs"].format(learned=words["learned.with_own"], epochs=last)
    assert last >= 2 and any(told in line.value for line in app.markdown)


@pytest.mark.parametrize(
    "measured, device, key",
    [
        ({"within_limit": True}, "cpu", "fast.within_limit"),
        ({"within_limit": False}, "cpu", "fast.over_limit"),
        ({"reason": "x"}, "cpu", "fast.unmeasured"),
        ({"reason": "x"}, "cuda", "fast.not_on_gpu"),
    ],
)
def test_fast_prediction_is_told_in_one_line(
    trained: str, measured: dict[str, object], device: str, key: str, language: str
) -> None:
    found, words = result_of(trained), text.sentences(language)
    if "within_limit" in measured:
        measured |= {
            "agreement": 0.95, "documents": 40, "macro_f1_exact": 0.9, "macro_f1_fast": 0.899, "speedup": 2.14
        }  # fmt: skip
    found["fast_mode"], found["device"]["kind"] = measured, device
    documents = words["count.test_documents.other"].format(n=40)
    told = words[key].format(speedup="2.1", same="38", documents=documents, change="−0.1")
    assert told in [caption.value for caption in draw(evidence_page, found, language).caption]


@pytest.mark.parametrize("picked", [True, False])
def test_the_forecast_is_told_and_colours_begin_at_it(trained: str, picked: bool, language: str) -> None:
    found, words = result_of(trained), text.sentences(language)
    first, second, own = (source["name"] for source in found["sources"])
    assert own == "own"
    found["start"] |= {"strengths": {second: 1.0} if picked else {}, "documents": 32}
    app = draw(evidence_page, found, language)
    told = words["scales.forecast" if picked else "scales.forecast_none"].split("{names}")[0]
    documents = words["count.documents.other"].format(n=32)
    assert told.format(documents=documents) in app.caption[-1].value
    assert words["scales.start_own"] in app.caption[-1].value
    assert FORECAST.shrinkage == 0.5, "the sentence says half"
    drawn = [rows_of(json.loads(chart.proto.spec)) for chart in app.get("plotly_chart")]
    rows = next(rows for rows in drawn if len(rows) == SOURCES + 1)
    starts = {first: 0.0, second: 0.5 * picked, own: 1.0}
    order = [*np.argsort(-np.abs(found["scales"]["contribution"]).mean(0)[:2]).tolist(), 2]
    for row, column in zip(rows, order, strict=True):
        start = starts[found["sources"][column]["name"]]
        moved = [layer[column] - start for layer in found["scales"]["raw"]]
        assert row["z"][0] == pytest.approx([rooted(distance) for distance in moved])


def method_of(found: dict[str, Any], language: str) -> str:
    app = draw(evidence_page, found, language)
    assert not app.exception
    return "\n".join(line.value for line in app.markdown)


def test_a_result_is_told_with_its_own_encoder(trained: str, language: str) -> None:
    found, words = result_of(trained), text.sentences(language)
    assert found["encoder"]["key"] == "english"
    titles = outcomes.source_titles(training(found))
    named = words["encoder.named"].format(title=ENGLISH.title[language], name=ENGLISH.name)
    assert named in method_of(found, language)
    del found["encoder"]["key"]  # as before there was a choice
    assert outcomes.source_titles(training(found)) == titles
    assert named in method_of(found, language)
    found["encoder"] = {"key": None, "name": "my_own"}
    assert text.plain("my_own") in method_of(found, language)
    found["encoder"] = {"key": "multilingual", "name": MULTILINGUAL.name}
    found["sources"] = [{"name": card.name} for card in catalog.cards("multilingual")]
    assert outcomes.source_titles(training(found)) == [card.title["en"] for card in catalog.cards("multilingual")]


def test_one_text_is_classified(studio: Open, trained: str) -> None:
    app = studio("classify", run=trained)
    app.text_area(key="one_text").set_value("I forgot my password and cannot sign in.")
    app.button(key="classify_text").click().run(timeout=120)
    assert not app.error
    labels = result_of(trained)["dataset"]["labels"]
    assert app.subheader[-1].value in [text.plain(label) for label in labels]
    assert app.get("plotly_chart")


def test_a_text_unlike_anything_learned_is_said_to_be(studio: Open, trained: str) -> None:
    app = studio("classify", run=trained)
    app.text_area(key="one_text").set_value("Seven boats were painted by the old lighthouse keeper last summer.")
    app.button(key="classify_text").click().run(timeout=120)
    assert not app.error
    [said] = [warning.value for warning in app.warning]
    begins, _, ends = text.sentences("en")["classify.unlike.text"].partition("{confidence}")
    assert said.startswith(begins) and said.endswith(ends)
    assert not any("sure" in markdown.value for markdown in app.markdown), "no word of being sure beside it"


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
    run_id = batch if isinstance(batch, str) else batch[0]
    below, counted = training(result_of(trained)).check_below, outcomes.prediction(run_id)
    if 0 < counted.low_confidence < counted.n:
        app.get_by_key("shown_answers").set_value("all").run()
    shown = app.dataframe[0].value
    words = text.sentences("en")
    assert shown.columns.tolist()[:3] == [words[f"column.{name}"] for name in ("category", "confidence", "check")]
    assert len(shown) == DOCUMENTS and shown[words["column.confidence"]].is_monotonic_increasing
    written = pd.read_csv(runs.folder(run_id) / "predictions.csv", encoding="utf-8-sig")
    assert written.columns.tolist() == ["message", "team", *ADDED]
    to_check = (written["confidence"] < below).sum()
    assert to_check == counted.low_confidence == (written["check"] == "yes").sum()
    assert to_check == shown[words["column.check"]].sum()


def test_a_workbook_comes_back_as_a_workbook(studio: Open, trained: str) -> None:
    given, book = io.BytesIO(), openpyxl.Workbook()
    for row, message in enumerate(("message", "=the vpn drops", "a new key please", "no mails since noon"), 1):
        book.active.cell(row, 1, message).data_type = "s"
    book.save(given)
    app = studio("classify", run=trained)
    app.get_by_key("classify_way").set_value("table").run()
    app.file_uploader(key="batch_file").upload("new.xlsx", given.getvalue()).run()
    app.button(key="start_batch").click().run()
    batch = app.query_params["batch"]
    run_id = batch if isinstance(batch, str) else batch[0]
    wait_for_end(run_id)
    app.run()
    assert not app.error and app.download_button(key="download_predictions")
    sheet = openpyxl.load_workbook(io.BytesIO(files.workbook(run_id)))["classified"]
    header, *rows = sheet.iter_rows()
    assert [cell.value for cell in header] == ["message", *ADDED]
    assert (rows[0][0].value, rows[0][0].data_type) == ("=the vpn drops", "s"), "as it was, and it does not run"
    assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref == "A1:H4"
    for number, row in enumerate(rows, 2):
        assert row[1].value == number, "a number, not a text"
        assert row[3].number_format == "0%" and 0 < row[3].value <= 1
        assert (row[0].fill.fill_type == "solid") == (row[4].value == "yes")
    table = pd.read_parquet(io.BytesIO(files.parquet(run_id)))
    assert table["row"].tolist() == [2, 3, 4] and table["confidence"].dtype == "float64"
    assert table["message"][0] == "=the vpn drops", "nothing runs in such a file"
    app.text_input(key="shown_words").input("VPN").run()
    assert len(app.dataframe[0].value) == 1 and not app.exception
    app.text_input(key="shown_words").input("no such word").run()
    assert text.sentences("en")["classify.no_match"] in [each.value for each in app.info]


def test_a_large_table_is_classified_in_bulk_and_told_what_that_cost(
    studio: Open, trained: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_view, "LARGE", 2_050)
    rows = [
        f"{word} {number}" for number in range(350) for word in ("vpn", "invoice", "desk", "laptop", "key", "pay")
    ]
    app = studio("classify", run=trained)
    app.get_by_key("classify_way").set_value("table").run()
    app.file_uploader(key="batch_file").upload("new.csv", "\n".join(["message", *rows]).encode()).run()
    assert app.get_by_key("batch_speed").value == "bulk"
    app.button(key="start_batch").click().run()
    batch = app.query_params["batch"]
    run_id = batch if isinstance(batch, str) else batch[0]
    wait_for_end(run_id)
    app.run()
    assert not app.error and not app.exception
    same = outcomes.prediction(run_id).same_answers
    assert same is not None and same.documents == 1_000 and same.low <= same.value <= same.high
    begin = text.sentences("en")["classify.same_answers"].partition("{")[0]
    assert any(line.value.startswith(begin) for line in app.markdown)
    assert not (runs.folder(run_id) / "checkpoint").exists()


def test_home_leads_to_the_results(studio: Open, trained: str) -> None:
    app = studio("home")
    app.button(key="next_step").click().run()
    assert app.title[0].value == text.sentences("en")["results.title"]


def test_the_finished_run_leads_to_the_results(studio: Open, trained: str) -> None:
    app = studio("run", run=trained)
    curve = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert len(curve["data"]) == 1, "no documents are held back, so there is one line"
    assert text.sentences("en")["run.curve_reading_pairs"] in [line.value for line in app.markdown]
    app.button(key="to_results").click().run()
    assert app.title[0].value == text.sentences("en")["results.title"]


def test_main_terms_are_explained_beside_them_as_in_the_glossary(
    studio: Open, trained: str, language: str
) -> None:
    words = text.sentences(language)
    shown = {
        "summary": ["balanced_score"],
        "confidence": ["confidence"],
        "ladder": ["model", "scale", "task_adapter", "plain_classifier"],
    }
    for view, terms in shown.items():
        app = studio("results", language, run=trained, view=view)
        helps = [each.proto.help for each in (*app.subheader, *app.metric)]
        assert [term for term in terms if words[f"meaning.{term}"] not in helps] == [], view
