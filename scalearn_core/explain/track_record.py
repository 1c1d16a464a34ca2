"""Did the forecasts of this workspace come true? Over all trained models whose sources were measured afterwards.

The forecast of a training says of each source how much less error it expects; the study of the sources measures
each alone on test documents that neither has seen. How well the forecast *ranks* the sources of one model is
Spearman's rank correlation. Runs on one table are no independent evidence, so they are averaged, and the interval
is a bootstrap over tables.

Where the sources were not measured one by one, a run still has its verdict: over tables, the gain over the plain
classifier can be ranked against the most that was expected of any source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalearn_core.evaluation.comparison import Verdict
from scalearn_core.records.training import TrainingRecord

FEWEST_TABLES = 3
"""Below so many tables there is no track record yet."""
FEWEST_VERDICTS = 5
"""The same for verdicts, of which a table gives one."""
FEWEST_SOURCES = 5
"""Below so many sources a rank correlation of one run says next to nothing, and it is left out."""


@dataclass(frozen=True)
class Outcome:
    """One source of one run: what was expected and what came."""

    source: str
    expected: float
    """Percent by which the cross-validated log-loss was to fall."""
    gain: float
    """Points of macro-F1, alone against the plain encoder; at the strength of the forecast where it was tried."""
    verdict: Verdict
    """On the test documents."""


@dataclass(frozen=True)
class RunRecord:
    """One run."""

    title: str
    table: str
    """Fingerprint of the data it learned from."""
    outcomes: tuple[Outcome, ...]
    correlation: float | None
    """Spearman, -1 to 1; None for too few sources, or where all are forecast, or came out, alike."""


@dataclass(frozen=True)
class TrackRecord:
    """All runs of a workspace."""

    runs: tuple[RunRecord, ...]
    """Those with a forecast and a measurement, in the order given."""
    tables: int
    """How many different tables are among those with a correlation."""
    correlation: float | None
    """Mean over the tables; None below `FEWEST_TABLES`."""
    interval: tuple[float, float] | None
    """95%, Student's t over the tables."""
    verdicts: float | None
    """Spearman over tables, of the most expected of any source with the gain of the verdict; None below
    `FEWEST_VERDICTS`."""
    verdict_tables: int
    """How many tables have both."""
    hits: dict[str, dict[str, int]]
    """How often sources that were "promised" (expected above 0) and others ("not_promised") came out "better",
    "no_difference" and "worse"."""


def track_record(results: Sequence[tuple[str, TrainingRecord]]) -> TrackRecord:
    """Compare forecast and measurement over runs.

    Args:
        results: title and result of each training run.
    """
    records = [record for title, result in results if (record := _record(title, result)).outcomes]
    by_table: dict[str, list[float]] = {}
    for record in records:
        if record.correlation is not None:
            by_table.setdefault(record.table, []).append(record.correlation)
    means = np.array([np.mean(values) for values in by_table.values()])
    known = len(means) >= FEWEST_TABLES
    expected, came = _verdicts([result for _, result in results])
    return TrackRecord(
        tuple(records),
        len(means),
        float(means.mean()) if known else None,
        _interval(means) if known else None,
        spearman(expected, came) if len(expected) >= FEWEST_VERDICTS else None,
        len(expected),
        _hits(records),
    )


def spearman(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Rank correlation, ties sharing their mean rank; None where one side is constant or there are under two."""
    if len(first) < 2 or len(set(first)) == 1 or len(set(second)) == 1:
        return None
    return float(np.corrcoef(_ranks(first), _ranks(second))[0, 1])


def _ranks(values: Sequence[float]) -> NDArray[np.float64]:
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[place], dtype=np.float64)


def _record(title: str, result: TrainingRecord) -> RunRecord:
    outcomes = tuple(_outcomes(result))
    correlation = None
    if len(outcomes) >= FEWEST_SOURCES:
        correlation = spearman([outcome.expected for outcome in outcomes], [outcome.gain for outcome in outcomes])
    return RunRecord(title, result.dataset.fingerprint, outcomes, correlation)


def _outcomes(result: TrainingRecord) -> list[Outcome]:
    """Of each source that was forecast and measured; none where one of the two lacks."""
    study = result.studies.sources
    measured = {row.source: row.at_forecast or row.alone for row in study.sources} if study else {}
    return [
        Outcome(entry.source, float(entry.gain), measured[entry.source].gain, measured[entry.source].verdict)
        for entry in result.forecast
        if entry.gain is not None and entry.source in measured
    ]


def _verdicts(results: Sequence[TrainingRecord]) -> tuple[list[float], list[float]]:
    """Of each table the most that was expected of a source, and the gain that came; means over its runs."""
    by_table: dict[str, list[tuple[float, float]]] = {}
    for result in results:
        gains = [entry.gain for entry in result.forecast if entry.gain is not None]
        if gains and len(gains) == len(result.forecast):
            pair = float(max(gains)), float(result.verdict.gain)
            by_table.setdefault(result.dataset.fingerprint, []).append(pair)
    means = [np.mean(pairs, axis=0) for pairs in by_table.values()]
    return [float(expected) for expected, _ in means], [float(gain) for _, gain in means]


def _interval(means: NDArray[np.float64]) -> tuple[float, float]:
    """Student's t over the tables: a bootstrap over three to eight of them holds the truth far too rarely."""
    from scipy.stats import t

    reach = float(t.ppf(0.975, len(means) - 1) * means.std(ddof=1) / np.sqrt(len(means)))
    return max(-1.0, float(means.mean()) - reach), min(1.0, float(means.mean()) + reach)


def _hits(records: Sequence[RunRecord]) -> dict[str, dict[str, int]]:
    counts = {
        side: dict.fromkeys(("better", "no_difference", "worse"), 0) for side in ("promised", "not_promised")
    }
    for record in records:
        for outcome in record.outcomes:
            counts["promised" if outcome.expected > 0 else "not_promised"][outcome.verdict] += 1
    return counts
