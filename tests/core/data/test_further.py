"""A further file of documents without label: read beside a table, from any format, and refused in a sentence."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.further import holds_texts, read_further
from scalearn_core.data.mapping import Mapping
from scalearn_core.data.recipe import Step
from scalearn_core.data.split_plan import SplitPlan
from scalearn_core.errors import DataError
from scalearn_core.tables.reading import Reading
from tests.core.tables.building import sheet_rows, xlsx

ROWS = [(f"the letter number {n} asks about parcels", "xy"[n % 2]) for n in range(20)]
KEEP = Mapping("message", "team")
MORE = [f"the customer {n} wants to know something else" for n in range(5)]


def csv(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    return pd.DataFrame(rows, columns=list(columns)).to_csv(index=False).encode()


TABLE = csv(["message", "team"], ROWS)


def joined(content: bytes, table: bytes = TABLE, mapping: Mapping = KEEP, **options: object) -> TextDataset:
    further = read_further(content, mapping.texts, name="more.csv", **options)  # type: ignore[arg-type]
    return TextDataset.from_table(table, mapping, further=further)


def refusal(content: bytes) -> DataError:
    with pytest.raises(DataError) as caught:
        joined(content)
    return caught.value


def parquet(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    buffer = io.BytesIO()
    pd.DataFrame(rows, columns=list(columns)).to_parquet(buffer)
    return buffer.getvalue()


NUMBERED = [[str(n), text, "2024-03-05"] for n, text in enumerate(MORE)]
FILES = {
    "the same name": csv(["id", "message", "day"], NUMBERED),
    "its only column": csv(["anything"], [[text] for text in MORE]),
    "its only column of texts": csv(["id", "anything", "day"], NUMBERED),
    "the same name, no header found": csv(["message"], [[text] for text in MORE]),
    "a workbook": xlsx(sheet_rows(["id", "message", "day"], *NUMBERED)),
    "json": "\n".join(json.dumps({"id": n, "message": text}) for n, text in enumerate(MORE)).encode(),
    "parquet": parquet(["id", "message", "day"], NUMBERED),
    "with labels, which play no part": csv(["message", "team"], [[text, "x"] for text in MORE]),
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_its_documents_stand_behind_those_of_the_table(content: bytes) -> None:
    table = csv(["message", "team"], [*ROWS[:5], ("a question of the table itself", ""), *ROWS[5:]])
    dataset = joined(content, table)
    assert dataset.unlabelled.tolist() == ["a question of the table itself", *MORE]
    assert dataset.unlabelled.index[0] == 7 and dataset.table_end == 22
    own_rows = (dataset.unlabelled.index[1:] - 22).tolist()
    assert own_rows == list(range(own_rows[0], own_rows[0] + 5)) and own_rows[0] in (1, 2)
    assert dataset.frame.equals(TextDataset.from_table(table, KEEP).frame)
    assert dataset.split().pile == tuple(dataset.unlabelled)


def test_a_sheet_that_is_named_concerns_workbooks_alone() -> None:
    reading = Reading(sheet="2026")
    assert joined(FILES["the same name"], reading=reading).unlabelled.tolist() == MORE
    with pytest.raises(DataError, match='no sheet "2026"'):
        joined(FILES["a workbook"], reading=reading)


def test_how_the_file_is_written_can_be_told() -> None:
    content = "message;id\nGrüße aus München, und eine Frage;1\n".encode("cp1250")
    found = joined(content, reading=Reading(encoding="cp1250", delimiter=";"))
    assert found.unlabelled.tolist() == ["Grüße aus München, und eine Frage"]


@pytest.mark.parametrize(
    "content", [b"", b"\n \n", b"message,id\n", b"message,id\n,1\n  ,2\n", "message\n　\n".encode()]
)
def test_a_file_without_a_document_is_refused(content: bytes) -> None:
    error = refusal(content)
    assert error.code == "data.unlabelled_empty"
    assert str(error).startswith('There is no document in "more.csv"')


def test_a_file_whose_texts_cannot_be_told_is_refused_with_its_columns() -> None:
    two = csv(["subject", "body"], [[text, f"{text} and more of it"] for text in MORE])
    ids = csv(["id", "day"], [[row[0], row[2]] for row in NUMBERED])
    for content, columns in ((two, "subject, body"), (ids, "id, day")):
        error = refusal(content)
        assert error.code == "data.unlabelled_columns"
        assert (error.values["texts"], error.values["columns"]) == ("message", columns)


@pytest.mark.parametrize("part", ["test", "train", "all"])
def test_a_file_of_nothing_but_copies_is_refused(part: str) -> None:
    """Of documents to test on, to learn from, or of all; in capitals and with other spaces they are copies too."""
    whole = TextDataset.from_table(TABLE, KEEP).split()
    texts = {"test": whole.test.texts, "train": whole.train.texts, "all": tuple(whole.frame["text"])}[part]
    error = refusal(csv(["message"], [[f" {text.upper()} "] for text in texts]))
    assert error.code == "data.unlabelled_copies"
    assert f'All {len(texts)} texts of "more.csv" are in the table already' in str(error)
    assert joined(csv(["message"], [[text] for text in (*texts, MORE[0])])).split().pile == (MORE[0],)


def test_a_table_without_any_label_joins_one_that_has_some_and_stands_not_alone() -> None:
    blank = csv(["message", "team"], [[text, ""] for text in MORE])
    assert joined(blank).unlabelled.tolist() == MORE
    with pytest.raises(DataError, match="Of 10 documents 0 have a category"):
        joined(
            csv(["message"], [[text] for text in MORE]), csv(["message", "team"], [[t + "!", ""] for t in MORE])
        )


def test_rows_that_cannot_be_read_are_numbered_on_and_steps_reach_it() -> None:
    content = b"message,id\nwrite to jane.roe@corp-mail.com,1\n,2\na,b,c,d\nanother question,4\nleft out,5\n"
    steps = (Step("blank_out_personal", "personal_data"), Step("leave_out_rows", "tiny_texts", rows=(27,)))
    dataset = joined(content, mapping=Mapping("message", "team", steps=steps))
    assert dataset.unlabelled.to_dict() == {23: "write to [mail]", 26: "another question"}
    assert dataset.rejected[["row", "reason"]].to_numpy().tolist() == [
        [24, "blank_text"], [25, "too_many_fields"], [27, "tiny_texts"],
    ]  # fmt: skip


def test_several_columns_of_texts_are_joined() -> None:
    table = csv(["subject", "body", "team"], [("about", text, label) for text, label in ROWS])
    mapping = Mapping(["subject", "body"], "team")
    found = joined(csv(["body", "subject"], [["the body", "the subject"]]), table, mapping)
    assert found.unlabelled.tolist() == ["the subject\nthe body"]


def test_a_file_from_disk_is_called_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "mails.csv").write_bytes(b"")
    with pytest.raises(DataError, match=r'no document in "mails\.csv"'):
        read_further(tmp_path / "mails.csv", ["message"])


@pytest.mark.parametrize(
    ("cells", "are_texts"),
    [
        (MORE, True),
        ([f"パソコン{n}が起動しなくなりました。" for n in range(5)], True),
        (["not yet looked at by anyone"] * 9, False),
        (["経理部", "総務部", "カスタマーサポート"], False),
        (["2024-03-05 10:00", "2024-03-06 11:00"], False),
        (["Billing", "IT Hardware"], False),
        (["", " "], False),
    ],
)
def test_what_a_column_of_texts_looks_like(cells: list[str], are_texts: bool) -> None:
    assert holds_texts(pd.Series(cells, dtype="str")) == are_texts


def planned(plan: SplitPlan, day: str = "{:02}.3.2024") -> TextDataset:
    """Labelled documents of April, of customers and with marks, and others with the same columns."""
    rows = [
        [text, label, f"c{n // 4}", day.format(n + 1), "test" if n < 4 else ""]
        for n, (text, label) in enumerate(ROWS)
    ]
    rows += [[text, "", *cells] for text, cells in zip(MORE, (
        ("c0", day.format(1), "test"), ("", day.format(20), ""), ("c4", day.format(19), ""),
        (" c1 ", "unknown", "TEST "), ("new", day.format(2), ""),
    ), strict=True)]  # fmt: skip
    content = csv(["message", "team", "customer", "day", "part"], rows)
    mapping = Mapping("message", "team", keep=plan.columns)
    further = read_further(csv(["message"], [["a letter from elsewhere"]]), ["message"])
    return TextDataset.from_table(content, mapping, further=further).split(plan=plan)


def test_who_is_marked_as_a_test_document_is_not_learned_from() -> None:
    dataset = planned(SplitPlan(by="column", column="part", test_values=("test",)))
    assert dataset.pile == (MORE[1], MORE[2], MORE[4], "a letter from elsewhere")


def test_nor_is_one_of_a_group_that_is_tested_on() -> None:
    groups = dict(zip(MORE, ("c0", "", "c4", "c1", "new"), strict=True))
    left_out = 0
    for seed in range(5):
        dataset = planned(SplitPlan(seed, group_column="customer"))
        tested = {f"c{(row - 2) // 4}" for row in dataset.test.rows}
        expected = [text for text, group in groups.items() if group not in tested]
        assert dataset.pile == (*expected, "a letter from elsewhere")
        left_out += len(groups) - len(expected)
    assert left_out


@pytest.mark.parametrize("day", ["{:02}.3.2024", "3/{}/2024", "2024年3月{}日"])
def test_nor_is_one_that_is_as_new_as_they_are(day: str) -> None:
    dataset = planned(SplitPlan(by="newest", column="day", test=0.2), day)
    assert min(dataset.test.rows) == 18
    assert dataset.pile == (MORE[0], MORE[4], "a letter from elsewhere")
