"""How strong a source should be: its curve, and two sources together."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from scalearn_core.records.sources import Change, SourcePair, StrengthCurve
from scalearn_core.records.training import TrainingRecord
from scalearn_core.runs import Run
from scalearn_ui import charts, outcomes
from scalearn_ui.charts import sources as drawn
from scalearn_ui.parts import figure, query_choice, study
from scalearn_ui.text import Markdown, count, t

KEY = "source"
"""The source that is looked at, in the link too."""
MANY = 10
"""From so many sources on, each with a test of its own, the page says that some stand out by chance."""


def draw(run: Run, record: TrainingRecord) -> None:
    """Choose a source, read its curve; below it two sources together."""
    measured = study.found_or_offered(run, record, "sources", record.studies.sources)
    if measured is None:
        return
    names = list(record.source_names)
    titles = dict(zip(names, outcomes.source_titles(record), strict=True))
    strengths, curves = measured.probing.strengths, measured.probing.curves
    # By what was promised before these documents were seen: an order by what came would open on luck.
    promised = {row.source: place for place, row in enumerate(record.forecast)}
    ordered = sorted(curves, key=lambda curve: promised.get(curve.source, len(promised)))
    by_name = {curve.source: curve for curve in ordered}
    curve = by_name[query_choice.select(t("strength.choose"), list(by_name), KEY, titles.__getitem__)]
    _sentence(titles[curve.source], strengths, curve, len(ordered))
    scores = [100 * score.value for score in curve.macro_f1]
    chart = drawn.strength(
        drawn.Curve(
            strengths,
            scores,
            [100 * score.low for score in curve.macro_f1],
            [100 * score.high for score in curve.macro_f1],
        ),
        plain=scores[strengths.index(0.0)],
        marked=_learned(record, names.index(curve.source)),
        plain_name=t("strength.plain"),
        marked_name=t("strength.learned"),
        x_title=t("axis.strength"),
        y_title=t("axis.macro_f1"),
        palette=figure.palette(),
    )
    figure.show(chart, alt=t("strength.alt"), key="strength")
    counts = measured.documents
    lines = [t("strength.reading")]
    if counts.probing_train < counts.train:
        lines.append(t("strength.fewer", train=f"{counts.probing_train:,}", all=f"{counts.train:,}"))
    st.caption(t("sentence.join").join(lines))
    if measured.pair:
        _pair(measured.pair, titles)
    with st.expander(t("results.method"), icon=":material/info:"):
        st.markdown(
            t(
                "strength.method",
                train=count("documents", counts.probing_train),
                test=count("test_documents", counts.probing_test),
            )
        )


def _sentence(name: str, strengths: Sequence[float], curve: StrengthCurve, sources: int) -> None:
    """What the strength is worth that the training documents prefer; these test documents did not choose it."""
    if curve.chosen is None:
        _sentence_of_best(name, strengths, curve.changes, sources)
        return
    change = curve.changes[strengths.index(curve.chosen)]
    low, high = (charts.signed(bound, 1) for bound in change.interval)
    outcome = "none_chosen" if curve.chosen == 0 else f"chosen.{change.verdict}"
    values = {"strength": charts.signed(curve.chosen, 1), "gain": charts.signed(change.gain, 1)}
    st.info(t(f"strength.{outcome}", name=name, low=low, high=high, **values), icon=":material/tune:")
    if sources >= MANY:
        st.caption(t("strength.many", sources=sources))


def _sentence_of_best(name: str, strengths: Sequence[float], changes: Sequence[Change], sources: int) -> None:
    """Where the training documents were not asked: the best strength on these very test documents."""
    helping = [place for place, change in enumerate(changes) if change.verdict == "better"]
    full = changes[strengths.index(1.0)]
    if helping:
        best = max(helping, key=lambda place: changes[place].gain)
        low, high = (charts.signed(bound, 1) for bound in changes[best].interval)
        gain, at = charts.signed(changes[best].gain, 1), charts.signed(strengths[best], 1)
        st.info(t("strength.best", name=name, strength=at, gain=gain, low=low, high=high), icon=":material/tune:")
        st.caption(t("strength.chance", tries=sources * (len(changes) - 1)))
    elif full.verdict == "worse":
        st.info(t("strength.harms", name=name, gain=charts.signed(full.gain, 1)), icon=":material/tune:")
    else:
        st.info(t("strength.none", name=name), icon=":material/tune:")


def _learned(record: TrainingRecord, place: int) -> float:
    """The mean of a source's learned scales over the layers."""
    values = [layer[place] for layer in record.scales.raw]
    return float(sum(values) / len(values))


def _pair(pair: SourcePair, titles: dict[str, str]) -> None:
    """Two sources together: the best cell against the best of either alone."""
    first, second = (titles[name] for name in pair.sources)
    strengths, scores = pair.strengths, [[100 * value for value in row] for row in pair.macro_f1]
    none = strengths.index(0.0)
    alone = max(*scores[none], *(row[none] for row in scores))
    best = max(max(row) for row in scores)
    st.subheader(t("strength.pair"), anchor=False)
    reached = {
        name: f"{value:.1f}" for name, value in (("best", best), ("alone", alone), ("plain", scores[none][none]))
    }
    st.markdown(t("strength.pair_text", first=first, second=second, **reached))
    chart = drawn.pair(
        scores,
        strengths,
        x_title=t("axis.strength_of", name=Markdown(second)),  # figures read no Markdown
        y_title=t("axis.strength_of", name=Markdown(first)),
        palette=figure.palette(),
    )
    figure.show(chart, alt=t("strength.pair_alt"), key="pair")
