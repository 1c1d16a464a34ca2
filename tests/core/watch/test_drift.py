"""Permutation tests of days, on numbers and on real documents."""

from __future__ import annotations

import csv
import io
from collections import Counter

import numpy as np
import pytest

from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.watch.drift import ALARM, PERMUTATIONS, category_drift, input_drift
from scalearn_core.workspace.samples import sample_bytes


def test_the_distance_is_the_energy_distance() -> None:
    """Of two points at a right angle on the unit circle: 2 · √2."""
    found = input_drift([[2.0, 0.0], [0.0, 5.0]], [0, 1], [False, True])
    assert found.distance == pytest.approx(2 * np.sqrt(2))
    assert (found.p, found.before, found.now) == (None, 1, 1)


def test_p_is_never_0_and_documents_of_a_day_go_together() -> None:
    generator = np.random.default_rng(1)
    days = np.repeat(np.arange(20), 10)
    apart = generator.normal(size=(200, 8)) + 3.0 * (days >= 10)[:, None]
    found = input_drift(apart, days, days >= 10)
    assert found.p is not None and 0 < found.p <= 2 / (PERMUTATIONS + 1)
    assert found.permuted == "days"
    generator = np.random.default_rng(0)
    moods = generator.normal(size=(20, 8))[days] + 0.1 * generator.normal(size=(200, 8))
    by_day, by_document = (input_drift(moods, groups, days >= 10).p for groups in (days, np.arange(200)))
    assert by_day is not None and by_document is not None
    assert by_day > 0.05 > by_document, "days with moods of their own are no drift"


def test_too_few_days_tell_nothing() -> None:
    days = np.repeat([0, 1, 2, 3], 20)
    assert input_drift(np.random.default_rng(0).normal(size=(80, 4)), days, days >= 2).p is None


def test_category_shares() -> None:
    days = np.repeat(np.arange(12), 10)
    now = days >= 6
    given = np.zeros((120, 2), dtype=bool)
    given[now, 0] = given[~now, 1] = True
    found = category_drift(given, days, now)
    assert found.distance == pytest.approx(1.0)
    assert found.p is not None and found.p <= ALARM
    given[:] = np.tile([[True, False], [False, True]], (60, 1))
    assert category_drift(given, days, now).p == 1.0


def test_a_swapped_topic_is_told_and_a_reshuffle_is_not() -> None:
    """Real documents, real encoder; `benchmarks/watch.py` counts false alarms and misses on larger windows."""
    rows = list(csv.DictReader(io.StringIO(sample_bytes("service_desk").decode("utf-8-sig"))))
    names = [name for name, _ in Counter(row["team"] for row in rows).most_common(4)]
    texts = {name: [row["message"] for row in rows if row["team"] == name][:40] for name in names}
    encoder = Encoder.load()
    vectors = {name: embed(encoder, encoder.tokenize(texts[name])) for name in names}
    first = np.concatenate([vectors[name][:20] for name in names[:3]])
    same = np.concatenate([vectors[name][20:] for name in names[:3]])
    swapped = np.concatenate([vectors[name][20:] for name in (*names[:2], names[3])])
    days = np.random.default_rng(3).permutation(60) % 8
    groups, now = np.concatenate([days, 8 + days]), np.arange(120) >= 60
    told = [input_drift(np.concatenate([first, later]), groups, now).p for later in (swapped, same)]
    assert told[0] is not None and told[1] is not None
    assert told[0] <= ALARM < told[1]
