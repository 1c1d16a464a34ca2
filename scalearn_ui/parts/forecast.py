"""The forecast of the sources before any training: made by a short run, shown as a chart and a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from scalearn_core import runs
from scalearn_core.records.forecast import SourcePromise, Start
from scalearn_ui import outcomes, text
from scalearn_ui.charts.sources import Gain, gains
from scalearn_ui.parts import figure, progress
from scalearn_ui.text import Markdown, plain, t

KIND = "forecast"
LOOKED_AT = 50
"""Forecasts of all tables that are looked through for that of one."""
NAMED = 3
"""Sources named in the sentence."""


def offer(dataset: str, encoder: str, sources: list[str], titles: dict[str, str], device: str, seed: int) -> None:
    """The forecast for a table and these sources: a button, its progress, or what it found."""
    request = {"dataset": dataset, "encoder": encoder, "sources": sources, "seed": seed}
    known = next((run for run in runs.recent(LOOKED_AT, KIND) if request.items() <= run.config.items()), None)
    with st.expander(t("forecast.title"), icon=":material/query_stats:", expanded=known is not None):
        if known is not None and known.active:
            progress.follow(known)
        elif known is not None and known.status == "succeeded":
            record = outcomes.forecast(known.id)
            draw(record.forecast, record.start, titles)
        else:
            if known is not None:
                progress.outcome(known)
            _ask(request | {"device": device})


def _ask(config: dict[str, Any]) -> None:
    st.markdown(t("forecast.text"))
    if st.button(t("forecast.start"), key="start_forecast", icon=":material/play_arrow:"):
        runs.submit(KIND, config, title=_name(config["dataset"]))
        st.rerun()


def _name(dataset: str) -> str:
    from scalearn_core.workspace import datasets

    return datasets.get_dataset_info(dataset).name


def draw(forecast: Sequence[SourcePromise], start: Start, titles: dict[str, str]) -> None:
    """The forecast of each source.

    Args:
        forecast: of each source, best first.
        start: what was chosen together.
        titles: of the sources, by name.
    """
    rows = [row for row in forecast if row.gain is not None]
    documents = text.count("documents", start.documents)
    if not rows:
        st.markdown(t("forecast.nothing", documents=documents))
        return
    st.markdown(_sentence(start, titles, documents))
    drawn = gains(
        [_gain(titles.get(row.source, row.source), row, start.promised) for row in rows],
        x_title=t("axis.promise"),
        palette=figure.palette(),
        chance=start.by_chance,
    )
    figure.show(drawn, alt=t("forecast.alt"), key="forecast")
    st.caption(t("forecast.reading", documents=documents))


def _gain(title: str, row: SourcePromise, promised: bool) -> Gain:
    """A row of the chart; what its interval shows decides its colour, and no gain is shown that may be luck: the
    interval is of this source alone, and the best of several looks better than it is."""
    assert row.gain is not None and row.low is not None and row.high is not None
    verdict = "better" if row.low > 0 and promised else "worse" if row.high < 0 else "no_difference"
    return Gain(title, row.gain, row.low, row.high, verdict)


def _sentence(start: Start, titles: dict[str, str], documents: Markdown) -> Markdown:
    """Which sources are forecast to help together, or that none is."""
    strengths = sorted(start.strengths.items(), key=lambda item: -abs(item[1]))[:NAMED]
    if not strengths:
        return t("forecast.none", documents=documents)
    named = [(plain(titles.get(name, name)), strength) for name, strength in strengths]
    names = text.listed(
        [t("forecast.turned" if strength < 0 else "list.name", name=name) for name, strength in named]
    )
    if not start.promised:
        return t("forecast.unsure", names=names, documents=documents)
    assert start.loss is not None and start.plain_loss is not None  # a promise was measured
    less = 100 * (1 - start.loss / start.plain_loss)
    return t("forecast.some", names=names, less=f"{less:.0f}", documents=documents)
