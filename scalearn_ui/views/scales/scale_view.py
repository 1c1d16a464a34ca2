"""The learned scales as maps, with explanations that prevent misreading."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import streamlit as st

from scalearn_core.records.forecast import Start
from scalearn_core.records.training import TrainingRecord
from scalearn_core.runs import Run
from scalearn_ui import charts, outcomes, shell, text
from scalearn_ui.parts import figure, most_used, scale_map
from scalearn_ui.parts.figure_text import as_figure_text
from scalearn_ui.text import Markdown, t

NAMED = 3
"""Sources named in the summary."""
OWN_START = 1.0
"""Scale of the own adapter before it learned from pairs of documents; it did next to nothing then."""


def draw(run: Run, record: TrainingRecord, view: str) -> None:
    """The view "contribution" or "raw": the map first, then what it says, how to read it, and what to know."""
    shown = contribution(record) if view == "contribution" else raw(record)
    name = f"{record.dataset.name}_{'contribution' if view == 'contribution' else 'scale'}"
    scale_map.draw(shown, filename=name, alt=t("scales.map_alt"))
    if st.button(t("scales.present"), key="present", icon=":material/present_to_all:", type="tertiary"):
        shell.present()
    summary(record)
    reading(view, record)
    notes(record)


def present(record: TrainingRecord, view: str) -> None:
    """The map alone, over the whole screen."""
    shown = raw(record) if view == "raw" else contribution(record)
    drawn = scale_map.wide(shown, present=True)
    figure.show(drawn, alt=t("scales.map_alt"), key="presented")
    most_used.draw(record)


def summary(record: TrainingRecord) -> None:
    """Which source is used most and whether that is shown to help, and how much the task adapter adds."""
    totals = scale_map.totals(record)
    if totals.sum() == 0:
        st.info(t("scales.all_zero"), icon=":material/info:")
        return
    reused = totals[:-1] if record.own_adapter else totals
    order = np.argsort(-reused)[:NAMED]
    names = outcomes.source_titles(record)
    first = listed(t("list.name", name=names[index]) for index in order)
    strength = f"{100 * reused.sum():.1f}"
    most_used.draw(record)
    if len(reused) > NAMED and reused.sum() > 0:
        share = f"{100 * reused[order].sum() / reused.sum():.0f}"
        sentence = t("scales.summary", names=first, share=share, strength=strength)
    else:
        sentence = t("scales.summary_few", names=first, strength=strength)
    if record.own_adapter:
        sentence = Markdown(f"{sentence} {t('scales.summary_own', strength=f'{100 * totals[-1]:.1f}')}")
    st.markdown(sentence)


def contribution(record: TrainingRecord) -> scale_map.ScaleMap:
    """Signed share of each layer's signal, in percent."""
    values = 100 * np.array(record.scales.contribution)
    return scale_map.of_result(
        record, values, column="contribution_percent", unit=t("unit.percent"), decimals=1
    )  # fmt: skip


def reading(view: str, record: TrainingRecord) -> None:
    """How to read the map."""
    st.markdown(t(f"reading.{view}", layers=len(record.scales.contribution)))


def raw(record: TrainingRecord) -> scale_map.ScaleMap:
    """The learned numbers themselves, coloured by how far they moved from their start."""
    return scale_map.of_result(
        record, np.array(record.scales.raw), column="scale", unit=t("unit.scale"), decimals=2,
        starts=starts(record), title=as_figure_text(t("scales.raw_title")),
    )  # fmt: skip


def notes(record: TrainingRecord) -> None:
    """What to know about this variant and this start."""
    lines = start_lines(record)
    if record.scales.shared:
        lines.append(t("scales.shared"))
    if record.scales.per_dimension:
        lines.append(t("scales.vector"))
    lines.append(t("scales.not_importance", documents=text.count("documents", record.scales.documents)))
    st.caption("\n".join(f"- {line}" for line in lines))


def start_lines(record: TrainingRecord) -> list[Markdown]:
    """What the scales started from, and why."""
    forecast, start = asked_start(record), record.scales.start
    if not forecast:
        return [t("scales.start_zero") if start == 0 else t("scales.start_value", start=f"{start:.2f}")]
    documents = text.count("documents", forecast.documents)
    if forecast.strengths:
        titles = dict(zip(record.source_names, outcomes.source_titles(record), strict=True))
        picked = sorted(forecast.strengths.items(), key=lambda item: -abs(item[1]))
        named = [
            t("list.name_number", name=titles[name], number=charts.signed(value, 1)) for name, value in picked
        ]
        lines = [t("scales.forecast", documents=documents, names=listed(named))]
    else:
        lines = [t("scales.forecast_none", documents=documents)]
    return [*lines, t("scales.start_own")] if record.own_adapter else lines


def starts(record: TrainingRecord) -> list[float]:
    """The scale that each source began with, in the order of the result's columns."""
    forecast = asked_start(record)
    if not forecast:
        return [record.scales.start] * len(record.sources)
    begun = [forecast.share * forecast.strengths.get(name, 0.0) for name in record.source_names]
    return [*begun[:-1], OWN_START] if record.own_adapter else begun


def asked_start(record: TrainingRecord) -> Start | None:
    """The start that a forecast chose; None where it was another."""
    return record.start if record.recipe == "auto" else None


def listed(names: Iterable[Markdown]) -> Markdown:
    """Names one after the other, as the language separates them."""
    return Markdown(t("list.comma").join(names))
