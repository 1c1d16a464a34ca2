"""Forecast against outcome, and the portfolio, from results alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scalearn_core.explain.portfolio import portfolio
from scalearn_core.explain.track_record import FEWEST_SOURCES, FEWEST_TABLES, spearman, track_record
from scalearn_core.records.training import TrainingRecord
from tests.records import training


def change(gain: float) -> dict[str, Any]:
    found = "better" if gain > 2 else "worse" if gain < -2 else "no_difference"
    return {"gain": gain, "interval": [gain - 2, gain + 2], "verdict": found, "disagreements": 9}


def result(
    table: str,
    forecast: dict[str, float | None],
    alone: dict[str, float],
    *,
    at_forecast: dict[str, float] | None = None,
) -> TrainingRecord:
    rows = [
        {
            "source": name, "own": name == "own", "alone": change(gain), "left_out": change(-gain),
            "at_forecast": {"strength": 1.0} | change(at_forecast[name]) if at_forecast else None,
        }
        for name, gain in alone.items()
    ]  # fmt: skip
    return training(
        dataset={"fingerprint": table}, forecast=promises(forecast), studies={"sources": {"sources": rows}}
    )


def promises(gains: dict[str, float | None]) -> list[dict[str, object]]:
    return [{"source": name, "gain": gain} for name, gain in gains.items()]


NAMES = "abcdef"
RISING = {name: float(place) for place, name in enumerate(NAMES)}
FALLING = {name: -float(place) for place, name in enumerate(NAMES)}


def test_spearman_is_that_of_scipy() -> None:
    from scipy.stats import spearmanr

    generator = np.random.default_rng(0)
    for _ in range(20):
        first, second = generator.integers(0, 5, 8).tolist(), generator.normal(size=8).tolist()
        assert spearman(first, second) == pytest.approx(spearmanr(first, second).statistic)
    assert spearman([1, 1, 1], [1, 2, 3]) is None
    assert spearman([1], [2]) is None


def test_there_is_none_before_there_are_enough_tables() -> None:
    same = [("again", result("one", RISING, RISING))] * 5
    found = track_record([*same, ("other", result("two", RISING, RISING))])
    assert FEWEST_TABLES == 3
    assert (found.tables, found.correlation, found.interval) == (2, None, None)
    assert len(found.runs) == 6
    assert found.runs[0].correlation == pytest.approx(1)


def test_it_is_the_mean_over_tables() -> None:
    runs = [
        ("a", result("one", RISING, RISING)),
        ("b", result("one", RISING, FALLING)),
        ("c", result("two", RISING, RISING)),
        ("d", result("three", RISING, RISING)),
    ]
    found = track_record(runs)
    assert found.correlation == pytest.approx((0 + 1 + 1) / 3), "the two runs on one table count once"
    low, high = found.interval
    assert low < 0 and high == 1, "three tables tell little (Student's t), and no correlation is above 1"
    assert track_record(runs) == found, "the interval does not move from page to page"


def test_what_cannot_be_compared_is_left_out() -> None:
    unmeasured = training(dataset={"fingerprint": "two"}, forecast=promises(RISING))
    no_forecast = result("three", {}, RISING)
    assert track_record([("new", unmeasured), ("old", no_forecast)]).runs == ()
    few = {name: RISING[name] for name in NAMES[: FEWEST_SOURCES - 1]}
    record = track_record([("few", result("four", few, few))])
    assert record.runs[0].correlation is None
    unknown = result("five", dict.fromkeys(NAMES), RISING)
    assert track_record([("one class", unknown)]).runs == ()


def test_it_is_measured_at_the_strength_that_was_forecast() -> None:
    found = track_record([("a", result("one", RISING, FALLING, at_forecast=RISING))])
    assert found.runs[0].correlation == pytest.approx(1)


def test_promises_are_counted_by_what_came_of_them() -> None:
    expected = {"a": 5.0, "b": 1.0, "c": 0.0, "d": -3.0, "e": 2.0}
    came = {"a": 6.0, "b": -4.0, "c": 0.0, "d": 0.0, "e": 0.0}
    found = track_record([("a", result("one", expected, came))])
    assert found.hits == {
        "promised": {"better": 1, "no_difference": 1, "worse": 1},
        "not_promised": {"better": 0, "no_difference": 2, "worse": 0},
    }


def test_without_a_study_the_verdicts_tell() -> None:
    runs = []
    for number, gain in enumerate((1.0, 2.0, 3.0, 5.0, 4.0)):
        record = training(
            dataset={"fingerprint": f"t{number}"}, verdict={"gain": gain}, forecast=promises({"a": float(number)})
        )
        runs.append((f"run {number}", record))
    found = track_record(runs)
    assert found.verdict_tables == 5
    assert found.verdicts == pytest.approx(0.9)
    assert track_record(runs[:4]).verdicts is None
    assert found.correlation is None and found.runs == ()


GROUPS = {"a": "topics", "b": "topics", "c": "sentiment", "d": "safety"}


def test_the_newest_run_stands_for_a_table() -> None:
    found = portfolio(
        [
            ("new", result("one", {}, {"a": 5.0, "b": 0.0, "own": 9.0})),
            ("old", result("one", {}, {"a": -5.0, "c": 5.0})),
            ("other", result("two", {}, {"a": 3.0, "c": -5.0})),
            ("unmeasured", training(dataset={"fingerprint": "three"})),
        ],
        GROUPS,
    )
    assert found.projects == ("new", "other")
    assert [(tally.name, tally.pays, tally.harms, tally.measured) for tally in found.sources] == [
        ("a", 2, 0, 2), ("b", 0, 0, 1), ("c", 0, 1, 1),
    ]  # fmt: skip
    assert [cell and cell.gain for cell in found.cells[0]] == [5.0, 0.0, None]
    assert [cell and cell.gain for cell in found.cells[1]] == [3.0, None, -5.0]
    assert found.groups[0].name == found.build_next == "topics"


def test_left_out_is_another_question() -> None:
    found = portfolio([("one", result("one", {}, {"a": 5.0, "c": -5.0}))], GROUPS, "left_out")
    assert [(tally.name, tally.pays) for tally in found.sources] == [("c", 1), ("a", 0)]
    assert found.build_next == "sentiment"


def test_one_of_one_does_not_beat_five_of_six() -> None:
    runs = [("p", result(f"t{number}", {}, {"a": 5.0 * (number > 0)})) for number in range(6)]
    runs.append(("q", result("t6", {}, {"c": 5.0})))
    found = portfolio(runs, GROUPS)
    assert [tally.name for tally in found.groups] == ["topics", "sentiment"]
    assert portfolio([], GROUPS).build_next is None
    assert portfolio([("q", result("t", {}, {"d": 0.0}))], GROUPS).build_next is None
