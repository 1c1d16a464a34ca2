"""Ten thousand damaged files: each is read without losing a row in silence, or refused with a sentence."""

from __future__ import annotations

import gzip
import io
import random
import time
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scalearn_core.errors import DataError
from scalearn_core.messages import MESSAGES
from scalearn_core.tables.reader import Table, read_table

from .building import ods, ods_row, ods_table, sheet_rows, xlsx

ROWS = [["text", "label"]] + [
    [f'見積もり {number}, "急ぎ"', "契約" if number % 2 else "001"] for number in range(8)
]
WESTERN = [["text", "label"]] + [[f'Größe {number}; "schön"', "Öl" if number % 2 else "NA"] for number in range(8)]
CHUNK = 500
SLOWEST = 5.0
"""Seconds for one file of a few hundred bytes, on a crowded machine."""


def quoted(rows: list[list[str]], delimiter: str, encoding: str, newline: str = "\n") -> bytes:
    lines = (delimiter.join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) for row in rows)
    return (newline.join(lines) + newline).encode(encoding)


def bare(rows: list[list[str]], encoding: str) -> bytes:
    return "".join("\t".join(cell.replace('"', "") for cell in row) + "\r\n" for row in rows).encode(encoding)


def parquet() -> bytes:
    sink = io.BytesIO()
    columns = [list(column) for column in zip(*ROWS[1:], strict=True)]
    pq.write_table(pa.table(dict(zip(ROWS[0], columns, strict=True))), sink, compression="snappy")
    return sink.getvalue()


def json_lines() -> bytes:
    return "".join(
        f'{{"text": "{row[0].replace(chr(34), "")}", "label": "{row[1]}"}}\n' for row in ROWS[1:]
    ).encode()


@cache
def originals() -> dict[str, bytes]:
    marked = [[cell.replace('"', "&quot;") for cell in row] for row in ROWS]
    return {
        "utf-8": quoted(ROWS, ",", "utf-8"),
        "utf-8 bare": bare(ROWS, "utf-8"),
        "utf-16": quoted(ROWS, ";", "utf-16", "\r\n"),
        "utf-16-le": bare(ROWS, "utf-16-le"),
        "cp932": quoted(ROWS, ",", "cp932", "\r\n"),
        "cp932 bare": bare(ROWS, "cp932"),
        "euc_jp": quoted(ROWS, "|", "euc_jp"),
        "iso2022_jp": bare(ROWS, "iso2022_jp"),
        "cp1252": quoted(WESTERN, ";", "cp1252"),
        "gzip": gzip.compress(quoted(ROWS, ",", "utf-8"), mtime=0),
        "json": json_lines(),
        "xlsx": xlsx(sheet_rows(*marked)),
        "ods": ods(ods_table(*(ods_row(*row) for row in marked))),
        "parquet": parquet(),
    }


def mutated(content: bytes, chance: random.Random) -> bytes:
    """One to four bytes flipped, deleted, inserted, cut off, or a piece moved or doubled."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(changed) + 1)
        length = chance.randint(1, 8)
        match chance.randrange(6):
            case 0 if at < len(changed):
                changed[at] ^= 1 << chance.randrange(8)
            case 1:
                del changed[at : at + length]
            case 2:
                changed[at:at] = chance.choice(
                    [chance.randbytes(length), b'"', b"\n", b"\r", b",", b"\0", b"\x1b$B", b"\xff"]
                )
            case 3 if chance.random() < 0.2:
                del changed[at:]
            case 4:
                piece = changed[at : at + chance.randint(1, 60)]
                to = chance.randrange(len(changed) + 1)
                changed[to:to] = piece
            case 5 if at < len(changed):
                changed[at] = chance.randrange(256)
    return bytes(changed)


def read_or_refused(content: bytes) -> Table | None:
    began = time.monotonic()
    try:
        return read_table(content)
    except DataError as error:
        assert error.code in MESSAGES
        assert str(error).endswith(".")
        return None
    finally:
        assert time.monotonic() - began < SLOWEST


def is_blank(text: str) -> bool:
    return all(character.isspace() or unicodedata.category(character) == "Cf" for character in text)


def lines_of(content: bytes, encoding: str) -> list[str]:
    """The physical lines, without bytes that fit no character; ended by CR, LF or both."""
    text = content.decode(encoding, "ignore").removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def characters(text: str) -> str:
    """What must be found again: letters and digits that a fault cannot have made."""
    return "".join(character for character in text if character.isascii() and character.isalnum())


def check_nothing_lost(table: Table, content: bytes) -> None:
    """Row numbers have gaps only where rows are blank, and every letter of the file is kept."""
    assert table.frame.index.is_monotonic_increasing
    rows = [*table.frame.index, *table.rejected["row"]]
    assert len(set(rows)) == len(rows)
    if table.encoding is None:
        return
    lines = lines_of(content, table.encoding)
    if '"' not in "".join(lines) and table.kind == "text":  # each line is a row
        between = table.delimiter or ""
        filled = {number for number, line in enumerate(lines, 1) if not is_blank(line.replace(between, ""))}
        missing = sorted(filled - set(rows))
        assert len(missing) == table.header
        assert missing < [table.frame.index[0]]
    if table.kind == "text":
        kept = "".join(cells_of(table))
        names = "".join(table.frame.columns) if table.header else ""
        hints = 0 if not lines[0].strip().lower().startswith("sep=") else 4
        assert sum(map(len, map(characters, lines))) - hints <= len(characters(kept)) + len(characters(names))


def cells_of(table: Table) -> list[str]:
    return [*table.frame.to_numpy().ravel().tolist(), *table.rejected["content"]]


@pytest.mark.parametrize("part", range(20))
def test_ten_thousand_damaged_files(part: int) -> None:
    chance = random.Random(part)
    kinds = list(originals().items())
    for number in range(CHUNK):
        kind, original = kinds[number % len(kinds)]
        content = mutated(original, chance)
        table = read_or_refused(content)
        if table is None:
            continue
        assert len(table.frame) >= 1, kind
        check_nothing_lost(table, gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content)


@pytest.mark.parametrize("kind", originals())
def test_undamaged_each_is_read_whole(kind: str) -> None:
    """Else the damaged ones would prove little."""
    table = read_table(originals()[kind])
    assert (len(table.frame), len(table.rejected)) == (8, 0)
    check_nothing_lost(table, gzip.decompress(originals()[kind]) if kind == "gzip" else originals()[kind])


@pytest.mark.parametrize(
    "damage",
    [
        lambda frame: frame.drop(index=5),
        lambda frame: frame.rename(index={5: 6}),
    ],
    ids=["a row dropped", "a row numbered twice"],
)
@pytest.mark.parametrize("kind", ["utf-8 bare", "cp932 bare", "utf-16-le"])
def test_the_oracle_sees_what_is_lost(kind: str, damage: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    table = read_table(originals()[kind])
    with pytest.raises(AssertionError):
        check_nothing_lost(replace(table, frame=damage(table.frame)), originals()[kind])
