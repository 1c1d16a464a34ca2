"""Labels that stand for nothing, or for that of the row above, are asked about."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scalearn_core.checks.placeholders import ditto_labels, placeholder_labels
from scalearn_core.checks.quick import quick
from scalearn_core.cli.telling import tell_placeholders
from scalearn_core.data.apply_recipe import apply_steps
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.recipe import Step
from tests.core.tables.building import sheet_rows, xlsx

from .made import by_code, classes, made, only, plain_texts, scan


@pytest.mark.parametrize(
    "label",
    [
        *(
            "nan",
            "None",
            "NULL",
            "-",
            "N/A",
            "#N/A",
            "n.a.",
            "ｎ／ａ",
            "<NA>",
            " null ",
            "#REF!",
            "#DIV/0!",
            "#######",
        ),
        *("—", "―", "--", "...", "?", "？", "未入力", "該当なし", "(blank)", "unlabelled", "###"),
    ],
)
def test_a_blank_under_a_name_is_asked_about(label: str) -> None:
    finding = only(placeholder_labels(scan(classes({"billing": 3, "door": 3, label: 2}))))
    assert (finding.code, finding.values["labels"], finding.values["counts"]) == (
        "placeholder_labels",
        (label,),
        (2,),
    )
    assert (finding.severity, finding.rows) == ("warning", (8, 9))


@pytest.mark.parametrize(
    "labels",
    [("no", "yes"), ("unknown", "known"), ("0", "1"), ("+1", "0"), ("neu", "alt"), ("-2", "-3"), ("A-", "A+")],
)
def test_answers_are_not(labels: tuple[str, ...]) -> None:
    assert placeholder_labels(scan(classes(dict.fromkeys(labels, 3)))) == []


@pytest.mark.parametrize(
    ("labels", "code"),
    [
        (("-1", "0", "2"), "placeholder_labels"),
        (("-1.0", "0.0", "2.0"), "placeholder_labels"),
        (("−1", "3", "7"), "placeholder_labels"),
        (("-1", "0", "1"), "maybe_placeholder_labels"),
        (("-", "+", "o"), "maybe_placeholder_labels"),
        (("なし", "あり"), "maybe_placeholder_labels"),
        (("無", "有"), "maybe_placeholder_labels"),
        (("なし", "請求", "配送"), "placeholder_labels"),
        (("該当無し。", "請求", "配送"), "placeholder_labels"),
        (("k.A.", "neu", "alt"), "placeholder_labels"),
        (("\\N", "neu", "alt"), "placeholder_labels"),
    ],
)
def test_beside_its_opposite_it_may_be_an_answer(labels: tuple[str, ...], code: str) -> None:
    finding = only(placeholder_labels(scan(classes(dict.fromkeys(labels, 3)))))
    assert (finding.code, finding.values["labels"]) == (code, labels[:1])


def test_the_shell_tells_them(capsys: pytest.CaptureFixture[str]) -> None:
    tell_placeholders(("billing", "door", "nan"))
    assert "are learned as labels: nan. Blank such cells" in capsys.readouterr().err
    tell_placeholders(("billing", "同上", "〃", "Same as above", '"'))
    told = capsys.readouterr().err
    assert 'the same as in the row above, it seems, but are learned as labels: 同上, 〃, Same as above, ".' in told
    tell_placeholders(("billing", "door"))
    assert not capsys.readouterr().err


def test_minus_one_among_words_is_a_name() -> None:
    assert placeholder_labels(scan(classes({"-1": 3, "cellar": 3, "attic": 3}))) == []


def test_they_are_left_out_or_not_labelled_yet() -> None:
    documents = made(classes({"billing": 3, "door": 3, "nan": 2, "-": 1}))
    leave_out, not_yet = by_code(quick(documents))["placeholder_labels"].remedies
    assert leave_out.steps == (Step("leave_out_labels", "placeholder_labels", labels=("-", "nan")),)
    assert (leave_out.values["gone"], leave_out.values["left"]) == (3, 6)
    frame, gone = apply_steps(documents.frame, not_yet.steps, None)
    assert set(frame["label"]) == {"billing", "door"}
    assert gone["reason"].tolist() == ["blank_label"] * 3, "told as rows without a label are"


def test_of_several_labels_the_others_stay() -> None:
    documents = made(classes({"a|none": 2, "b": 3, "c": 3, "none": 1}), "|")
    leave_out, _ = only(placeholder_labels(scan(classes({"a|none": 2, "b": 3, "c": 3, "none": 1}), "|"))).remedies
    frame, gone = apply_steps(documents.frame, leave_out.steps, "|")
    assert frame["label"].tolist() == ["a", "a", *"bbbccc"] and len(gone) == 1


def test_without_two_other_labels_there_is_nothing_to_offer() -> None:
    assert only(placeholder_labels(scan(classes({"a": 3, "nan": 3})))).remedies == ()


def test_failed_lookups_of_a_workbook_are_asked_about() -> None:
    rows = [[words, label] for words, label in zip(plain_texts(6), ["a", "#N/A", "b"] * 2, strict=True)]
    cells = sheet_rows(["text", "label"], *rows).replace(
        't="inlineStr"><is><t xml:space="preserve">#N/A</t></is>', 't="e"><f>VLOOKUP(A3,D:E,2,0)</f><v>#N/A</v>'
    )
    found = quick(TextDataset.from_table(xlsx(cells), text="text", label="label"))
    assert by_code(found)["placeholder_labels"].values["labels"] == ("#N/A",)


@pytest.mark.parametrize("mark", ["〃", "仝", "上記と同じ", "同上。", "同上", '"', "ditto", "Same as above", "″"])
def test_as_in_the_row_above_is_written_out(mark: str) -> None:
    cells = ["a", mark, mark, "b", mark, "a", "b"]
    documents = made(zip(plain_texts(7), cells, strict=True))
    finding = only(ditto_labels(scan(zip(plain_texts(7), cells, strict=True))))
    assert (finding.values["labels"], finding.rows) == ((mark,), (3, 4, 6))
    write_out, *_ = finding.remedies
    assert write_out.values == {"concerned": 3, "unsettled": 0}
    frame, _ = apply_steps(documents.frame, write_out.steps, None)
    assert frame["label"].tolist() == ["a", "a", "a", "b", "b", "a", "b"]


def test_below_a_row_that_was_not_read_nothing_is_guessed() -> None:
    documents = list(zip(plain_texts(6), ["〃", "a", "〃", "〃", "b", "a"], strict=True))
    whole = scan(documents)
    with_gap = replace(whole, rows=whole.rows + np.array([0, 0, 1, 1, 1, 1]))
    first, *_ = only(ditto_labels(with_gap)).remedies
    assert first.code == "leave_out_placeholders"
