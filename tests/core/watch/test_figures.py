"""From a log to a manager's answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from scalearn_core.records.watch import WatchReport
from scalearn_core.storage.codec import from_json, to_json
from scalearn_core.watch import log
from scalearn_core.watch.figures import watch
from tests.core.report.made import LABELS, evidence

MODEL = "cd" * 32
TODAY = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return evidence(tmp_path / "evidence")


def answer(days_ago: int, count: int, *, confidence: float = 0.9, label: int | None = None) -> None:
    """So many answers of a day, over the categories in turns or of one alone."""
    given = [(LABELS[place % 3 if label is None else label],) for place in range(count)]
    texts = [f"document {(7 * days_ago + place) % 50:02}" for place in range(count)]
    log.keep(MODEL, texts, given, [confidence] * count, now=TODAY - timedelta(days=days_ago))


def lengths(texts: list[str]) -> np.ndarray:
    """Two numbers of each text: enough to compare windows by."""
    return np.array([[len(text), sum(map(ord, text)) % 97] for text in texts], dtype=np.float32)


def test_without_answers_there_is_nothing_to_tell(folder: Path) -> None:
    found = watch(MODEL, folder, None)
    assert (found.status, found.documents, found.estimated) == ("nothing", 0, None)
    assert found.usual is not None


def test_an_ordinary_week_is_calm(folder: Path) -> None:
    log.set_mode(MODEL, "full")
    for day in range(35):
        answer(day, 12)
    found = watch(MODEL, folder, lengths)
    assert (found.status, found.alarms, found.compared_with) == ("calm", (), "earlier")
    assert (found.since, found.until, found.documents) == ("2026-11-24", "2026-11-30", 84)
    assert found.categories is not None and found.categories.permuted == "days"
    assert found.inputs is not None
    assert [round(share.now, 2) for share in found.shares] == [0.33] * 3
    assert len(found.look_at) == 20
    assert from_json(WatchReport, json.loads(json.dumps(to_json(found)))) == found


def test_a_week_of_one_category_and_little_confidence_is_to_be_looked_at(folder: Path) -> None:
    log.set_mode(MODEL, "hashed")
    for day in range(7, 35):
        answer(day, 12)
    for day in range(7):
        answer(day, 12, confidence=0.55, label=0)
    found = watch(MODEL, folder, None)
    assert found.status == "look"
    assert {"categories", "score"} <= set(found.alarms)
    assert found.inputs is None, "no texts are kept"
    assert found.estimated is not None and found.usual is not None and found.estimated.high < found.usual.low
    assert all(each.text is None for each in found.look_at)
    share = found.shares[0]
    assert share.high is not None and share.now == 1.0 > share.high


def test_few_documents_conclude_nothing(folder: Path) -> None:
    log.set_mode(MODEL, "full")
    answer(0, 5, confidence=0.4, label=1)
    found = watch(MODEL, folder, lengths)
    assert (found.status, found.alarms) == ("too_few", ())
    assert found.compared_with == "test_documents"


def test_a_text_seen_before_is_counted(folder: Path) -> None:
    log.set_mode(MODEL, "hashed")
    answer(0, 40)
    answer(0, 40)
    assert watch(MODEL, folder, None).repeated == 40
