"""Columns and labels that can be learned from, and those that are refused by name."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.mapping import Mapping
from scalearn_core.data.split import Split
from scalearn_core.errors import DataError


def table(rows: Sequence[tuple[str, str]], header: str = "message,team") -> bytes:
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    return "\n".join([header, *quoted]).encode()


def balanced(n: int, labels: Sequence[str] = ("hr", "it")) -> list[tuple[str, str]]:
    return [(f"document {i}", labels[i % len(labels)]) for i in range(n)]


def load(
    content: bytes, text: str = "message", label: str = "team", name: str | None = None, **options: str
) -> TextDataset:
    return TextDataset.from_table(content, Mapping(text, label, **options), name=name)  # type: ignore[arg-type]


def refusal(content: bytes, text: str = "message", label: str = "team") -> DataError:
    with pytest.raises(DataError) as caught:
        load(content, text, label)
    return caught.value


def test_texts_and_labels_stay_as_typed() -> None:
    """Spellings are merged by the user alone (`findings/`)."""
    dataset = load(
        table([(" a ", "NA"), ("b", "NA"), ("c", "001"), ("d", "001"), ("e", "na"), ("f", "ＮＡ"), ("g", "NA ")])
    )
    assert dataset.frame["text"].tolist() == [" a ", "b", "c", "d", "e", "f", "g"]
    assert dataset.labels == ("001", "NA", "NA ", "na", "ＮＡ")
    assert dataset.class_counts == {"001": 2, "NA": 2, "NA ": 1, "na": 1, "ＮＡ": 1}
    assert dataset.frame.index.tolist() == [2, 3, 4, 5, 6, 7, 8]


def test_a_missing_column_names_those_there_are_and_the_closest() -> None:
    error = refusal(table(balanced(4)), text="Mesage")
    assert error.code == "data.column_missing_closest"
    assert 'Did you mean "message"? The table has: message, team.' in str(error)
    assert refusal(table(balanced(4)), label="zzz").code == "data.column_missing"
    assert refusal(table(balanced(4)), label="TEAM").values["closest"] == "team"


def test_text_and_label_must_be_two_columns() -> None:
    assert refusal(table(balanced(4)), label="message").code == "data.same_column"


def test_blank_cells_are_refused_by_row_number_on_request() -> None:
    with pytest.raises(DataError) as caught:
        load(table([*balanced(4), ("  ", "it"), ("text", "\u3000")]), blanks="refuse")
    error = caught.value
    assert error.code == "data.blank_cells"
    assert (error.values["count"], error.values["rows"]) == (2, "6, 7")


def test_blank_cells_are_left_out_and_listed_on_request() -> None:
    content = table([*balanced(4), ("", "it"), ("text", ""), ("", "")]) + b"\nloose, comma, it\n"
    dataset = load(content, blanks="leave_out")
    assert len(dataset.frame) == 4
    assert dataset.rejected.to_dict("list") == {
        "row": [6, 7, 9],
        "reason": ["blank_text", "blank_label", "too_many_fields"],
        "content": ["it", "text", "loose, comma, it"],
    }


def test_an_unknown_way_with_blanks_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="leave_out"):
        load(table(balanced(4)), blanks="ignore")


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("a", "x")], "data.one_document"),
        ([("a", "x"), ("b", "x")], "data.one_class"),
        ([("a", "x"), ("b", "y")], "data.too_few_repeated"),
        ([("a", "x"), ("b", "x"), ("c", "y")], "data.too_few_repeated"),
        ([(f"t{i}", f"ticket {i}") for i in range(30)], "data.labels_nearly_unique"),
        ([(f"t{i}", f"class {i % 201}") for i in range(603)], "data.too_many_classes"),
    ],
)
def test_labels_one_cannot_learn_from_are_refused(rows: list[tuple[str, str]], code: str) -> None:
    assert refusal(table(rows)).code == code


def test_only_blank_rows_leave_no_documents() -> None:
    with pytest.raises(DataError) as caught:
        load(table([("a", ""), ("", "x")]), blanks="leave_out")
    assert caught.value.code == "data.no_documents"


def test_the_limits_themselves_are_allowed() -> None:
    assert len(load(table(balanced(400, [f"c{i}" for i in range(200)]))).labels) == 200
    assert len(load(table(balanced(4))).frame) == 4


def test_parts_carry_texts_targets_and_row_numbers_in_file_order() -> None:
    dataset = load(table(balanced(60, ["b", "a", "c"])))
    divided = dataset.split(seed=4)
    parts = [divided.train, divided.validation, divided.test]
    assert sum(map(len, parts)) == 60
    for part in parts:
        assert part.labels == ("a", "b", "c")
        assert part.targets.dtype == np.int64
        assert list(part.rows) == sorted(part.rows)
        for text, target, row in zip(part.texts, part.targets, part.rows, strict=True):
            assert dataset.frame.loc[row].tolist() == [text, part.labels[target]]
    assert not set(divided.train.rows) & set(divided.test.rows)


def test_split_gives_a_new_dataset_and_leaves_the_old_one_whole() -> None:
    dataset = load(table(balanced(20)))
    assert dataset.split(seed=1).test.rows == dataset.split(seed=1).test.rows
    with pytest.raises(DataError) as caught:
        _ = dataset.train
    assert caught.value.code == "data.not_split"


@pytest.mark.parametrize("n", range(4, 30))
def test_small_tables_can_be_split(n: int) -> None:
    divided = load(table(balanced(n))).split()
    assert set(divided.train.targets) == set(divided.test.targets) == {0, 1}


def test_the_fingerprint_is_of_the_content_not_of_the_file() -> None:
    rows = balanced(5)
    comma = load(table(rows))
    tabs = load("\r\n".join(["team\tmessage", *(f"{label}\t{text}" for text, label in rows)]).encode("utf-16"))
    book = openpyxl.Workbook()
    for row in [("message", "team"), *rows]:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    assert comma.fingerprint == tabs.fingerprint == load(buffer.getvalue()).fingerprint
    assert len(comma.fingerprint) == 64
    assert comma.fingerprint != load(table([*rows[:4], ("document 4", "it")])).fingerprint
    assert (
        load(table([("ab", "c"), ("a", "bc")] * 2)).fingerprint
        != load(table([("a", "bc"), ("ab", "c")] * 2)).fingerprint
    )


def test_the_name_is_the_files_unless_given(tmp_path: Path) -> None:
    path = tmp_path / "tickets 2026.csv"
    path.write_bytes(table(balanced(4)))
    assert TextDataset.from_table(path, text="message", label="team").name == "tickets 2026"
    assert load(table(balanced(4)), name="mine").name == "mine"


def test_the_whole_table_can_be_asked_for_in_a_models_labels() -> None:
    dataset = load(table(balanced(6)))
    assert dataset.whole().targets.tolist() == [0, 1, 0, 1, 0, 1]
    assert dataset.whole(["it", "legal", "hr"]).targets.tolist() == [2, 0, 2, 0, 2, 0]
    with pytest.raises(DataError) as caught:
        dataset.whole(["it", "legal"])
    assert caught.value.values["unknown"] == "hr"


def test_a_split_of_unequal_parts_is_refused() -> None:
    with pytest.raises(ValueError, match="equally many"):
        Split(("a",), np.array([0, 1]), ("x", "y"), (2,))


def test_labels_that_look_like_formulas_are_known_as_our_exports_write_them() -> None:
    labels = ("-1 rejected", "＋追加", "ok")
    exported = [*balanced(4, ("'-1 rejected", "'＋追加")), *balanced(2, ("ok",))]
    split = load(table(exported)).whole(labels)
    names = [split.labels[target] for target in split.targets]
    assert names == ["-1 rejected", "＋追加", "-1 rejected", "＋追加", "ok", "ok"]
    with pytest.raises(DataError):
        load(table(balanced(4, ("'x", "ok")))).whole(("x", "ok"))


def test_columns_that_are_named_stand_in_the_first_row() -> None:
    """It looks like any other row, as one of its names is a class too."""
    rows = "".join(f"document {i},{('urgent', 'normal')[i % 2]}\n" for i in range(20))
    dataset = TextDataset.from_table(("text,urgent\n" + rows).encode(), text="text", label="urgent")
    assert dataset.class_counts == {"normal": 10, "urgent": 10}


def test_outer_whitespace_of_labels_does_not_count_against_a_model() -> None:
    dataset = TextDataset.from_table(
        b"t,l\na,it \nb,hr\nc,it\n", Mapping(text="t", label="l", separator=None), to_learn=False
    )
    assert dataset.whole(["hr ", "it"]).names() == ["it", "hr ", "it"]
    assert dataset.whole(["hr", "it", "it "]).names() == ["it ", "hr", "it"]
