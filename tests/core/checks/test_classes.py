"""Rare classes, unequal classes and one class under several spellings."""

from __future__ import annotations

import pytest

from scalearn_core.checks.classes import few_documents, imbalance, spelling_variants
from scalearn_core.checks.scan import spelling
from scalearn_core.data.recipe import Step
from tests.core.checks.made import by_code, classes, only, scan


def test_each_class_is_in_the_strictest_level_only() -> None:
    counts = {"nine": 9, "ten": 10, "nineteen": 19, "twenty": 20, "forty-nine": 49, "fifty": 50}
    found = by_code(few_documents(scan(classes(counts)), other="other", multi_label=False))
    assert {code: (f.severity, f.values["labels"], f.values["counts"]) for code, f in found.items()} == {
        "few_10": ("serious", ("nine",), (9,)),
        "few_20": ("warning", ("ten", "nineteen"), (10, 19)),
        "few_50": ("hint", ("twenty", "forty-nine"), (20, 49)),
    }
    assert found["few_10"].rows == tuple(range(2, 11))
    assert found["few_10"].notes == ("nine",) * 9
    assert found["few_50"].remedies == ()


def test_enough_documents_are_not_pointed_at() -> None:
    assert few_documents(scan(classes({"a": 50, "b": 51})), other="other", multi_label=False) == []


def test_rare_classes_are_merged_or_left_out() -> None:
    documents = scan(classes({"a": 60, "b": 60, "x": 3, "y": 2}))
    leave_out, merge = only(few_documents(documents, other="other", multi_label=False)).remedies
    assert merge.code == "merge_few"
    assert merge.steps == (Step("merge_labels", "few_10", labels=("x", "y"), into="other"),)
    assert merge.values == {"labels": ("x", "y"), "into": "other", "concerned": 5, "total": 5}
    assert leave_out.code == "leave_out_few"
    assert leave_out.steps == (Step("leave_out_labels", "few_10", labels=("x", "y")),)
    assert leave_out.values == {"labels": ("x", "y"), "gone": 5, "left": 120}


@pytest.mark.parametrize(("third", "first"), [(4, "leave_out_few"), (5, "merge_few")])
def test_merging_is_recommended_where_it_makes_a_class_large_enough(third: int, first: str) -> None:
    documents = scan(classes({"a": 60, "b": 60, "x": 3, "y": 2, "z": third}))
    assert only(few_documents(documents, other="other", multi_label=False)).remedies[0].code == first


def test_an_other_class_that_is_there_is_used_as_it_is_spelled() -> None:
    documents = scan(classes({"a": 60, "Other ": 60, "x": 3}))
    merge, _ = only(few_documents(documents, other="other", multi_label=False)).remedies
    assert merge.steps == (Step("merge_labels", "few_10", labels=("x",), into="Other "),)
    assert merge.values["total"] == 63


def test_a_rare_other_class_is_not_merged_into_itself() -> None:
    documents = scan(classes({"a": 60, "b": 60, "other": 4, "x": 3}))
    leave_out, merge = only(few_documents(documents, other="other", multi_label=False)).remedies
    assert merge.steps[0].labels == ("x",)
    assert merge.values["total"] == 7
    assert leave_out.steps[0].labels == ("other", "x")


def test_one_rare_class_alone_is_not_renamed_to_other() -> None:
    remedies = only(
        few_documents(scan(classes({"a": 60, "b": 60, "x": 3})), other="other", multi_label=False)
    ).remedies
    assert [remedy.code for remedy in remedies] == ["leave_out_few"]


def test_no_remedy_leaves_a_single_class() -> None:
    assert only(few_documents(scan(classes({"a": 60, "x": 3})), other="other", multi_label=False)).remedies == ()
    assert only(few_documents(scan(classes({"x": 3, "y": 3})), other="other", multi_label=False)).remedies == ()


def test_of_several_labels_those_with_another_one_stay() -> None:
    documents = scan(classes({"a": 60, "b": 60, "a|x": 2, "x": 1, "x|y": 1, "y|b": 2}), "|")
    finding = only(few_documents(documents, other="other", multi_label=True))
    assert finding.values["labels"] == ("y", "x")
    assert finding.values["counts"] == (3, 4)
    assert finding.values["concerned"] == 6
    leave_out, merge = finding.remedies
    assert (merge.code, merge.values["total"]) == ("merge_few_several", 6)
    assert leave_out.code == "leave_out_few_several"
    assert leave_out.values == {"labels": ("x", "y"), "gone": 2, "left": 124, "concerned": 6}


@pytest.mark.parametrize(("largest", "severity"), [(49, None), (50, "hint"), (200, "hint"), (201, "warning")])
def test_imbalance(largest: int, severity: str | None) -> None:
    found = imbalance(scan(classes({"large": largest, "small": 10})))
    assert [finding.severity for finding in found] == ([severity] if severity else [])


def test_imbalance_names_both_classes() -> None:
    finding = only(imbalance(scan(classes({"a": 20, "large": 61, "small": 10}))))
    assert finding.values == {
        "ratio": 6, "largest": "large", "largest_count": 61, "smallest": "small", "smallest_count": 10
    }  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Billing", "billing"),
        ("ＩＴ部", "it部"),
        ("ｻｰﾊﾞｰ", "サーバー"),
        ("サーバー", "サーバ－"),
        ("e-mail", "e–mail"),
        ("Follow - up", "Follow-up"),
        ("Pay  roll", "Pay\u00a0roll"),
        ("Billing\u200b", "Billing"),
        ("Straße", "STRASSE"),
    ],
)
def test_same_spelling(one: str, other: str) -> None:
    assert spelling(one) == spelling(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("IT", "HR"), ("Level 1", "Level 2"), ("follow up", "followup"), ("人事", "人事部"), ("C", "C++")],
)
def test_other_labels(one: str, other: str) -> None:
    assert spelling(one) != spelling(other)


def test_spellings_are_merged_into_the_most_frequent() -> None:
    documents = scan(classes({"billing": 3, "Billing": 5, "BILLING ": 1, "ＨＲ": 2, "HR": 2, "Legal": 4}))
    finding = only(spelling_variants(documents))
    assert finding.severity == "warning"
    assert finding.values == {
        "labels": ("billing", "BILLING ", "ＨＲ"),
        "into": ("Billing", "Billing", "HR"),
        "concerned": 6,
        "documents": 17,
    }
    assert finding.rows == (2, 3, 4, 10, 11, 12)
    assert finding.notes == ("Billing",) * 4 + ("HR",) * 2
    assert finding.remedies[0].steps == (
        Step("merge_labels", "spelling_variants", labels=("BILLING ", "billing"), into="Billing"),
        Step("merge_labels", "spelling_variants", labels=("ＨＲ",), into="HR"),
    )
    assert finding.remedies[0].values["classes"] == 3


def test_spellings_that_are_all_one_class_have_no_remedy() -> None:
    assert only(spelling_variants(scan(classes({"Yes": 3, "yes": 4})))).remedies == ()


def test_spellings_among_several_labels() -> None:
    finding = only(spelling_variants(scan(classes({"a|b": 2, "A": 5, "b": 3}), "|")))
    assert finding.rows == (2, 3)
    assert finding.notes == ("A", "A")


def test_different_spellings_only() -> None:
    assert spelling_variants(scan(classes({"billing": 3, "shipping": 3}))) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10〜20日", "10～20日"),
        ("can't log in", "can’t log in"),
        ("the “new” door", 'the "new" door'),
        ("A・B", "A·B"),
        ("Cancel", "Сancel"),
        ("ヘルプ", "へルプ"),
        ("葛\U000e0100城", "葛城"),
        ("Гость", "гость"),
    ],
    ids=[
        "wave dash",
        "apostrophe",
        "quotation marks",
        "middle dot",
        "Cyrillic C",
        "hiragana he",
        "selector",
        "case",
    ],
)
def test_labels_that_look_the_same_are_offered_as_one(one: str, other: str) -> None:
    finding = only(spelling_variants(scan(classes({one: 3, other: 2, "30日": 3, "МОСКВА": 2}))))
    assert (finding.values["labels"], finding.values["into"]) == ((other,), (one,))


def test_labels_of_another_alphabet_are_no_spelling() -> None:
    assert spelling("Москва") == spelling("МОСКВА") != spelling("MOCKBA")
