"""Levers on screen: what moves, what is said of it, and that only a saved model stays."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from scalearn_core import runs
from scalearn_core.explain.lever_settings import hardly_used
from scalearn_ui import text
from tests.records import training
from tests.ui.conftest import Open, wait_for_end


@pytest.fixture
def own_home(trained_home: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The trained run in a copy of its workspace, which a test may change."""
    home, run_id = trained_home
    shutil.copytree(home, tmp_path / "copy")
    monkeypatch.setenv("SCALEARN_HOME", str(tmp_path / "copy"))
    return run_id


def result_of(run_id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((runs.folder(run_id) / "result.json").read_text("utf-8"))
    return found


def sliders(app: AppTest) -> dict[str, Any]:
    """By what they act on: "factor.mnli", "group.lower"."""
    return {slider.key.split(".", 2)[2]: slider for slider in app.slider if slider.key.startswith("lever.")}


def test_a_lever_moves_scores_and_reset_brings_them_back(studio: Open, trained: str, language: str) -> None:
    words = text.sentences(language)
    app = studio("transfer", language, run=trained, view="levers")
    assert not app.error and not app.exception
    found, idle = result_of(trained), hardly_used(training(result_of(trained)))
    first = [metric.value for metric in app.metric]
    assert len(first) == 2
    names = [source["name"] for source in found["sources"]]
    wanted = {f"added.{name}" if idle[name] else f"factor.{name}" for name in names}
    assert set(sliders(app)) == wanted | {"group.lower", "group.middle", "group.upper"}
    assert app.button(key="save_levers_button").disabled, "nothing to save yet"
    documents = words["count.documents.other"].format(n=3)
    assert words["levers.say_rest"].format(documents=documents) in [line.value for line in app.markdown]

    for key, slider in sliders(app).items():
        slider.set_value(0 if key.startswith("factor") else slider.value)
    app.run()
    assert not app.error and not app.exception
    assert not app.button(key="save_levers_button").disabled
    assert any(words["levers.unsaved"] in badge.value for badge in app.markdown), "marked as not saved"
    assert words["levers.say_rest"].format(documents=documents) not in [line.value for line in app.markdown]
    runs_before = len(runs.recent())
    app.button(key="reset_levers").click().run()
    assert [metric.value for metric in app.metric] == first
    assert {slider.value for key, slider in sliders(app).items() if not key.startswith("added")} == {100}
    assert words["levers.say_rest"].format(documents=documents) in [line.value for line in app.markdown]
    assert len(runs.recent()) == runs_before


def test_a_saved_model_tells_where_it_comes_from(studio: Open, own_home: str, language: str) -> None:
    app = studio("transfer", language, run=own_home, view="levers")
    sliders(app)["group.upper"].set_value(50)
    app.run()
    app.button(key="save_levers_button").click().run()
    assert not app.error and not app.exception
    assert app.title[0].value == text.sentences(language)["run.title"], "its progress is shown"
    saved = runs.recent(1, "train")[0]
    assert saved.id != own_home and saved.config["levers"]["groups"] == [1.0, 1.0, 0.5]
    wait_for_end(saved.id)
    assert runs.get(saved.id).status == "succeeded", runs.get(saved.id).error_text
    origin = (
        text.sentences(language)["levers.origin"].split("{watched}")[0].split("{seen}")[0].format(title="tickets")
    )
    for page in ("results", "scales", "transfer"):
        app = studio(page, language, run=saved.id)
        assert not app.error and not app.exception
        assert any(caption.value.startswith(origin) for caption in app.caption), page
    app = studio("scales", language, run=saved.id, view="compare", other=own_home)
    assert not app.error and not app.exception
    assert len(app.get("plotly_chart")) == 2, "one map for each width of window"
    app = studio("transfer", language, run=saved.id, view="levers")
    assert not app.error and app.metric


def test_a_run_deleted_meanwhile_is_told_in_one_sentence(studio: Open, own_home: str, language: str) -> None:
    app = studio("transfer", language, run=own_home, view="levers")
    sliders(app)["group.lower"].set_value(50)
    app.run()
    others = {run.id for run in runs.recent()} - {own_home}
    runs.delete(own_home)
    app.button(key="save_levers_button").click().run()
    told = text.sentences(language)["error.run.unknown"].format(run=own_home)
    assert [error.value for error in app.error] == [told]
    assert {run.id for run in runs.recent()} == others, "nothing was saved"


def test_a_table_deleted_meanwhile_is_told_in_one_sentence(studio: Open, own_home: str) -> None:
    from scalearn_ui.views.transfer import levers

    levers._board.clear()
    shutil.rmtree(runs.folder(own_home).parents[1] / "datasets")
    app = studio("transfer", run=own_home, view="levers")
    assert len(app.error) == 1 and not app.exception
    assert app.error[0].value.startswith(text.sentences("en")["error.data.unknown_dataset"][:20])
