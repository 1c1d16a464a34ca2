"""Cost, More labels and the stability map: studies really run, on a tiny encoder, and one of them as a run."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from scalearn_core import runs
from scalearn_core.config import TrainingConfig
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.records.studies import Ladder, LearningCurve, Seeds
from scalearn_core.storage.codec import to_json
from scalearn_core.studies.run import run_study
from scalearn_ui import text
from tests.core.studies.conftest import make_trained
from tests.core.tiny import save_encoder
from tests.ui.conftest import Open, draw, wait_for_end

Studies = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def tiny_studies(tmp_path_factory: pytest.TempPathFactory) -> Studies:
    """What the three studies find of a tiny model of three sources, the last of them its own adapter."""
    folder: Path = tmp_path_factory.mktemp("encoders") / "tiny-bert"
    save_encoder(folder)
    encoder = Encoder.load(folder)
    encoder.pooling = "mean"
    trained_model = make_trained(encoder, 150, "scalearn_uniform", TrainingConfig())
    return {
        name: to_json(run_study(name, trained_model, lambda share: None))
        for name in ("ladder", "seeds", "learning_curve")
    }


@pytest.fixture
def studies(tiny_studies: Studies) -> Studies:
    return copy.deepcopy(tiny_studies)


def ladder_page() -> None:
    import streamlit as st

    from scalearn_ui.views.results import ladder

    ladder.show(st.session_state["found"])


def labels_page() -> None:
    import streamlit as st

    from scalearn_ui.views.results import more_labels

    more_labels.show(st.session_state["found"])


def stability_page() -> None:
    import streamlit as st

    from scalearn_ui.views.scales import stability
    from tests.records import training

    repeated = st.session_state["found"]
    sources = [{"name": name} for name in repeated.sources]
    stability.show(training(sources=sources, own_adapter=True, encoder={"key": None, "name": "tiny"}), repeated)


def test_the_ladder_says_where_to_stop(studies: Studies, language: str) -> None:
    climbed, words = studies["ladder"], text.sentences(language)
    app = draw(ladder_page, climbed, language, Ladder)
    stop = [rung["name"] for rung in climbed["rungs"]].index(climbed["stop"])
    assert f"{stop + 1}" in app.info[0].proto.title
    gains = app.table[0].value
    assert len(gains) == len(climbed["rungs"])
    assert list(gains.iloc[:, 2]).index(words["ladder.stop_here"]) == stop
    for rung, shown in zip(climbed["rungs"], gains.iloc[:, 1], strict=True):
        assert text.points(rung["macro_f1"]["value"]) in shown
    costs = app.dataframe[0].value
    assert list(costs[words["ladder.column.scales"]]) == [
        f"{rung['learned']['scales']:,}" for rung in climbed["rungs"]
    ]
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    marked = [trace for trace in figure["data"] if trace.get("marker", {}).get("symbol") == "diamond"]
    assert [trace["text"][0] for trace in marked] == [
        f"<b>{text.points(climbed['rungs'][stop]['macro_f1']['value'])} · {words['ladder.stop_here']}</b>"
    ]


@pytest.mark.parametrize(
    "stop, model, title, place",
    [
        ("frozen_head", "own_adapter", "ladder.stop_plain", "ladder.model_above"),
        ("scalearn_uniform", "scalearn_uniform", "ladder.stop", "ladder.model_here"),
        ("own_adapter", "scalearn", "ladder.stop", "ladder.model_below"),
        ("scalearn", None, "ladder.stop", "ladder.model_elsewhere"),
    ],
)
def test_each_sentence_of_the_ladder(
    studies: Studies, stop: str, model: str | None, title: str, place: str, language: str
) -> None:
    climbed, words = studies["ladder"], text.sentences(language)
    names = [rung["name"] for rung in climbed["rungs"]]
    lowest = {"difference": 0.1, "low": 0.02, "high": 0.2, "against": "frozen_head"}
    for rung in climbed["rungs"]:
        rung["is_model"] = rung["name"] == model
        rung["comparison"] = {**lowest, "against": stop}
    climbed["stop"] = stop
    climbed["rungs"][names.index(stop)]["comparison"] = None if stop == "frozen_head" else lowest
    app = draw(ladder_page, climbed, language, Ladder)
    learned = climbed["rungs"][names.index(stop)]["learned"]
    beside = sum(learned.values()) - learned["head"]
    numbers = words["ladder.numbers"].format(n=f"{beside:,}")
    assert app.info[0].proto.title == words[title].format(step=names.index(stop) + 1, numbers=numbers)
    step = names.index(model) + 1 if model else 0
    assert app.info[0].value.endswith(words[place].format(step=step))
    ahead = words["ladder.gain"].format(other=1, difference="+10.0", low="+2.0", high="+20.0")
    assert (ahead in app.info[0].value) == (stop != "frozen_head")
    assert words["ladder.open"].format(high="20.0") in app.info[0].value, "what the intervals leave open"


@pytest.mark.parametrize("code", ["memory", "time"])
def test_a_step_that_was_left_out_is_said(studies: Studies, code: str, language: str) -> None:
    climbed, words = studies["ladder"], text.sentences(language)
    last = climbed["rungs"][-1]
    climbed["rungs"][-1] = {key: last[key] for key in ("name", "learned", "bytes", "is_model")} | {"skipped": code}
    climbed["stop"], climbed["rungs"][0]["comparison"] = "frozen_head", None
    app = draw(ladder_page, climbed, language, Ladder)
    assert words[f"ladder.skipped.{code}"].format(step=7) in [caption.value for caption in app.caption]
    assert len(app.table[0].value) == 7
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert len([trace for trace in figure["data"] if "error_x" in trace]) == 6


def test_more_labels_draws_both_methods(studies: Studies, language: str) -> None:
    measured, words = studies["learning_curve"], text.sentences(language)
    app = draw(labels_page, measured, language, LearningCurve)
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    names = [trace["name"] for trace in figure["data"] if trace.get("mode") == "markers"]
    assert names == [words["method.scalearn"], words["method.frozen_head"]]
    assert figure["layout"]["xaxis"]["type"] == "log"


@pytest.mark.parametrize("code", ["rising", "unsure", "flat", "misfit", "few_documents"])
def test_each_answer_about_more_labels(studies: Studies, code: str, language: str) -> None:
    measured, words = studies["learning_curve"], text.sentences(language)
    ours, plain = measured["methods"]["scalearn"], measured["methods"]["frozen_head"]
    fitted = code in ("rising", "unsure", "flat")
    ours |= {"code": code, "more": None, "double": None, "curve": None, "fit": None}
    if fitted:
        grid = {"documents": [20, 120, 360], "macro_f1": [0.5, 0.7, 0.8], "low": [0.4, 0.6, 0.7]}
        ours |= {
            "more": {"more": 100, "gain": 2.34, "interval": [0.51, 4.0]},
            "double": {"more": 120, "gain": 2.5, "interval": [0.6, 4.5]},
            "curve": grid | {"high": [0.6, 0.8, 0.9]},
            "fit": {"a": 0.9, "b": 1.0, "c": 0.5},
        }
        plain |= {key: ours[key] for key in ("more", "double")}
    app = draw(labels_page, measured, language, LearningCurve)
    (box,) = [*app.success, *app.info]
    values = {
        "documents": measured["documents"], "score": text.points(ours["points"][0]["macro_f1"]), "more": 100,
        "more_gain": "2.3", "more_low": "0.5", "more_high": "4.0", "double_gain": "2.5", "double_low": "0.6",
        "double_high": "4.5",
    }  # fmt: skip
    assert box.proto.title == words[f"more_labels.{code}"].format(**values)
    assert box.value.startswith(words[f"more_labels.{code}.text"].format(**values))
    own = values | {"score": text.points(plain["points"][0]["macro_f1"])}
    assert (words["more_labels.plain"].format(**own) in box.value) == fitted
    reading = "more_labels.reading" if fitted else "more_labels.reading_points"
    assert words[reading] in [line.value for line in app.markdown]


@pytest.mark.parametrize("holding, code", [(5, "most"), (3, "some"), (1, "few")])
def test_cells_that_do_not_repeat_are_hatched(studies: Studies, holding: int, code: str, language: str) -> None:
    repeated, words = studies["seeds"], text.sentences(language)
    cells = [number < holding for number in range(6)]
    repeated["repeats"] = [cells[0::2], cells[1::2]]  # [layers, sources]
    app = draw(stability_page, repeated, language, Seeds)
    assert app.info[0].proto.title == words[f"stability.{code}"]
    assert words["stability.cells"].format(n=holding, all=6) in app.info[0].value
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    cells_drawn, hatching = figure["data"]
    stripes = hatching["x"].count(None)
    assert stripes % (6 - holding) == 0 and stripes > 0
    assert len(cells_drawn["y"]) == 3
    assert words["sources.own"] == app.table[0].value.iloc[-1, 0]
    steady = words["list.name"].format(name="s1")
    assert (steady in app.info[0].value) == (holding >= 2), "repeats in both layers"


@pytest.mark.parametrize("view, study", [("ladder", "ladder"), ("labels", "learning_curve")])
def test_what_was_not_studied_is_offered(studio: Open, trained: str, view: str, study: str, language: str) -> None:
    app = studio("results", language, run=trained, view=view)
    assert not app.error
    assert app.button(key=f"start_{study}").label == text.sentences(language)[f"study.{study}.start"]


def seeds_page() -> None:
    import streamlit as st

    from scalearn_core import runs
    from scalearn_ui import outcomes
    from scalearn_ui.views.scales import stability

    run = runs.get(st.session_state["found"])
    stability.draw(run, outcomes.result(run.id))


def test_the_repetition_is_started_followed_and_stopped(trained: str) -> None:
    app = draw(seeds_page, trained, "en")
    app.button(key="start_seeds").click().run()
    (asked,) = (
        run for run in runs.recent(10, "study")
        if (run.config["model_run"], run.config["study"]) == (trained, "seeds")
    )  # fmt: skip
    assert app.button(key="cancel_run")
    runs.cancel(asked.id)
    wait_for_end(asked.id)
    assert runs.get(asked.id).status == "cancelled"
    app.run()
    assert not app.exception
    assert [line.value for line in app.warning] == [text.sentences("en")["ended.cancelled"]]
    assert app.button(key="start_seeds"), "it is offered again"
