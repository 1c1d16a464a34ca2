"""What the Results page says of the test documents: which they are, who looked at them, and what they miss."""

from __future__ import annotations

from typing import Any

from scalearn_core.data.split_plan import SplitPlan
from scalearn_core.evaluation.report import EvaluationReport
from scalearn_core.workspace.datasets import dataset_folder
from scalearn_core.workspace.test_set_use import note_test_set_use, uses_of
from scalearn_ui import text
from tests.ui.conftest import Open, draw, result_of


def division_page() -> None:
    import streamlit as st

    from scalearn_ui.views.results import tested_on

    st.markdown(tested_on.division(st.session_state["found"]))


def classes_page() -> None:
    import streamlit as st

    from scalearn_ui.views.results import classes, tested_on

    found = st.session_state["found"]
    tested_on.notes(found)
    classes.class_table(found.per_class, found.confusion)


def test_looks_are_told_with_their_number(studio: Open, trained: str, language: str) -> None:
    words, dataset = text.sentences(language), result_of(trained)["dataset"]["id"]
    kept = dataset_folder(dataset) / "looks.jsonl"
    before = kept.read_bytes()
    try:
        kept.write_bytes(
            before.splitlines(keepends=True)[0]
        )  # other tests share the dataset, and may update its model
        assert [look.what for look in uses_of(dataset)] == ["training"]
        app = studio("results", language=language, run=trained)
        assert words["results.looks.one"] in [line.value for line in app.caption]
        for number in range(6):
            note_test_set_use(dataset, f"run {number}", "study")
        app.run()
        assert words["results.looks.other"].format(n=7) in [line.value for line in app.caption]
    finally:
        kept.write_bytes(before)


def test_how_the_test_documents_were_chosen(language: str) -> None:
    words = text.sentences(language)
    found: dict[str, Any] = {"seed": 5, "dataset": {}}
    assert draw(division_page, found, language).markdown[0].value == words["results.split.training_seed"].format(
        seed=5
    )
    found["split"] = SplitPlan(seed=8).to_dict()
    assert draw(division_page, found, language).markdown[0].value == words["results.split.random"].format(seed=8)
    found["split"] = SplitPlan(
        by="column", column="*part*", test_values=("a", "b"), group_column="customer", near_duplicates=True
    ).to_dict()
    found["dataset"] = {"kept_out": 3}
    told = draw(division_page, found, language).markdown[0].value
    assert r"\*part\*" in told
    assert words["results.split.groups"].format(column="customer") in told
    assert words["results.split.near"] in told
    assert words["count.documents.other"].format(n=3) in told
    found["split"] = SplitPlan(by="newest", column="day").to_dict()
    told = draw(division_page, found, language).markdown[0].value
    assert words["results.split.newest"].format(column="day") in told


def test_a_label_without_a_test_document_is_named_and_has_no_score(language: str) -> None:
    words = text.sentences(language)
    rows = [
        {"label": "hr", "precision": 0.5, "recall": 1.0, "f1": 0.67, "support": 2},
        {"label": "*it*", "precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 0},
    ]
    report = {"notes": ["class_without_test_documents"], "per_class": rows, "confusion": [[1, 1], [0, 0]]}
    app = draw(classes_page, report, language, EvaluationReport)
    assert app.caption[0].value == words["note.unscored"].format(labels=r"\*it\*")
    shown = app.table[0].value
    assert shown[words["column.recall"]].tolist() == ["100", "–"]
    assert shown[words["column.f1"]].tolist()[1] == "–"
