"""Where to stop on a ladder: the lowest rung above which nothing is shown to be better.

Each rung is compared with all that lie above it, and the more there are, the likelier one looks better by luck.
So the intervals of these differences hold together: with 95% probability all of those above one rung at once
(single-step max-t bootstrap over documents, Romano and Wolf 2005, Econometrica 73). A rung above which nothing
better lies is therefore passed by mistake in about 1 of 40 ladders (1 of 20 with few documents), however
many rungs there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scalearn_core.evaluation.comparison import FEWEST_DISAGREEMENTS, Comparison
from scalearn_core.evaluation.intervals import CONFIDENCE
from scalearn_core.evaluation.metrics import check_classes, count_cells, macro_f1, total_classes
from scalearn_core.targets import Targets, same

RESAMPLES = 2000
_COUNTS_AT_ONCE = 2_000_000


def where_to_stop(
    targets: Targets, predicted: Mapping[str, Targets], *, n_classes: int, seed: int
) -> tuple[str, dict[str, tuple[str, Comparison]]]:
    """The rung to stop at, and for each rung what it is compared with and the difference to that.

    Args:
        targets: true classes (`targets.py`).
        predicted: classes by each rung, lowest first, alike.
        seed: of the resampling.

    Returns:
        The name of the rung, and by name (another rung, macro-F1 of this minus that of the other): the other is
        the rung to stop at, and for this one the rung where one would stop if the ladder ended below it. The
        lowest rung has no comparison when it is the one to stop at.
    """
    names = list(predicted)
    above = _above(targets, list(predicted.values()), n_classes, seed)
    stop = _lowest(above, len(names))
    compared: dict[str, tuple[str, Comparison]] = {}
    for number, name in enumerate(names):
        if number > stop:
            compared[name] = names[stop], above[stop][number]
        elif number < stop:
            compared[name] = names[stop], _reversed(above[number][stop])
        elif stop:
            otherwise = _lowest(above, stop)
            compared[name] = names[otherwise], above[otherwise][stop]
    return names[stop], compared


def _lowest(above: list[dict[int, Comparison]], count: int) -> int:
    """The lowest of the first `count` rungs that none of them is shown to be better than."""
    return next(
        rung
        for rung in range(count)
        if all(above[rung][higher].verdict != "better" for higher in range(rung + 1, count))
    )


def _above(
    targets: NDArray[np.int64], predicted: list[NDArray[np.int64]], n_classes: int, seed: int
) -> list[dict[int, Comparison]]:
    """For each rung those above it less itself, with intervals that hold together."""
    columns = check_classes(targets, *predicted, n_classes=n_classes)
    scores, observed = _resampled(columns, n_classes, seed)
    above: list[dict[int, Comparison]] = []
    for rung in range(len(predicted)):
        higher = list(range(rung + 1, len(predicted)))
        differences = scores[:, higher] - scores[:, [rung]]  # [resamples, higher]
        values = observed[higher] - observed[rung]
        errors = differences.std(axis=0)
        reach = errors * _critical(differences - values, errors)
        above.append({})
        for place, other in enumerate(higher):
            changed = int((~same(columns[1 + other], columns[1 + rung])).sum())
            value, low, high = (float(values[place] + sign * reach[place]) for sign in (0, -1, 1))
            above[-1][other] = Comparison("macro_f1", value, low, high, "no_difference", changed)
            if changed >= FEWEST_DISAGREEMENTS and (low > 0 or high < 0):
                above[-1][other] = replace(above[-1][other], verdict="better" if low > 0 else "worse")
    return above


def _critical(deviations: NDArray[np.float64], errors: NDArray[np.float64]) -> float:
    """How many standard errors the largest of all deviations stays within, in 95% of the resamples."""
    moving = errors > 0  # rungs that predict the same do not move
    if not moving.any():
        return 0.0
    largest = (np.abs(deviations[:, moving]) / errors[moving]).max(axis=1)
    return float(np.quantile(largest, CONFIDENCE))


def _resampled(
    columns: list[NDArray[np.int64]], n_classes: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Macro-F1 of all rungs on the same resamples, `[resamples, rungs]`, and on the documents, `[rungs]`."""
    (true, *guesses), counts = count_cells(*columns)
    generator = np.random.default_rng(seed)
    at_once = max(1, _COUNTS_AT_ONCE // len(counts))
    n = int(counts.sum())

    def scored(drawn: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.stack([macro_f1(total_classes(drawn, true, guess, n_classes)) for guess in guesses], axis=1)

    parts = [
        scored(generator.multinomial(n, counts / n, size=min(at_once, RESAMPLES - start)))
        for start in range(0, RESAMPLES, at_once)
    ]
    return np.concatenate(parts), scored(counts[None, :])[0]


def _reversed(comparison: Comparison) -> Comparison:
    """The same seen from the other side."""
    verdicts = {"better": "worse", "worse": "better", "no_difference": "no_difference"}
    return Comparison(
        comparison.metric, -comparison.difference, -comparison.high, -comparison.low,
        verdicts[comparison.verdict], comparison.disagreements,  # type: ignore[arg-type]
    )  # fmt: skip
