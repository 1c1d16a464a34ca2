"""A table read in pieces is the table read whole."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from scalearn_core.errors import DataError
from scalearn_core.tables.pieces import read_pieces
from scalearn_core.tables.reader import read_table
from scalearn_core.tables.reading import AS_FOUND, Reading

CSV = "id,text,team\n" + "".join(
    f'{n:05},"document {n}, of\nseveral lines",{"left" if n % 3 else "right"}\n' for n in range(2_500)
)
ODD = CSV.replace("01500,", '01500,"one, two",') + "\n\n,,\nid,text,team\nlast,no team\n"


def whole_and_pieces(path: Path, reading: Reading = AS_FOUND) -> None:
    whole, pieces = read_table(path, reading), list(read_pieces(path, reading, rows=1_100, whole=0))
    assert len(pieces) > 1
    pd.testing.assert_frame_equal(pd.concat([piece.frame for piece in pieces]), whole.frame)
    rejected = pd.concat([piece.rejected for piece in pieces], ignore_index=True)
    pd.testing.assert_frame_equal(rejected, whole.rejected)
    for piece in pieces:
        assert (piece.header_row, piece.encoding, piece.kind) == (whole.header_row, whole.encoding, whole.kind)


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        (CSV, AS_FOUND),
        (ODD, AS_FOUND),
        (CSV.replace("\n", "\r\n"), AS_FOUND),
        (CSV.replace(",", "\t"), AS_FOUND),
        ("A report of tickets,,\n" + CSV, AS_FOUND),
        (CSV.split("\n", 1)[1], Reading(header=False)),
        ("x,,\ny,,\n" + CSV, Reading(header=3)),
        ("sep=;\n" + CSV.replace(",", ";"), AS_FOUND),
    ],
    ids=["plain", "odd rows", "windows", "tabs", "title", "no header", "third row", "hint"],
)
def test_a_text_in_pieces(tmp_path: Path, text: str, reading: Reading) -> None:
    (tmp_path / "table.csv").write_text(text, "utf-8", newline="")
    whole_and_pieces(tmp_path / "table.csv", reading)


def test_a_japanese_text_and_a_packed_one(tmp_path: Path) -> None:
    import gzip

    text = CSV.replace("document", "文書").replace("left", "左")
    (tmp_path / "table.csv").write_bytes(text.encode("cp932"))
    whole_and_pieces(tmp_path / "table.csv")
    (tmp_path / "table.csv.gz").write_bytes(gzip.compress(text.encode()))
    whole_and_pieces(tmp_path / "table.csv.gz")


def test_parquet_in_pieces(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": range(3_000), "text": [f"document {n}" for n in range(3_000)], "0": [0.1] * 3_000})
    frame.to_parquet(tmp_path / "table.parquet", row_group_size=700)
    whole_and_pieces(tmp_path / "table.parquet")


def test_a_workbook_is_read_whole_and_cut(tmp_path: Path) -> None:
    pd.DataFrame({"text": [f"document {n}" for n in range(30)]}).to_excel(tmp_path / "table.xlsx", index=False)
    pieces = list(read_pieces(tmp_path / "table.xlsx", rows=20))
    assert [len(piece.frame) for piece in pieces] == [20, 10]
    assert {piece.kind for piece in pieces} == {"xlsx"}


def test_what_is_no_table_is_refused_as_ever(tmp_path: Path) -> None:
    for name, content in (("empty.csv", b""), ("picture.csv", b"\x89PNG\r\n"), ("names.csv", b"id,text\n")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError) as whole:
            read_table(tmp_path / name)
        with pytest.raises(DataError) as pieces:
            list(read_pieces(tmp_path / name, whole=0))
        assert pieces.value.code == whole.value.code
