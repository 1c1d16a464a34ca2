"""What a training has scored is told before its result is there, and is what the result says."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from scalearn_core import runs
from scalearn_core.config import workspace
from scalearn_core.runs.folders import new_run_id
from scalearn_core.runs.records import Metric
from scalearn_core.runs.store import Store
from scalearn_ui import text
from tests.ui.conftest import result_of


def page() -> None:
    import streamlit as st

    from scalearn_core import runs
    from scalearn_ui.parts import first_scores

    first_scores.draw(runs.get(st.session_state["run"]))


def shown(run_id: str, language: str) -> list[str]:
    app = AppTest.from_function(page, default_timeout=60)
    app.context = {"locale": language}
    app.session_state["run"] = run_id
    app.run()
    assert not app.exception
    return [each.value for each in app.markdown]


def test_the_first_scores_are_those_of_the_result(trained: str) -> None:
    reported = {metric.name: metric.value for metric in runs.metrics(trained)}
    scores = result_of(trained)["scores"]
    assert reported["first_score_plain"] == pytest.approx(scores["frozen_head"]["macro_f1"]["value"])
    assert reported["first_score"] == pytest.approx(scores["scalearn"]["macro_f1"]["value"])
    assert result_of(trained)["device"]["products"] in ("float32", "bfloat16")


def test_the_page_tells_them_one_after_the_other(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "first_language", lambda: language)
    store, run_id = Store(workspace()), new_run_id()
    store.insert(run_id, kind="train", lane="long", title="a", config={}, created_at=1.0)
    found = []
    for name, value in (("train_loss", 1.0), ("first_score_plain", 0.614), ("first_score", 0.728)):
        store.record(run_id, stage="training", progress=0.5, eta_seconds=None, metrics=[Metric(0, name, value)])
        found.append(shown(run_id, language))
    assert found[0] == []
    assert ["61" in found[1][0], "73" in found[1][0]] == [True, False]
    assert "61" in found[2][0]
    assert "73" in found[2][0]
