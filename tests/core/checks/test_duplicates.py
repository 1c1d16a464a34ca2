"""Same texts: with the same label, with another, and on both sides of a split."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scalearn_core.checks.duplicates import different_labels, exact_duplicates, leakage
from scalearn_core.data.parts import Part
from scalearn_core.data.recipe import Step
from scalearn_core.errors import DataError
from tests.core.checks.made import classes, made, only, plain_texts, scan


def test_later_ones_are_pointed_at_with_the_row_they_repeat() -> None:
    finding = only(
        exact_duplicates(
            scan([("Ａ４ paper", "x"), ("toner", "x"), (" a4 PAPER\n", "x"), ("toner", "y"), ("A4 paper", "x")])
        )
    )
    assert finding.rows == (4, 6)
    assert finding.notes == ("2", "2")
    assert finding.severity == "warning"
    assert finding.values == {"concerned": 2, "documents": 5, "share": 0.4}
    assert finding.remedies[0].steps == (Step("leave_out_rows", "exact_duplicates", rows=(4, 6)),)
    assert finding.remedies[0].values == {"concerned": 2, "left": 3}


@pytest.mark.parametrize(("others", "severity"), [(19, "warning"), (20, "hint")])
def test_few_duplicates_are_a_hint(others: int, severity: str) -> None:
    documents = [*classes({"x": others - 1}), ("same", "x"), ("same", "x")]
    assert only(exact_duplicates(scan(documents[-20:] if others == 19 else documents))).severity == severity


def test_nearly_the_same_is_not_the_same() -> None:
    assert exact_duplicates(scan([("toner", "x"), ("toner.", "x"), ("to ner", "x"), ("tonér", "x")])) == []


def test_several_labels_in_another_order_are_the_same() -> None:
    finding = only(exact_duplicates(scan([("toner", "a|b"), ("toner", "a|b"), ("toner", "a")], "|")))
    assert finding.rows == (3,)


def test_groups_stand_together_with_the_labels_of_the_others() -> None:
    finding = only(
        different_labels(
            scan(
                [
                    ("toner", "a"), ("paper", "b"), ("Toner", "b"), ("desk", "a"), ("PAPER", "c"), ("toner ", "a"),
                    ("desk", "a"), ("paper", "a"),
                ]
            )
        )
    )  # fmt: skip
    assert finding.rows == (2, 4, 7, 3, 6, 9)
    assert finding.notes == ("b", "a", "b", "c, a", "b, a", "b, c")
    assert finding.values == {"concerned": 6, "texts": 2, "documents": 8, "share": 0.75}
    relabel, leave_out = finding.remedies
    assert relabel.steps == (Step("relabel", "same_text_different_label", into="a", rows=(4,)),)
    assert relabel.values == {"concerned": 1, "unsettled": 3}
    assert leave_out.steps == (Step("leave_out_rows", "same_text_different_label", rows=(2, 3, 4, 6, 7, 9)),)
    assert leave_out.values == {"concerned": 6, "left": 2}


def test_without_a_majority_there_is_none_to_follow() -> None:
    finding = only(different_labels(scan([("toner", "a"), ("toner", "b")])))
    assert [remedy.code for remedy in finding.remedies] == ["leave_out_contradictions"]


@pytest.mark.parametrize(("others", "severity"), [(38, "warning"), (37, "serious")])
def test_many_contradictions_are_serious(others: int, severity: str) -> None:
    documents = [*classes({"a": others}), ("toner", "a"), ("toner", "b")]
    assert only(different_labels(scan(documents))).severity == severity


def test_the_majority_of_several_labels_is_a_whole_cell() -> None:
    documents = [("toner", "a|b"), ("toner", "a|b"), ("toner", "b")]
    assert only(different_labels(scan(documents, "|"))).remedies[0].steps[0].into == "a|b"


def test_another_spelling_of_the_label_is_no_contradiction() -> None:
    toner = [("toner", cell) for cell in ("IT", "it ", "ＩＴ", "it ")]
    documents = [*toner, ("lamp", "IT"), ("lamp", "HR")]
    assert only(exact_duplicates(scan(documents))).rows == (3, 4, 5)
    assert only(different_labels(scan(documents))).rows == (6, 7)
    finding = only(different_labels(scan([*toner, ("toner", "HR")])))
    assert finding.notes == ("HR",) * 4 + ("IT",)
    assert finding.remedies[0].steps == (Step("relabel", finding.code, into="it ", rows=(6,)),)


def test_no_contradictions() -> None:
    assert different_labels(scan([("toner", "a"), ("toner", "a"), ("paper", "b")])) == []


def test_test_texts_that_were_learned_from() -> None:
    dataset = made([("toner", "a"), ("paper", "b"), ("Ｔoner", "b"), ("desk", "b"), ("desk ", "a"), ("lamp", "a")])
    divided = replace(
        dataset, parts=np.array([Part.TRAIN, Part.TRAIN, Part.TEST, Part.VALIDATION, Part.TEST, Part.TEST])
    )
    finding = only(leakage(divided))
    assert (finding.severity, finding.rows, finding.notes) == ("serious", (4, 6), ("2", "5"))
    assert finding.values == {"concerned": 2, "tested": 3, "share": pytest.approx(2 / 3)}
    assert finding.remedies[0].steps == (Step("leave_out_rows", "leakage", rows=(4, 6)),)


def test_a_test_set_that_is_learned_from_whole_has_no_remedy() -> None:
    divided = replace(made([("toner", "a"), ("toner", "b")]), parts=np.array([Part.TRAIN, Part.TEST]))
    assert only(leakage(divided)).remedies == ()


def test_our_own_splits_do_not_leak() -> None:
    texts = plain_texts(60)
    documents = [(text, "ab"[n % 2]) for n, text in enumerate([*texts, *map(str.upper, texts[:30])])]
    assert leakage(made(documents).split(seed=3)) == []


def test_leakage_needs_a_split() -> None:
    with pytest.raises(DataError) as error:
        leakage(made([("toner", "a"), ("paper", "b")]))
    assert error.value.code == "data.not_split"
