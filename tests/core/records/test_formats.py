"""`docs/formats.md` names every key that a record has, and `format` as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from scalearn_core.records.explanation import Explanation
from scalearn_core.records.forecast import ForecastRecord
from scalearn_core.records.labelling import Codebook, LabelEntry, PileDocument, PileInfo
from scalearn_core.records.tables import PredictionRecord, TableEvaluation
from scalearn_core.records.training import FORMAT, TrainingRecord
from scalearn_core.records.update import UpdateRecord

FORMATS = (Path(__file__).parents[3] / "docs" / "formats.md").read_text("utf-8")
WORDS = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", FORMATS)) + FORMATS))


def dataclasses_in(kind: object) -> Iterator[type]:
    """A record and all that it is made of."""
    if isinstance(kind, type) and is_dataclass(kind):
        yield kind
        for hint in get_type_hints(kind).values():
            yield from dataclasses_in(hint)
    for inner in get_args(kind):
        yield from dataclasses_in(inner)


RECORDS = (
    TrainingRecord, TableEvaluation, PredictionRecord, ForecastRecord, Explanation, UpdateRecord, Codebook,
    LabelEntry, PileDocument, PileInfo,
)  # fmt: skip


@pytest.mark.parametrize("record", RECORDS)
def test_every_key_is_described(record: type) -> None:
    kinds = dict.fromkeys(dataclasses_in(record))
    missing = [f"{kind.__name__}.{each.name}" for kind in kinds for each in fields(kind) if each.name not in WORDS]
    assert not missing, "\n".join(missing)


def test_the_format_is_told() -> None:
    assert f"| `format` | {FORMAT};" in FORMATS
