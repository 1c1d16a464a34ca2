"""Scores of the methods, by language too, and how they were measured."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from scalearn_core.evaluation.by_language import LanguageScores
from scalearn_core.evaluation.intervals import Interval
from scalearn_core.evaluation.methods import METHODS
from scalearn_core.records.training import TrainingRecord
from scalearn_ui import charts, outcomes, text
from scalearn_ui.parts import figure
from scalearn_ui.text import count, t
from scalearn_ui.views.results import tested_on


def scores(record: TrainingRecord) -> None:
    """Balanced score of the methods with intervals, as a chart and a table."""
    methods = [name for name in METHODS if name in record.scores]
    st.markdown(t("results.scores_reading", documents=count("test_documents", record.dataset.counts.test)))
    rows = []
    for name in methods:
        score = {bound: 100 * value for bound, value in vars(record.scores[name].macro_f1).items()}
        rows.append(charts.Interval(t(f"method.{name}"), ours=name == "scalearn", **score))
    drawn = charts.scores(rows, x_title=t("axis.macro_f1"), palette=figure.palette())
    figure.show(drawn, alt=t("results.scores_alt"), key="scores")
    table = pd.DataFrame(
        {
            t("column.method"): [t(f"method.{name}") for name in methods],
            t("metric.macro_f1"): [text.interval(record.scores[name].macro_f1) for name in methods],
            t("multi_label.metric" if record.dataset.multi_label else "metric.accuracy"): [
                text.interval(record.scores[name].accuracy) for name in methods
            ],
        }
    )
    st.table(table, hide_index=True, border="horizontal", alt=t("results.scores_alt"))


def by_language(record: TrainingRecord) -> None:
    """The score in each language of the test documents."""
    st.markdown(t("results.languages_reading"))
    language_table(record.scores_by_language)


def language_table(rows: Sequence[LanguageScores]) -> None:
    """Documents and scores per language; nothing for one language alone."""
    if not rows:
        return
    columns = {"scalearn": t("column.ours"), "frozen_head": t("column.plain")}
    table = pd.DataFrame(
        {
            t("column.language"): [text.language_name(row.language) for row in rows],
            t("column.support"): [f"{row.documents:,}" for row in rows],
            **{
                column: [_short_interval(row.scores[method].macro_f1) for row in rows]
                for method, column in columns.items()
                if method in rows[0].scores
            },
        }
    )
    st.table(table, hide_index=True, border="horizontal", alt=t("results.languages"))


def _short_interval(score: Interval) -> str:
    """As `text.interval`, with whole bounds, so that two stand side by side on a phone."""
    low, high = (f"{100 * bound:.0f}" for bound in (score.low, score.high))
    return t("number.interval", value=text.points(score.value), low=low, high=high)


def _unlabelled(record: TrainingRecord) -> list[text.Markdown]:
    """Which methods learned from documents without label, where any did."""
    facts = record.unlabelled
    if facts is None or not facts.used:
        return []
    documents = count("unlabelled", facts.documents)
    if facts.used == facts.documents:
        return [t("results.method_unlabelled_all", documents=documents)]
    return [t("results.method_unlabelled", used=f"{facts.used:,}", documents=documents)]


def method(record: TrainingRecord) -> None:
    """How the numbers were made, for the reader who asks."""
    counts = record.dataset.counts
    # Where no start is known, documents were held back, as "paper" does.
    way = "pairs" if record.recipe == "auto" and record.start else "held_back"
    paragraphs = [
        t("results.method_data", data=record.dataset.name, train=counts.train, test=counts.test),
        tested_on.division(record),
        t(
            f"results.method_{way}",
            learned=t("learned.with_own") if record.own_adapter else t("learned.scales"),
            epochs=max((row.epoch for row in record.history), default=0),
            best_epoch=record.best_epoch,
            validation=counts.validation,
        ),
        *[t("results.method_average")] * ("without_sources" in record.seconds),
        *_unlabelled(record),
        t("results.method_scores", methods=len(record.scores)),
        t(
            "results.method_settings",
            variant=t(f"variant.{record.variant}"),
            recipe=t(f"recipe.{record.recipe}"),
            sources=record.reused,
            seed=record.seed,
            encoder=outcomes.encoder_title(record),
        ),
    ]
    st.markdown("\n\n".join(paragraphs))
    spent = record.seconds.items()
    lines = [t("seconds.line", part=t(f"seconds.{part}"), s=f"{value:.1f}") for part, value in spent]
    st.markdown("\n".join(f"- {line}" for line in lines))
