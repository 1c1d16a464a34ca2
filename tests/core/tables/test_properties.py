"""Whatever is written with Python's csv writer reads back the same, under every encoding and delimiter."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from functools import cache
from itertools import chain

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from scalearn_core.tables.delimited import DELIMITERS
from scalearn_core.tables.encodings import ENCODINGS

from .building import read

bounded = settings(
    deadline=None,
    derandomize=True,
    max_examples=10,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink),
)
MARKS = "\",\t;|\r\n' \\=\u3000"
"""Characters that a reader of tables may trip over."""


@cache
def held(encoding: str) -> str:
    """The characters that an encoding holds and gives back, one in seven of those beyond two bytes in Unicode."""
    candidates = chain(
        range(1, 0x3100), range(0x3100, 0xD800, 7), range(0xE000, 0x10000, 7), range(0x1F300, 0x1F650)
    )
    kept = []
    for code in candidates:
        character = chr(code)
        try:
            if character.encode(encoding).decode(encoding) == character:
                kept.append(character)
        except UnicodeError:
            continue
    return "".join(sorted(set(kept) - {"\ufeff", "\x1b", "\x0e", "\x0f"}))


def tables(encoding: str) -> st.SearchStrategy[list[list[str]]]:
    """Rows of as many cells each, with something in the first."""
    characters = st.one_of(
        st.sampled_from(held(encoding)), st.sampled_from([c for c in MARKS if c in held(encoding)])
    )
    cell = st.text(characters, max_size=12)
    first = cell.map(lambda text: text + "x")
    width = st.integers(0, 3)
    return width.flatmap(
        lambda count: st.lists(st.tuples(first, *[cell] * count).map(list), min_size=1, max_size=6)
    )


def written(rows: list[list[str]], encoding: str, delimiter: str, quoting: int) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting)
    writer.writerow([f"name{number}" for number in range(len(rows[0]))])
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(data=st.data())
@bounded
def test_a_written_table_reads_back_the_same(encoding: str, data: st.DataObject) -> None:
    rows = data.draw(tables(encoding))
    delimiter = data.draw(st.sampled_from(DELIMITERS))
    quoting = data.draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
    table = read(written(rows, encoding, delimiter, quoting), encoding=encoding, delimiter=delimiter, header=True)
    assert table.cells == rows
    assert table.rows == list(range(2, len(rows) + 2))
    assert table.rejected == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@given(data=st.data())
@bounded
def test_unicode_is_found_and_reads_back_the_same(encoding: str, data: st.DataObject) -> None:
    """Of assigned characters other than controls: without a mark, a text of others is taken for binary data.

    So is a text of few characters with a zero byte each, such as U+2C00, which in the other order is a comma.
    """

    def telling(character: str) -> bool:
        return unicodedata.category(character) not in ("Cc", "Cn", "Co") and ord(character) % 256 != 0

    rows = [["".join(filter(telling, cell)) for cell in row] for row in data.draw(tables(encoding))]
    delimiter = data.draw(st.sampled_from(DELIMITERS))
    table = read(written(rows, encoding, delimiter, csv.QUOTE_ALL), delimiter=delimiter, header=True)
    assert (table.cells, table.rejected) == (rows, [])


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_encoding_is_known_and_holds_more_than_ascii(encoding: str) -> None:
    assert codecs.lookup(encoding)
    assert len(held(encoding)) > 200
