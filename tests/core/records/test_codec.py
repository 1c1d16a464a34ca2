"""Records as JSON and back: nothing is lost, and what does not fit is named with its place."""

from __future__ import annotations

import json

import pytest

from scalearn_core.evaluation.comparison import Comparison
from scalearn_core.evaluation.intervals import Interval
from scalearn_core.records.sources import SourceOverlap
from scalearn_core.records.studies import LearningCurve
from scalearn_core.records.training import FORMAT, FastModeCosts, NotMeasured, TrainingRecord
from scalearn_core.storage.codec import from_json, to_json
from tests.records import TRAINING, filled, training


def test_there_and_back() -> None:
    curve = {"documents": 9, "methods": {"scalearn": {"points": [{"documents": 9, "macro_f1": 0.5}]}}}
    record = training(studies={"learning_curve": curve}, thresholds={"a": 0.5}, run_id="r")
    stored = json.loads(json.dumps(to_json(record), allow_nan=False))
    assert from_json(TrainingRecord, stored) == record
    assert record.studies.learning_curve == filled(LearningCurve, curve)
    assert list(stored)[:3] == ["format", "verdict", "scores"] and stored["format"] == FORMAT


def test_what_does_not_apply_has_no_key_and_what_is_not_known_is_null() -> None:
    stored = to_json(training())
    assert {"run_id", "levers", "studies"}.isdisjoint(stored)
    assert stored["confidence"] is None and stored["split"] is None


def test_keys_of_other_releases_are_passed_by() -> None:
    interval = {"value": 0.5, "low": 0.4, "high": 0.6}
    assert from_json(Interval, interval | {"unit": "%"}) == Interval(0.5, 0.4, 0.6)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"value": 0.5, "low": 0.4}, "Interval lacks high"),
        ({"value": "0.5", "low": 0.4, "high": 0.6}, "Interval.value: float was expected: '0.5'"),
        ({"value": True, "low": 0.4, "high": 0.6}, "Interval.value"),
        ([0.5], "Interval: [0.5]"),
        (None, "Interval: None"),
    ],
)
def test_what_does_not_fit_is_named(content: object, told: str) -> None:
    with pytest.raises(ValueError, match="Interval") as caught:
        from_json(Interval, content)
    assert str(caught.value).startswith(told)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (SourceOverlap, {"similarity": [[None, 1]], "order": "ab", "documents": 3}),
        (Comparison, {"metric": "m", "difference": 0, "low": 0, "high": 0, "verdict": "good", "disagreements": 1}),
        (LearningCurve, {"documents": 1, "test_documents": 1, "reach": 1, "methods": [], "notes": []}),
    ],
)
def test_a_value_of_another_kind_is_refused(kind: type, content: object) -> None:
    with pytest.raises(ValueError, match="expected"):
        from_json(kind, content)


def test_of_two_kinds_the_one_is_read_whose_keys_are_there() -> None:
    costs = to_json(filled(FastModeCosts, {"documents": 3}))
    assert isinstance(training(fast_mode=costs).fast_mode, FastModeCosts)
    assert training(fast_mode={"reason": "on a GPU"}).fast_mode == NotMeasured("on a GPU")
    assert TRAINING["fast_mode"] == to_json(training().fast_mode)
