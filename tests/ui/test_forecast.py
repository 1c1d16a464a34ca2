"""The forecast before training: asked on the training page, run by a process, told in words that fit."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from scalearn_core import runs
from scalearn_core.adapters import catalog
from scalearn_core.data.mapping import Mapping
from scalearn_core.records.forecast import ForecastRecord
from scalearn_core.workspace import datasets
from scalearn_ui import text
from tests.ui.conftest import Open, small_table, wait_for_end
from tests.ui.test_trained import draw


def forecast_page() -> None:
    import streamlit as st

    from scalearn_ui.parts import forecast
    from scalearn_ui.views.train import train_settings

    found = st.session_state["found"]
    forecast.draw(found.forecast, found.start, train_settings.titles("english"))


def result(strengths: dict[str, float], promised: bool) -> dict[str, Any]:
    row = {"source": "mnli", "strength": 1.0, "gain": 12.0, "low": 4.0, "high": 20.0}
    return {
        "forecast": [row, row | {"source": "snli", "gain": -3.0, "low": -9.0, "high": 3.0}],
        "start": {
            "strengths": strengths, "plain_loss": 1.0, "loss": 0.88, "by_chance": 2.0, "promised": promised,
            "documents": 56,
        },
    }  # fmt: skip


@pytest.mark.parametrize(
    "strengths, promised, key",
    [({"mnli": 1.0}, True, "some"), ({"mnli": 1.0}, False, "unsure"), ({}, False, "none")],
)
def test_the_sentence_fits_what_is_promised(
    strengths: dict[str, float], promised: bool, key: str, language: str
) -> None:
    app: AppTest = draw(forecast_page, result(strengths, promised), language, ForecastRecord)
    assert not app.exception
    words = text.sentences(language)
    title = next(card.title for card in catalog.cards() if card.name == "mnli")[language]
    documents = words["count.documents.other"].format(n=56)
    quoted = words["list.name"].format(name=text.plain(title))
    told = words[f"forecast.{key}"].format(names=quoted, less="12", documents=documents)
    assert app.markdown[0].value == told
    assert len(app.get("plotly_chart")) == 1
    (best, *_) = json.loads(app.get("plotly_chart")[0].proto.spec)["data"]
    filled = best["marker"]["color"] == best["marker"]["line"]["color"]
    assert filled is promised, "no gain is drawn as shown that may be luck"


def test_too_few_documents_are_said_so() -> None:
    found = result({}, False)
    for row in found["forecast"]:
        row |= {"gain": None, "low": None, "high": None}
    app = draw(forecast_page, found, "en", ForecastRecord)
    assert not app.exception
    assert not app.get("plotly_chart")


def test_a_forecast_is_asked_and_found_again(studio: Open) -> None:
    dataset = datasets.save_dataset(
        small_table(), Mapping(text="message", label="team", blanks="leave_out"), filename="t.csv"
    )
    app = studio("train")
    app.button(key="start_forecast").click().run()
    (run,) = runs.recent(5, "forecast")
    assert (run.config["dataset"], run.config["seed"]) == (dataset, 13), "the seed of the training to come"
    wait_for_end(run.id)
    assert runs.get(run.id).status == "succeeded", runs.get(run.id).error_text
    app = studio("train")
    assert not app.exception
    assert app.get("plotly_chart"), "another session finds it"
    app = studio("run", run=run.id)
    app.button(key="to_train").click().run()
    assert app.title[0].value == text.sentences("en")["train.title"]
