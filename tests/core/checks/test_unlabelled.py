"""What is found in documents without label."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from scalearn_core.checks.quick import quick
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.unlabelled import MOST_UNLABELLED
from tests.core.checks.made import by_code, made, plain_texts
from tests.core.checks.test_language import JAPANESE

LABELLED = made([(text, "ab"[n % 2]) for n, text in enumerate(plain_texts(120))])


def beside(texts: list[str]) -> TextDataset:
    """With documents without label from row 200 on."""
    index = pd.RangeIndex(200, 200 + len(texts), name="row")
    return replace(LABELLED, unlabelled=pd.Series(texts, index=index, dtype="str"))


def test_nothing_is_found_where_there_is_nothing() -> None:
    assert quick(beside(plain_texts(30, begin=120))) == quick(LABELLED) == []


@pytest.mark.parametrize(("key", "is_read"), [(None, False), ("english", False), ("multilingual", True)])
def test_a_language_that_the_encoder_does_not_read_is_a_warning(key: str | None, is_read: bool) -> None:
    """The encoder is the one that suits the labelled documents, or the chosen one."""
    found = by_code(quick(beside([*plain_texts(10, begin=120), *JAPANESE[:10]]), encoder_key=key))
    assert ("unlabelled_language" not in found) == is_read
    if not is_read:
        finding = found["unlabelled_language"]
        assert (finding.severity, finding.rows, finding.notes) == ("warning", tuple(range(210, 220)), ("ja",) * 10)
        assert finding.values == {
            "languages": ("ja",), "share": 0.5, "encoder": "english",
            "concerned": 10, "looked_at": 20, "documents": 20,
        }  # fmt: skip


def test_personal_data_are_found_in_them_too() -> None:
    found = by_code(quick(beside([*plain_texts(19, begin=120), "write to jane.roe@corp-mail.com"])))
    finding = found["personal_data"]
    assert (finding.rows, finding.notes) == ((219,), ("j…@c….com",))
    assert (finding.values["documents"], finding.values["share"]) == (140, 1 / 140)


def test_copies_are_told_with_their_rows() -> None:
    first = plain_texts(1)[0]
    found = by_code(quick(beside([*plain_texts(2, begin=120), first.upper(), *plain_texts(1, begin=120)])))
    finding = found["unlabelled_copies"]
    assert (finding.severity, finding.rows) == ("hint", (202, 203))
    assert finding.values == {"concerned": 2, "unlabelled": 4}
    assert by_code(quick(beside([first] * 3)))["unlabelled_copies"].severity == "warning"


def test_that_some_are_drawn_is_told() -> None:
    texts = [f"{text} {n}" for n, text in enumerate(plain_texts(MOST_UNLABELLED + 1, begin=120))]
    finding = by_code(quick(beside(texts)))["unlabelled_drawn"]
    assert (finding.severity, finding.rows) == ("hint", ())
    assert finding.values == {"unlabelled": MOST_UNLABELLED + 1, "drawn": MOST_UNLABELLED}


def test_progress_is_told_while_many_are_compared() -> None:
    told: list[float] = []
    quick(
        beside([f"{text} {n}" for n, text in enumerate(plain_texts(3000, begin=120) * 15)]),
        on_progress=told.append,
    )
    assert told == sorted(told) and told[-1] == 1.0
    assert len([share for share in told if 0.6 < share < 1]) == 2  # of 45,000, after each 20,000
