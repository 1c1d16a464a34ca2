"""The views Confidence and Mistakes, on predictions whose numbers are known, and with results of before."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from scalearn_core import runs
from scalearn_core.evaluation.confidence import confidence_report
from scalearn_core.evaluation.costs import expected_costs, same_cost
from scalearn_core.evaluation.report import evaluate_predictions
from scalearn_core.evaluation.stored_probabilities import save_test_probabilities
from scalearn_core.runs import Run
from scalearn_core.runs.folders import run_folder
from scalearn_core.storage.codec import to_json
from scalearn_core.tables.export import write_csv
from scalearn_ui import text
from scalearn_ui.charts import confidence as charts
from scalearn_ui.charts.confidence import Band
from scalearn_ui.palette import DARK, LIGHT
from tests.records import training

LABELS = ["access", "*billing*", "hardware"]
N = 90


@pytest.fixture
def made() -> tuple[Run, dict[str, Any]]:
    """A run with the evidence of 90 test documents, of which the surest are right more often."""
    st.cache_data.clear()  # files of a run do not change, but here each test writes its own
    rng = np.random.default_rng(4)
    powers = np.exp(2.2 * rng.normal(size=(N, 3)))
    probabilities = powers / powers.sum(1, keepdims=True)
    targets = (rng.random((N, 1)) > probabilities.cumsum(1)).sum(1).clip(0, 2)
    predicted = probabilities.argmax(1)
    run = Run(
        id="20261125-120000-aaaaaa", kind="train", title="made", status="succeeded", config={}, progress=1.0,
        stage="", eta_seconds=None, error_code=None, error_values={}, error_text=None, cancel_requested=False,
        pid=None, pid_started=None, created_at=0.0, started_at=0.0, finished_at=1.0,
    )  # fmt: skip
    folder = run_folder(run.id)
    folder.mkdir(parents=True)
    save_test_probabilities(folder, probabilities, targets, {"scalearn": predicted})
    write_csv(
        pd.DataFrame(
            {
                "row": np.arange(N) + 2,
                "text": [f"document {place}" for place in range(N)],
                "label": [LABELS[place] for place in targets],
                "predicted": [LABELS[place] for place in predicted],
                "confidence": probabilities.max(1).round(4),
            }
        ),
        folder / "test_predictions.csv",
    )
    found = {
        "seed": 13,
        "dataset": {"labels": LABELS, "counts": {"test": N}},
        "scores": {"scalearn": to_json(evaluate_predictions(targets, predicted, LABELS))},
        "confidence": to_json(confidence_report(targets, probabilities, LABELS, seed=13, resamples=200)),
    }
    return run, found


def confidence_page() -> None:
    import streamlit as st

    from scalearn_ui.views.results import confidence

    confidence.draw(st.session_state["run"], st.session_state["found"])


def classes_page() -> None:
    import streamlit as st

    from scalearn_ui.views.results import classes

    classes.draw(st.session_state["run"], st.session_state["found"])


def draw(page: Callable[[], None], run: Run, found: dict[str, Any], language: str = "en") -> AppTest:
    app = AppTest.from_function(page, default_timeout=60)
    app.context = {"locale": language}
    app.session_state["run"], app.session_state["found"] = run, training(found)
    return app.run()


def words(language: str, key: str) -> str:
    return text.sentences(language)[key]


def test_confidence_begins_with_what_to_hand_over(made: tuple[Run, dict[str, Any]], language: str) -> None:
    run, found = made
    app = draw(confidence_page, run, found, language)
    assert not app.exception and not app.error
    targets = {row["target"]: row for row in found["confidence"]["hand_over"]}
    answer = targets[0.95]
    assert 0 < answer["handed_over"] < 1, "or this test is about something else"
    share, rest = f"{100 * answer['handed_over']:.0f}%", f"{100 * answer['accuracy']['value']:.0f}"
    assert app.info[0].proto.title == words(language, "confidence.some").format(share=share, rest=rest)
    assert len(app.get("plotly_chart")) == 5, "coverage, costs, reliability, and two curves of a class"
    needed = words(language, "confidence.not_assured").format(target="95", needed=59)
    assured = words(language, "confidence.assured").split("{")[0]
    assert any(line.value == needed or line.value.startswith(assured) for line in app.caption)


def test_the_slider_updates_the_numbers_at_once(made: tuple[Run, dict[str, Any]]) -> None:
    run, found = made
    app = draw(confidence_page, run, found)
    rows = [row for row in found["confidence"]["coverage"] if row["documents"] >= 10]
    for place in (0, 30):
        app.select_slider(key="share_0.95").set_value(place).run()
        row = rows[place]
        checked, below, right, left = (metric.value for metric in app.metric)
        assert checked == str(N - row["documents"])
        assert below == ("–" if place == 0 else f"below {100 * row['threshold']:.0f}%")
        assert right == f"{100 * row['accuracy']['value']:.0f}%"
        assert left == str(row["documents"] - row["right"])
        marked = json.loads(app.get("plotly_chart")[0].proto.spec)["data"][-1]
        assert marked["y"] == [pytest.approx(100 * row["accuracy"]["value"])]


@pytest.mark.parametrize("code", ["nobody", "unreachable"])
def test_the_ends_have_sentences_of_their_own(made: tuple[Run, dict[str, Any]], code: str, language: str) -> None:
    run, found = made
    for row in found["confidence"]["hand_over"]:
        if code == "unreachable":
            row |= dict.fromkeys(("threshold", "handed_over", "accuracy", "apparent", "assured_threshold"))
        else:
            row |= {"threshold": 0.1, "handed_over": 0.0, "assured_threshold": 0.2, "assured_handed_over": 0.25}
    app = draw(confidence_page, run, found, language)
    assert not app.exception and not app.error
    box = app.success if code == "nobody" else app.warning
    assert box[0].proto.title == words(language, f"confidence.{code}").format(target="95")
    assured = words(language, "confidence.assured").format(target="95", share="25%")
    assert (assured in [line.value for line in app.caption]) == (code == "nobody")


@pytest.mark.parametrize(
    ("low", "high", "code"), [(0.02, 0.1, "too_sure"), (-0.1, -0.02, "too_modest"), (-0.1, 0.1, "fits")]
)
def test_whether_it_is_right_as_often_as_it_says(
    made: tuple[Run, dict[str, Any]], low: float, high: float, code: str, language: str
) -> None:
    run, found = made
    found["confidence"]["stated_minus_right"] |= {"low": low, "high": high}
    app = draw(confidence_page, run, found, language)
    told = words(language, f"confidence.stated.{code}").format(
        stated=f"{100 * found['confidence']['mean_confidence']:.0f}%",
        right=f"{100 * found['confidence']['accuracy']['value']:.0f}%",
        documents=words(language, "count.test_documents.other").format(n=N),
    )
    assert told in [line.value for line in app.markdown]


def test_costs_follow_what_is_typed(made: tuple[Run, dict[str, Any]]) -> None:
    run, found = made
    app = draw(confidence_page, run, found)
    app.number_input(key="cost_of_a_mistake").set_value(50.0).run()
    app.number_input(key="cost_of_a_look").set_value(1.0).run()
    from scalearn_core.evaluation.stored_probabilities import load_test_probabilities

    tested = load_test_probabilities(runs.folder(run.id))
    assert tested is not None
    costs = expected_costs(tested.targets, tested.probabilities, same_cost(50, 3), 1.0, seed=13)
    share = f"{100 * costs.best.handed_over:.0f}%"
    assert app.info[1].proto.title == words("en", "costs.some").format(share=share)
    assert f"{costs.automatic.value:,.0f}" in app.info[1].value
    app.number_input(key="cost_of_a_look").set_value(1000.0).run()
    assert app.info[1].proto.title == words("en", "costs.nobody")
    app.number_input(key="cost_of_a_look").set_value(0.0).run()
    app.number_input(key="cost_of_a_mistake").set_value(1e6).run()
    assert not app.exception and not app.error


def test_a_result_of_before_says_so(made: tuple[Run, dict[str, Any]], language: str) -> None:
    run, found = made
    (run_folder(run.id) / "test_probabilities.safetensors").unlink()
    app = draw(confidence_page, run, found, language)
    assert words(language, "costs.missing") in [line.value for line in app.markdown]
    found["confidence"] = None
    app = draw(confidence_page, run, found, language)
    assert [info.value for info in app.info] == [words(language, "confidence.missing")]
    assert not app.exception and not app.error and not app.get("plotly_chart")
    app = draw(classes_page, run, found, language)
    assert not app.exception and not app.error, "mistakes need neither"


def test_mistakes_begin_with_the_commonest(made: tuple[Run, dict[str, Any]], language: str) -> None:
    run, found = made
    app = draw(classes_page, run, found, language)
    assert not app.exception and not app.error
    counts = np.array(found["scores"]["scalearn"]["confusion"])
    wrong = int(counts.sum() - counts.trace())
    np.fill_diagonal(counts, 0)
    assert str(wrong) in app.markdown[0].value and str(counts.max()) in app.markdown[0].value
    shown = app.dataframe[0].value
    assert len(shown) == wrong
    assert (shown["label"] != shown["predicted"]).all()
    assert shown["confidence"].is_monotonic_decreasing
    scores = list(app.table[0].value.iloc[:, 3])
    assert all("(" in score and "–" in score for score in scores), "F1 with its interval"


def test_a_cell_is_read_by_its_two_boxes_and_can_be_clicked(made: tuple[Run, dict[str, Any]]) -> None:
    run, found = made
    counts = np.array(found["scores"]["scalearn"]["confusion"])
    row, column = np.unravel_index((counts - np.diag(counts.diagonal())).argmax(), counts.shape)
    app = draw(classes_page, run, found)
    app.selectbox(key="cell_true").set_value(LABELS[row]).run()
    assert len(app.dataframe[0].value) == counts[row].sum() - counts[row, row], "mistakes of that class"
    app.selectbox(key="cell_predicted").set_value(LABELS[column]).run()
    shown = app.dataframe[0].value
    assert len(shown) == counts[row, column] > 0
    assert set(shown["label"]) == {LABELS[row]} and set(shown["predicted"]) == {LABELS[column]}
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    frame = figure["layout"]["shapes"][0]
    assert (frame["x0"], frame["y0"]) == (column - 0.5, row - 0.5)
    handed_over = figure["data"][1]["customdata"]
    assert [row, column, counts[row, column]] in handed_over, "what a click tells the page"
    app.selectbox(key="cell_predicted").set_value(LABELS[row]).run()
    assert len(app.dataframe[0].value) == counts[row, row], "right ones, where both are the same"


def test_right_but_barely_and_shares(made: tuple[Run, dict[str, Any]]) -> None:
    run, found = made
    app = draw(classes_page, run, found)
    app.get_by_key("which_documents").set_value(words("en", "mistakes.which.barely")).run()
    shown = app.dataframe[0].value
    assert (shown["label"] == shown["predicted"]).all() and shown["confidence"].is_monotonic_increasing
    app.get_by_key("cells_as").set_value(words("en", "mistakes.cells.shares")).run()
    cells = json.loads(app.get("plotly_chart")[0].proto.spec)["data"][0]["text"]
    first = found["scores"]["scalearn"]["confusion"][0]
    assert cells[0][0] == f"{100 * first[0] / sum(first):.0f}%"


def test_a_class_of_another_model_is_forgotten(made: tuple[Run, dict[str, Any]]) -> None:
    run, found = made
    app = AppTest.from_function(classes_page, default_timeout=60)
    app.session_state["run"], app.session_state["found"] = run, training(found)
    app.session_state["cell_true"] = "of another model"
    app.run()
    assert not app.exception and app.selectbox(key="cell_true").value is None


def test_all_right_leaves_nothing_to_read(made: tuple[Run, dict[str, Any]]) -> None:
    run, found = made
    table = pd.read_csv(run_folder(run.id) / "test_predictions.csv", encoding="utf-8-sig")
    write_csv(table.assign(predicted=table["label"]), run_folder(run.id) / "test_predictions.csv")
    targets = np.array([LABELS.index(label) for label in table["label"]])
    found["scores"]["scalearn"] = to_json(evaluate_predictions(targets, targets, LABELS))
    app = draw(classes_page, run, found)
    assert words("en", "mistakes.none") in [line.value for line in app.markdown]
    assert not app.exception and not app.dataframe


POINTS = [Band(0, 80, 70, 88), Band(50, 95, 85, 99)]


@pytest.mark.parametrize("palette", [LIGHT, DARK])
@pytest.mark.parametrize("percent", [True, False])
def test_curves_name_their_axes_and_mark_the_choice(palette: Any, percent: bool) -> None:
    figure = charts.curve_with_band(
        POINTS, chosen=POINTS[1], chosen_text="95%", x_title="X", y_title="Y", percent=percent, palette=palette
    )
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("X", "Y")
    assert list(figure.data[0].y) == [88, 99, 85, 70], "there along the upper ends, back along the lower"
    assert (list(figure.data[2].x), list(figure.data[2].text)) == ([50], ["95%"])
    assert figure.data[2].textposition == "bottom left", "a name at the right end stays inside"


def test_reliability_and_ranking_show_what_would_be_ideal_or_chance() -> None:
    figure = charts.reliability(POINTS, [10, 11], ideal="true", x_title="X", y_title="Y", palette=LIGHT)
    assert list(figure.data[0].x) == list(figure.data[0].y) == [0, 100]
    assert figure.data[1].error_y.array[0] == 8 and figure.data[1].error_y.arrayminus[0] == 10
    figure = charts.ranking(
        [0, 1], [0.4, 1], chance=(0.2, 0.2), steps=True, x_title="X", y_title="Y", palette=LIGHT
    )
    assert list(figure.data[0].y) == [20, 20] and list(figure.data[1].y) == [40, 100]
    assert figure.data[1].line.shape == "vh"
