"""What the slides say: every number is one of the evidence, written as the studio writes it."""

from __future__ import annotations

from collections import Counter

import numpy as np

from scalearn_core.adapters import catalog
from scalearn_core.encoders.cards import DEFAULT
from scalearn_core.evaluation.comparison import Comparison
from scalearn_core.evaluation.methods import METHODS
from scalearn_core.records.training import TrainingRecord
from scalearn_core.report import outlook
from scalearn_core.report.material import Material
from scalearn_core.report.story import Bars, Heat, Slide, Story, Tile
from scalearn_core.report.words import Words, letters, points, shortened, signed, whole

MOST_ROWS = 9
"""Sources of the heatmap; the weakest are left out, and their number said."""
MOST_LABELS = 12
"""Categories of a chart, weakest first."""
NAME = 34
"""Letters of a name in a chart or a table."""


def story_of(material: Material, language: str) -> Story:
    """The whole report in one of `words.LANGUAGES`."""
    say, record = Words(language), material.record
    slides = [
        _answer(material, say),
        _helped(record, say),
        _sources(record, say),
        _mistakes(material, say),
        outlook.more_labels(record, say),
        outlook.costs_and_time(material, say),
        outlook.decision(material, say),
    ]
    identity = (record.model_id or "")[:12] or say("footer.unsealed")
    footer = say("footer", name=record.dataset.name, identity=identity, date=record.created[:10])
    if material.audit_head:
        footer = f"{footer} · {say('footer.audit', head=material.audit_head[:16])}"
    return Story(
        language,
        say("title", name=record.dataset.name),
        footer,
        record.created,
        tuple(slide for slide in slides if slide is not None),
    )


def _answer(material: Material, say: Words) -> Slide:
    """The question, the answer in one number, and what to do."""
    record = material.record
    data, score = record.dataset, record.scores["scalearn"]
    several = "several" if data.multi_label else "one"
    signs = _points(record.comparison)
    tiles = (
        Tile(
            whole(score.accuracy.value),
            say(f"answer.right.{several}", between=say.between(score.accuracy), n=f"{score.n:,}"),
        ),
        Tile(signs["difference"], say("answer.gain", low=signs["low"], high=signs["high"])),
        Tile(
            f"{data.counts.train + data.counts.validation:,}",
            say("answer.documents", test=f"{data.counts.test:,}", labels=len(data.labels)),
        ),
    )
    return Slide(
        title=say(f"answer.title.{several}", right=whole(score.accuracy.value)),
        lead=say("answer.lead", name=data.name, labels=len(data.labels)),
        tiles=tiles,
        points=(
            (
                say("answer.decision"),
                (say(f"decision.{material.decision.code}", **outlook.checked(material, say)),),
            ),
            (say("answer.reuse"), (say(f"verdict.{verdict_code(record)}"),)),
        ),
        note=say("answer.note", date=record.created[:10]),
    )


def _helped(record: TrainingRecord, say: Words) -> Slide:
    """All methods on the same test documents."""
    methods = [name for name in METHODS if name in record.scores]
    scores = [record.scores[name].macro_f1 for name in methods]
    signs = _points(record.comparison)
    values = {
        "score": points(record.scores["scalearn"].macro_f1.value),
        "other": points(record.scores["frozen_head"].macro_f1.value),
        **signs,
    }
    lead = say("helped.lead", **values)
    if control := record.comparison_control:
        lead = f"{lead} {say(f'helped.control.{control.verdict}', **_points(control))}"
    return Slide(
        title=say(f"verdict.{verdict_code(record)}"),
        lead=lead,
        picture=Bars(
            name=say("axis.score"),
            labels=tuple(say(f"method.{name}") for name in methods),
            values=tuple(round(100 * score.value, 1) for score in scores),
            low=tuple(round(100 * score.low, 1) for score in scores),
            high=tuple(round(100 * score.high, 1) for score in scores),
            ours=tuple(name == "scalearn" for name in methods),
        ),
        picture_title=say("axis.score"),
        note=say("helped.note", n=f"{record.dataset.counts.test:,}"),
    )


def _sources(record: TrainingRecord, say: Words) -> Slide:
    """Which sources are used at which layers."""
    shares = 100 * np.array(record.scales.contribution)  # [layers or 1, sources]
    totals, rows = np.abs(shares).mean(0), order(record)
    titles = source_titles(record, say)
    reused = [row for row in rows if not (record.own_adapter and row == len(titles) - 1)]
    shown = [*reused[: MOST_ROWS - record.own_adapter], *(row for row in rows if row not in reused)]
    left_out = len(rows) - len(shown)
    used = [row for row in reused if totals[row] > 0]
    names = say.listed([f"{say('quote', name=titles[row])}" for row in used[:2]]) if used else ""
    together = f"{totals[reused].sum():.1f}" if reused else "0.0"
    title = say("sources.title", names=names) if used else say("sources.title.none")
    lead = say("sources.lead", together=together, layers=len(shares))
    layers = [say("sources.all")] if len(shares) == 1 else [str(layer + 1) for layer in range(len(shares))]
    note = say("sources.note", layers=len(shares))
    if left_out:
        note = f"{note} {say('sources.left_out', n=left_out)}"
    return Slide(
        title=title,
        lead=lead,
        picture=Heat(
            corner=say("sources.corner"),
            columns=tuple(layers),
            rows=tuple(shortened(letters(titles[row]), NAME) for row in shown),
            values=tuple(tuple(round(float(value), 1) for value in shares[:, row]) for row in shown),
        ),
        picture_title=say("sources.unit"),
        note=note,
    )


def _mistakes(material: Material, say: Words) -> Slide:
    """Each category, and what it gets wrong, with true examples."""
    record = material.record
    report = record.scores["scalearn"]
    rows = sorted((row for row in report.per_class if row.support), key=lambda row: row.f1)
    shown = rows[:MOST_LABELS]
    pairs = Counter(
        {
            (row.label, column.label): report.confusion[i][j]
            for i, row in enumerate(report.per_class)
            for j, column in enumerate(report.per_class)
            if i != j and report.confusion
        }
    )
    counted = {"wrong": material.wrong, "n": f"{report.n:,}"}
    commonest = max(pairs.items(), key=lambda pair: pair[1], default=None)
    if not material.wrong:
        lead = say("mistakes.none")
    elif commonest is None or commonest[1] < 2:
        lead = say("mistakes.scattered")
    else:
        (true, given), count = commonest
        lead = say("mistakes.commonest", true=shortened(true, NAME), given=shortened(given, NAME), count=count)
    bounds = [row.f1_interval or (row.f1, row.f1) for row in shown]
    note = say("mistakes.note", fewest=min(row.support for row in rows) if rows else 0)
    if len(shown) < len(rows):
        note = f"{note} {say('mistakes.left_out', n=len(rows) - len(shown))}"
    return Slide(
        title=say("mistakes.title", **counted) if material.wrong else say("mistakes.title.none", **counted),
        lead=lead,
        picture=Bars(
            name=say("axis.f1"),
            labels=tuple(shortened(letters(row.label), NAME) for row in shown),
            values=tuple(round(100 * row.f1, 1) for row in shown),
            low=tuple(round(100 * low, 1) for low, _ in bounds),
            high=tuple(round(100 * high, 1) for _, high in bounds),
            ours=(True,) * len(shown),
        ),
        picture_title=say("axis.f1"),
        examples=material.examples,
        examples_title=say("mistakes.examples") if material.examples else "",
        note=note,
    )


def order(record: TrainingRecord) -> list[int]:
    """Columns of a result, strongest source first, and the task adapter, which is no source, last."""
    sizes = np.abs(np.array(record.scales.contribution)).mean(axis=0)
    if record.own_adapter:
        sizes[-1] = -1.0
    return [int(index) for index in np.argsort(-sizes, kind="stable")]


def source_titles(record: TrainingRecord, say: Words) -> list[str]:
    """Names of the sources in the report's language, in the order of the result."""
    titles = {
        card.name: card.title.get(say.language, card.title["en"])
        for card in catalog.cards(record.encoder.key or DEFAULT)
    }
    return [say("sources.own") if name == "own" else titles.get(name, name) for name in record.source_names]


def verdict_code(record: TrainingRecord) -> str:
    """The verdict's code, or "same_answers" where there is nothing to compare."""
    plain = record.comparison
    return "same_answers" if plain.difference == 0 and plain.disagreements == 0 else record.verdict.code


def _points(found: Comparison) -> dict[str, str]:
    """A difference and its interval in points, with their signs."""
    bounds = {"difference": found.difference, "low": found.low, "high": found.high}
    return {name: signed(100 * value) for name, value in bounds.items()}
