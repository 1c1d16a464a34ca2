"""The score from all documents: offered where the test documents are few, and told in words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scalearn_core import runs
from scalearn_core.data.split_plan import SplitPlan
from scalearn_core.records.studies import CrossValidation
from scalearn_ui import text
from tests.ui.conftest import Open, draw, wait_for_end


def measured(low: float, difference: float, high: float, verdict: str, disagreements: int = 30) -> dict[str, Any]:
    score = {"value": 0.8, "low": 0.7, "high": 0.9}
    return {
        "folds": 5, "repeats": 3, "documents": 40, "tested": 38, "learned": 32, "notes": [],
        "scores": {name: {"macro_f1": score, "accuracy": score} for name in ("scalearn", "frozen_head")},
        "comparison": {
            "difference": difference, "low": low, "high": high, "verdict": verdict, "against": "frozen_head",
            "disagreements": disagreements,
        },
        "trainings": [{}] * 15,
    }  # fmt: skip


def shown_page() -> None:
    import streamlit as st

    from scalearn_ui.views.results import cross_validation

    cross_validation.show(st.session_state["found"], multi_label=False)


def offer_page() -> None:
    import streamlit as st

    from scalearn_core import runs
    from scalearn_ui.views.results import cross_validation

    found = st.session_state["found"]
    cross_validation.draw(runs.get(found.run_id), found)


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (measured(0.01, 0.05, 0.09, "better"), "better"),
        (measured(-0.09, -0.05, -0.01, "worse"), "worse"),
        (measured(-0.01, 0.05, 0.09, "no_difference"), "no_difference"),
        (measured(-0.09, 0.0, 0.09, "no_difference", 0), "same_answers"),
    ],
)
def test_what_was_found_is_told(found: dict[str, Any], code: str, language: str) -> None:
    words = text.sentences(language)
    app = draw(shown_page, found, language, CrossValidation)
    told = [line.value for line in app.markdown]
    assert words["cross_validation.score"].format(learned=32, ours="80.0", plain="80.0") in told
    begin = words[f"cross_validation.{code}"].split("{")[0]
    assert any(line.startswith(begin) for line in told)
    assert len(app.table[0].value) == 2
    documents = words["count.documents.other"].format(n=40)
    assert documents in app.caption[-1].value


def test_it_is_offered_beside_a_rough_score(studio: Open, trained: str, language: str) -> None:
    app = studio("results", language, run=trained)
    assert (
        app.button(key="start_cross_validation").label == text.sentences(language)["study.cross_validation.start"]
    )


def test_it_is_not_offered_where_it_says_nothing(trained: str) -> None:
    found = json.loads((runs.folder(trained) / "result.json").read_text("utf-8"))
    assert draw(offer_page, found, "en").button(key="start_cross_validation")
    enough = found | {"dataset": found["dataset"] | {"counts": {"train": 200, "validation": 0, "test": 50}}}
    chosen = found | {"split": SplitPlan(by="newest", column="day").to_dict()}
    for case in (enough, chosen, found | {"levers": {}}):
        assert not draw(offer_page, case, "en").button


def test_it_is_started_followed_and_stopped(trained: str) -> None:
    found = json.loads((runs.folder(trained) / "result.json").read_text("utf-8"))
    app = draw(offer_page, found, "en")
    app.button(key="start_cross_validation").click().run()
    (asked,) = (
        run for run in runs.recent(10, "study")
        if (run.config["model_run"], run.config["study"]) == (trained, "cross_validation")
    )  # fmt: skip
    assert app.button(key="cancel_run")
    runs.cancel(asked.id)
    wait_for_end(asked.id)
    assert runs.get(asked.id).status == "cancelled"
    app.run()
    assert app.button(key="start_cross_validation"), "it is offered again"
    runs.delete(asked.id)  # other tests count the runs of this model
