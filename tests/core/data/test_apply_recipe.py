"""Recipes applied: each step, their order, and what is not there any more."""

from __future__ import annotations

import pandas as pd
import pytest

from scalearn_core.checks.quick import quick
from scalearn_core.data.apply_recipe import AT_ONCE, apply_steps
from scalearn_core.data.recipe import Step
from tests.core.checks.made import made
from tests.core.checks.test_quick import spoilt

Cells = dict[int, str]


def frame(cells: Cells) -> pd.DataFrame:
    texts = [f"text {row}" for row in cells]
    return pd.DataFrame({"text": texts, "label": list(cells.values())}, index=pd.Index(cells, name="row"))


def applied(cells: Cells, *steps: Step, separator: str | None = None) -> tuple[Cells, list[tuple[int, str]]]:
    left, gone = apply_steps(frame(cells), steps, separator)
    assert left["text"].tolist() == [f"text {row}" for row in left.index]
    assert gone["content"].tolist() == [f"text {row}" for row in gone["row"]]
    reasons = list(zip(gone["row"].tolist(), gone["reason"].tolist(), strict=True))
    return dict(zip(left.index.tolist(), left["label"].tolist(), strict=True)), reasons


ONE = {2: "a", 3: "b", 5: "c", 9: "a"}


def test_nothing_to_do() -> None:
    assert applied(ONE) == (ONE, [])


def test_merge_labels() -> None:
    step = Step("merge_labels", "few_10", labels=("b", "c", "z"), into="other")
    assert applied(ONE, step) == ({2: "a", 3: "other", 5: "other", 9: "a"}, [])


def test_leave_out_labels() -> None:
    step = Step("leave_out_labels", "few_10", labels=("a", "z"))
    assert applied(ONE, step) == ({3: "b", 5: "c"}, [(2, "few_10"), (9, "few_10")])


def test_leave_out_rows() -> None:
    step = Step("leave_out_rows", "exact_duplicates", rows=(9, 3, 77))
    assert applied(ONE, step) == ({2: "a", 5: "c"}, [(3, "exact_duplicates"), (9, "exact_duplicates")])


def test_relabel() -> None:
    step = Step("relabel", "same_text_different_label", rows=(5, 77), into="a")
    assert applied(ONE, step) == ({2: "a", 3: "b", 5: "a", 9: "a"}, [])


def test_steps_find_what_those_before_them_left() -> None:
    relabel = Step("relabel", "why", rows=(2,), into="b")
    merge = Step("merge_labels", "why", labels=("b",), into="z")
    leave_out = Step("leave_out_labels", "gone", labels=("b",))
    assert applied(ONE, relabel, merge, leave_out) == ({2: "z", 3: "z", 5: "c", 9: "a"}, [])
    assert applied(ONE, leave_out, relabel, merge) == ({2: "z", 5: "c", 9: "a"}, [(3, "gone")])
    assert applied(ONE, merge, leave_out, relabel) == ({2: "b", 3: "z", 5: "c", 9: "a"}, [])


def test_rows_that_are_gone_are_left_out_once() -> None:
    steps = Step("leave_out_rows", "first", rows=(3,)), Step("leave_out_rows", "second", rows=(2, 3))
    assert applied(ONE, *steps) == ({5: "c", 9: "a"}, [(2, "second"), (3, "first")])


def test_a_label_merged_into_itself_stays() -> None:
    assert applied(ONE, Step("merge_labels", "why", labels=("a", "b"), into="b"))[0] == {
        2: "b",
        3: "b",
        5: "c",
        9: "b",
    }


MULTI_LABEL = {2: "a", 3: "a|b", 5: "b|c|x", 9: "x"}


def test_merging_acts_on_each_of_several_labels() -> None:
    step = Step("merge_labels", "why", labels=("b", "x"), into="other")
    assert applied(MULTI_LABEL, step, separator="|") == ({2: "a", 3: "a|other", 5: "c|other", 9: "other"}, [])


def test_a_document_without_a_label_is_left_out() -> None:
    step = Step("leave_out_labels", "few_10", labels=("x", "b"))
    assert applied(MULTI_LABEL, step, separator="|") == ({2: "a", 3: "a", 5: "c"}, [(9, "few_10")])


def test_relabelling_gives_a_whole_cell() -> None:
    step = Step("relabel", "why", rows=(9,), into="c | a")
    assert applied(MULTI_LABEL, step, separator="|")[0][9] == "a|c"


def test_a_separator_in_a_single_label_is_part_of_it() -> None:
    assert applied({2: "a|b", 3: "a"}, Step("leave_out_labels", "why", labels=("a",)))[0] == {2: "a|b"}


def test_a_step_survives_json_and_the_frame_is_not_changed() -> None:
    before = frame(ONE)
    step = Step.from_dict(Step("relabel", "why", rows=(2,), into="z").to_dict())
    left, _ = apply_steps(before, [step], None)
    assert left["label"].tolist() == ["z", "b", "c", "a"]
    assert before.equals(frame(ONE))


@pytest.mark.parametrize("dtype", ["str", "object"])
def test_kinds_of_columns(dtype: str) -> None:
    left, _ = apply_steps(frame(ONE).astype(dtype), [Step("merge_labels", "w", labels=("a",), into="b")], None)
    assert left["label"].tolist() == ["b", "b", "c", "b"]


def test_every_remedy_mends_its_finding() -> None:
    dataset = made(spoilt())
    for finding in quick(dataset, encoder_key="english"):
        for remedy in finding.remedies:
            left, gone = apply_steps(dataset.frame, remedy.steps, None)
            assert len(left) + len(gone) == len(dataset.frame)
            assert set(gone["reason"]) <= {finding.code}
            after = quick(made(zip(left["text"], left["label"], strict=True)), encoder_key="english")
            still = {(f.code, f.values.get("labels"), f.values.get("concerned")) for f in after}
            assert (finding.code, finding.values.get("labels"), finding.values.get("concerned")) not in still
            if "left" in remedy.values:
                assert remedy.values["left"] == len(left)


def test_blanking_out_many_texts_tells_progress_and_keeps_order() -> None:
    texts = [f"write to a{number}@b.com" if number % 2 else f"text {number}" for number in range(2 * AT_ONCE + 3)]
    given = pd.DataFrame(
        {"text": pd.Series(texts, dtype="str"), "label": pd.Series(["x"] * len(texts), dtype="str")}
    )
    given.index = pd.RangeIndex(2, len(texts) + 2, name="row")
    told: list[float] = []
    changed, _ = apply_steps(given, [Step("blank_out_personal", "personal_data")], None, on_progress=told.append)
    assert changed["text"].tolist() == ["write to [mail]" if n % 2 else f"text {n}" for n in range(len(texts))]
    assert changed.index.equals(given.index) and changed.dtypes.equals(given.dtypes)
    assert len(told) == 3 and told == sorted(told)
    assert apply_steps(given[:0], [Step("blank_out_personal", "personal_data")], None)[0].empty
