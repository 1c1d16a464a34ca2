"""Forecast against outcome over all runs, and which sources keep paying."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from scalearn_core.adapters import catalog
from scalearn_core.encoders.cards import CARDS
from scalearn_core.explain.portfolio import Portfolio, portfolio
from scalearn_core.explain.track_record import FEWEST_TABLES, TrackRecord, track_record
from scalearn_core.records.training import TrainingRecord
from scalearn_core.runs import Run
from scalearn_ui import charts, outcomes, state, text
from scalearn_ui.charts import track_record as drawn
from scalearn_ui.parts import figure, query_choice
from scalearn_ui.text import Markdown, count, plain, t

MEASURES = ("alone", "left_out")
FEW_PROJECTS = 3
"""Below so many projects nothing keeps paying yet."""


def draw(run: Run, record: TrainingRecord) -> None:
    """All models of the workspace, whichever the page is about."""
    trained = [run for run in state.trained_runs() if "levers" not in run.config]  # those were set by hand
    read = [(run.title, outcomes.readable(run.id)) for run in trained]
    results = [(title, result) for title, result in read if result is not None]
    titles, groups = {}, {}
    for encoder in CARDS:
        for card in catalog.cards(encoder):
            titles[card.name], groups[card.name] = text.local(card.title), card.group
    st.subheader(t("record.title"), anchor=False)
    _record(track_record(results), titles)
    st.subheader(t("portfolio.title"), anchor=False)
    st.markdown(t("portfolio.lead"))
    measure = query_choice.buttons(t("which.measure"), MEASURES, "pays", lambda name: t(f"which.measure.{name}"))
    _portfolio(portfolio(results, groups, "left_out" if measure == "left_out" else "alone"), titles)


def _record(record: TrackRecord, titles: dict[str, str]) -> None:
    """How often the forecast was right, and how well it ranks."""
    if record.correlation is None or record.interval is None:
        st.info(t("record.none", needed=FEWEST_TABLES, tables=record.tables), icon=":material/hourglass_empty:")
    else:
        low, high = (charts.signed(bound, 2) for bound in record.interval)
        value = charts.signed(record.correlation, 2)
        code = "good" if record.interval[0] > 0 else "unsure"
        box, icon = (st.success, ":material/verified:") if code == "good" else (st.info, ":material/help:")
        box(t(f"record.{code}", tables=record.tables, value=value, low=low, high=high), icon=icon)
    promised = record.hits["promised"]
    if sum(promised.values()):
        st.markdown(
            t(
                "record.hits",
                sources=count("times", sum(promised.values())),
                better=promised["better"],
                unclear=promised["no_difference"],
                worse=promised["worse"],
            )
        )
    if record.verdicts is not None:
        value = charts.signed(record.verdicts, 2)
        st.markdown(t("record.verdicts", tables=record.verdict_tables, value=value))
    points = [
        drawn.Point(
            t("record.point", name=Markdown(titles.get(outcome.source, outcome.source)), run=Markdown(run.title)),
            outcome.expected, outcome.gain, outcome.verdict,
        )
        for run in record.runs
        for outcome in run.outcomes
    ]  # fmt: skip
    if points:
        names = {verdict: t(f"record.verdict.{verdict}") for verdict in ("better", "no_difference", "worse")}
        chart = drawn.expected_and_came(
            points, x_title=t("axis.expected"), y_title=t("axis.gain"), names=names, palette=figure.palette()
        )
        figure.show(chart, alt=t("record.alt"), key="record")
    with st.expander(t("results.method"), icon=":material/info:"):
        st.markdown(t("record.method", needed=FEWEST_TABLES))


def _portfolio(overview: Portfolio, titles: dict[str, str]) -> None:
    """The map of projects and sources, what keeps paying, and what to build next."""
    if not overview.projects:
        st.info(t("portfolio.none"), icon=":material/hourglass_empty:")
        return
    _next(overview, titles)
    numbers = [str(number) for number in range(1, len(overview.projects) + 1)]
    by_source = [[row[place] for row in overview.cells] for place in range(len(overview.sources))]
    chart = drawn.portfolio(
        [
            [(cell.gain, cell.verdict in ("better", "worse")) if cell else None for cell in row]
            for row in by_source
        ],
        [titles.get(tally.name, tally.name) for tally in overview.sources],
        numbers,
        x_title=t("axis.projects"),
        palette=figure.palette(),
    )
    figure.show(chart, alt=t("portfolio.alt"), key="portfolio")
    st.caption(t("portfolio.reading", projects=_numbered(overview.projects)))
    table = pd.DataFrame(
        {
            t("column.group"): [t(f"group.{tally.name}") for tally in overview.groups],
            t("column.pays"): [t("portfolio.of", n=tally.pays, all=tally.measured) for tally in overview.groups],
            t("column.harms"): [t("portfolio.of", n=tally.harms, all=tally.measured) for tally in overview.groups],
        }
    )
    st.table(table, hide_index=True, border="horizontal", alt=t("portfolio.groups_alt"))


def _next(overview: Portfolio, titles: dict[str, str]) -> None:
    """Which source keeps paying, and in which group another adapter is the likeliest to."""
    paying = [tally for tally in overview.sources if tally.pays]
    if not paying or overview.build_next is None:
        st.info(
            t("portfolio.nothing_pays", projects=count("projects", len(overview.projects))), icon=":material/info:"
        )
        return
    best, group = paying[0], overview.groups[0]
    sentences = [
        t("portfolio.pays", name=titles.get(best.name, best.name), n=best.pays, all=best.measured),
        t("portfolio.next", group=t(f"group.{group.name}"), n=group.pays, all=group.measured),
    ]
    if len(overview.projects) < FEW_PROJECTS:
        sentences.append(t("portfolio.early", projects=count("projects", len(overview.projects))))
    st.info(t("sentence.join").join(sentences), icon=":material/lightbulb:")


def _numbered(titles: Sequence[str]) -> Markdown:
    """ "1 tickets, 2 reports": what the columns stand for."""
    return Markdown(t("list.comma").join(f"{number} {plain(title)}" for number, title in enumerate(titles, 1)))
