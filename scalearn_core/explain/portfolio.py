"""Which sources keep paying, over all projects: measured changes of each source in each project.

A project is a table; its newest run with measured sources stands for it. A source pays in a project where the
interval of its change lies above 0, and harms where it lies below. Groups of sources (topics, sentiment, sentence
pairs ...) are counted together, which says where another adapter would be worth its training.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from scalearn_core.evaluation.comparison import Verdict
from scalearn_core.records.sources import SourcesStudy
from scalearn_core.records.training import TrainingRecord

Measure = Literal["alone", "left_out"]


@dataclass(frozen=True)
class Cell:
    """One source in one project."""

    gain: float
    """Points of macro-F1."""
    low: float
    high: float
    verdict: Verdict
    """"better" and "worse": the interval excludes 0."""


@dataclass(frozen=True)
class Tally:
    """How a source, or a group of them, did over all projects."""

    name: str
    pays: int
    harms: int
    measured: int


@dataclass(frozen=True)
class Portfolio:
    """Projects by sources."""

    projects: tuple[str, ...]
    """Titles, newest first."""
    sources: tuple[Tally, ...]
    """Those that pay most often first."""
    cells: tuple[tuple[Cell | None, ...], ...]
    """`[projects][sources]`; None where a source was not in the model."""
    groups: tuple[Tally, ...]
    """Those that pay most often of their measurements first."""

    @property
    def build_next(self) -> str | None:
        """The group whose sources pay most often; None where none has paid yet."""
        return self.groups[0].name if self.groups and self.groups[0].pays else None


def portfolio(
    results: Sequence[tuple[str, TrainingRecord]], groups: Mapping[str, str], measure: Measure = "alone"
) -> Portfolio:
    """Gather what was measured.

    Args:
        results: title and result of each training run, newest first.
        groups: the group of each source of the library; others are in none.
        measure: each source alone against the plain encoder, or the model against the model without it.
    """
    newest: dict[str, tuple[str, dict[str, Cell]]] = {}
    for title, result in results:
        study = result.studies.sources
        if study is not None:
            newest.setdefault(result.dataset.fingerprint, (title, _cells(study, measure)))
    rows = [cells for _, cells in newest.values()]
    names = list(dict.fromkeys(name for cells in rows for name in cells))
    tallies = [_tally(name, [cells[name] for cells in rows if name in cells]) for name in names]
    tallies.sort(key=lambda tally: (-tally.pays, tally.harms, -_mean(rows, tally.name)))
    kinds = {groups[name] for name in names if name in groups}
    by_group = [
        _tally(kind, [cell for cells in rows for name, cell in cells.items() if groups.get(name) == kind])
        for kind in sorted(kinds)
    ]
    # Half a payment and half a failure beforehand: one of one does not beat five of six.
    by_group.sort(key=lambda tally: -(tally.pays + 0.5) / (tally.measured + 1))
    by_group.sort(key=lambda tally: tally.pays == 0)
    return Portfolio(
        tuple(title for title, _ in newest.values()),
        tuple(tallies),
        tuple(tuple(cells.get(tally.name) for tally in tallies) for cells in rows),
        tuple(by_group),
    )


def _cells(study: SourcesStudy, measure: Measure) -> dict[str, Cell]:
    """The sources that a later project could use: without the project's own adapter."""
    cells = {}
    for row in study.sources:
        if not row.own:
            change = row.alone if measure == "alone" else row.left_out
            cells[row.source] = Cell(change.gain, *change.interval, change.verdict)
    return cells


def _tally(name: str, cells: Sequence[Cell]) -> Tally:
    verdicts = [cell.verdict for cell in cells]
    return Tally(name, verdicts.count("better"), verdicts.count("worse"), len(cells))


def _mean(rows: Sequence[Mapping[str, Cell]], name: str) -> float:
    gains = [cells[name].gain for cells in rows if name in cells]
    return sum(gains) / len(gains)
