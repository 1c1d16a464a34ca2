"""The parts of the Results page: verdict, scores, classes, mistakes, cost."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from scalearn_ui import charts, outcomes, text
from scalearn_ui.text import count, plain, t
from scalearn_ui.widgets import figure, language_note

METHODS = ("scalearn", "own_adapter", "frozen_head", "tfidf", "majority")
"""Ours first, then from the strongest to the simplest comparison."""

LONG_TABLE = 15
"""With more classes than this, the table scrolls in a box of its own."""

VERDICT_BOX = {
    "better": (st.success, ":material/trending_up:"),
    "no_difference": (st.info, ":material/trending_flat:"),
    "same_answers": (st.info, ":material/trending_flat:"),
    "plain": (st.info, ":material/trending_flat:"),
    "worse": (st.warning, ":material/trending_down:"),
}


FAST_DOCUMENTS = 30
"""With fewer test documents the loss of fast prediction cannot be told, whatever was measured."""
FOREIGN = 0.05
"""Share of unknown words above which texts are hardly in the encoder's language; the samples have under 0.1%.
Looked at where the texts do not tell their language, or the encoder its own."""


def verdict(found: dict[str, Any]) -> None:
    """Whether the model is worth it, and what the sources add, in words, with differences and intervals."""
    against = found["comparison"]
    code = _verdict_code(found)
    box, icon = VERDICT_BOX[code]
    values = {
        "documents": count("test_documents", found["dataset"]["counts"]["test"]),
        **_difference(against),
        "score": text.points(found["scores"]["scalearn"]["macro_f1"]["value"]),
        "other": text.points(found["scores"]["frozen_head"]["macro_f1"]["value"]),
    }
    box(t(f"verdict.{code}.text", **values), title=t(f"verdict.{code}"), icon=icon)
    share = found.get("comparison_own_adapter")
    if share and code != "plain":
        st.markdown(t(f"verdict.sources.{same_or(share)}", **_difference(share)))
    for note in found["scores"]["scalearn"]["notes"]:
        st.caption(t(f"note.{note}"))
    _languages(found)
    cut = found["dataset"].get("cut", 0)  # results of before it was counted lack it
    if cut:
        st.caption(t("results.cut", documents=count("documents", cut), reach=outcomes.reach(found)))


def _languages(found: dict[str, Any]) -> None:
    """A warning where the encoder does not read the documents."""
    shares, unknown = found.get("languages", {}), found["dataset"].get("unknown_share", 0.0)
    if shares and language_note.card_of(found):
        missing = language_note.unread(found, shares)
        if missing:
            share = f"{100 * sum(shares[code] for code in missing):.0f}"
            told = t("results.unread", share=share, advice=language_note.advice(found, missing))
            st.warning(told, icon=language_note.ICON)
    elif unknown > FOREIGN:
        st.warning(t("results.foreign", share=f"{100 * unknown:.0f}"), icon=language_note.ICON)


def _verdict_code(found: dict[str, Any]) -> str:
    """The comparison's verdict, or why there is nothing to compare: the same model, or the same answers."""
    code = same_or(found["comparison"])
    untrained = found["best_epoch"] == 0 and found["scales"]["start"] == 0
    return "plain" if code == "same_answers" and untrained else code


def same_or(against: dict[str, Any]) -> str:
    """The verdict of a comparison, or "same_answers"."""
    same = against["difference"] == 0 and against.get("disagreements") == 0
    return "same_answers" if same else str(against["verdict"])


def _difference(against: dict[str, Any]) -> dict[str, str]:
    """A difference and its interval in points, with their signs."""
    return {bound: charts.signed(100 * against[bound], 1) for bound in ("difference", "low", "high")}


def scores(found: dict[str, Any]) -> None:
    """Balanced score of the methods with intervals, as a chart and a table."""
    methods = [name for name in METHODS if name in found["scores"]]
    st.markdown(t("results.scores_reading", documents=count("test_documents", found["dataset"]["counts"]["test"])))
    rows = []
    for name in methods:
        score = {bound: 100 * value for bound, value in found["scores"][name]["macro_f1"].items()}
        rows.append(charts.Interval(t(f"method.{name}"), ours=name == "scalearn", **score))
    drawn = charts.scores(rows, x_title=t("axis.macro_f1"), palette=figure.palette())
    figure.show(drawn, alt=t("results.scores_alt"), key="scores")
    table = pd.DataFrame(
        {
            t("column.method"): [t(f"method.{name}") for name in methods],
            t("metric.macro_f1"): [text.interval(found["scores"][name]["macro_f1"]) for name in methods],
            t("metric.accuracy"): [text.interval(found["scores"][name]["accuracy"]) for name in methods],
        }
    )
    st.table(table, hide_index=True, border="horizontal", alt=t("results.scores_alt"))


def by_language(found: dict[str, Any]) -> None:
    """The score in each language of the test documents."""
    st.markdown(t("results.languages_reading"))
    language_table(found["scores_by_language"])


def language_table(rows: list[dict[str, Any]]) -> None:
    """Documents and scores per language; nothing for one language alone."""
    if not rows:
        return
    columns = {"scalearn": t("column.ours"), "frozen_head": t("column.plain")}
    table = pd.DataFrame(
        {
            t("column.language"): [text.language_name(row["language"]) for row in rows],
            t("column.support"): [f"{row['documents']:,}" for row in rows],
            **{
                column: [_short_interval(row["scores"][method]["macro_f1"]) for row in rows]
                for method, column in columns.items()
                if method in rows[0]["scores"]
            },
        }
    )
    st.table(table, hide_index=True, border="horizontal", alt=t("results.languages"))


def _short_interval(score: dict[str, float]) -> str:
    """As `text.interval`, with whole bounds, so that two stand side by side on a phone."""
    low, high = (f"{100 * score[bound]:.0f}" for bound in ("low", "high"))
    return t("number.interval", value=text.points(score["value"]), low=low, high=high)


def per_class(found: dict[str, Any]) -> None:
    """Precision, recall, F1 and documents of each class."""
    st.markdown(t("results.classes_reading"))
    class_table(found["scores"]["scalearn"]["per_class"])


def class_table(rows: list[dict[str, Any]]) -> None:
    """The classes of a report, one per row."""
    table = pd.DataFrame(
        {
            t("column.class"): [plain(row["label"]) for row in rows],
            t("column.recall"): [f"{100 * row['recall']:.0f}" for row in rows],
            t("column.precision"): [f"{100 * row['precision']:.0f}" for row in rows],
            t("column.f1"): [f"{100 * row['f1']:.0f}" for row in rows],
            t("column.support"): [f"{row['support']}" for row in rows],
        }
    )
    with st.container(height="content" if len(rows) <= LONG_TABLE else 560, border=False):
        st.table(table, hide_index=True, border="horizontal", alt=t("results.classes"))


def confusion(found: dict[str, Any]) -> None:
    """Which classes are taken for which."""
    labels = [row["label"] for row in found["scores"]["scalearn"]["per_class"]]
    st.markdown(t("results.confusion_reading"))
    drawn = charts.confusion(
        found["scores"]["scalearn"]["confusion"],
        labels,
        x_title=t("axis.predicted"),
        y_title=t("axis.true"),
        palette=figure.palette(),
    )
    figure.show(drawn, alt=t("results.confusion_alt"), key="confusion")


def wrong(run_id: str, found: dict[str, Any]) -> None:
    """The documents behind the mistakes."""
    table = outcomes.wrong_documents(run_id)
    tested = found["dataset"]["counts"]["test"]
    if table.empty:
        st.markdown(t("results.none_wrong", documents=count("test_documents", tested)))
        return
    st.markdown(t("results.wrong_reading", wrong=len(table), documents=count("test_documents", tested)))
    shown = table.assign(confidence=100 * table["confidence"])
    st.dataframe(
        shown,
        hide_index=True,
        alt=t("results.wrong"),
        row_height=72,
        column_order=["label", "predicted", "text", "confidence", "row"],
        column_config={
            "text": st.column_config.TextColumn(t("column.text"), width=380),
            "label": t("column.label"),
            "predicted": t("column.predicted"),
            "confidence": st.column_config.NumberColumn(t("column.confidence"), format="%.0f%%"),
            "row": st.column_config.NumberColumn(t("column.row"), format="%d"),
        },
    )


def cost(found: dict[str, Any]) -> None:
    """Learned numbers, time and size, each with a sentence."""
    counts, seconds, size = found["parameter_counts"], found["seconds"], found["model_bytes"]
    frozen = counts["sources_frozen"] + counts["encoder_frozen"]
    tiles = [
        (t("cost.scales"), f"{counts['scales']:,}", t("cost.scales_text")),
        (t("cost.head"), f"{counts['head']:,}", t("cost.head_text")),
        (
            t("cost.time"),
            text.duration(seconds["total"]),
            t("cost.time_text", device=found["device"]["name"]),
        ),
        (t("cost.size"), text.size(size["total"]), t("cost.size_text", scales=text.size(size["scales"]))),
    ]
    if counts["own_adapter"]:
        tiles.insert(2, (t("cost.own_adapter"), f"{counts['own_adapter']:,}", t("cost.own_adapter_text")))
    with st.grid(len(tiles), min_column_width=145):
        for label, value, explanation in tiles:
            with st.container(border=True, height="stretch", gap="xsmall"):
                st.metric(label, value)
                st.caption(explanation)
    st.caption(t("cost.frozen", frozen=f"{frozen:,}"))
    if measured := found.get("fast_mode"):
        st.caption(_fast_mode(measured, found["device"]["kind"]))


def _fast_mode(measured: dict[str, Any], device: str) -> str:
    """What 8-bit prediction brings and costs, or why new texts are classified without it."""
    if "reason" in measured or not (measured["within_limit"] or measured["documents"] >= FAST_DOCUMENTS):
        return t("fast.unmeasured") if device == "cpu" else t("fast.not_on_gpu")
    same = round(measured["agreement"] * measured["documents"])
    return t(
        "fast.within_limit" if measured["within_limit"] else "fast.over_limit",
        speedup=f"{measured['speedup']:.1f}",
        same=f"{same:,}",
        documents=count("test_documents", measured["documents"]),
        change=charts.signed(100 * (measured["macro_f1_fast"] - measured["macro_f1_exact"]), 1),
    )


def method(found: dict[str, Any]) -> None:
    """How the numbers were made, for the reader who asks."""
    counts = found["dataset"]["counts"]
    # Results of before pairs were learned from lack the forecast: they held documents back, as "paper" does.
    way = "pairs" if found.get("forecast") else "held_back"
    paragraphs = [
        t("results.method_data", data=found["dataset"]["name"], train=counts["train"], test=counts["test"]),
        t(
            f"results.method_{way}",
            learned=t("learned.with_own") if found["own_adapter"] else t("learned.scales"),
            epochs=max((row["epoch"] for row in found["history"]), default=0),
            best_epoch=found["best_epoch"],
            validation=counts["validation"],
        ),
        t("results.method_scores", methods=len(found["scores"])),
        t(
            "results.method_settings",
            variant=t(f"variant.{found['variant']}"),
            recipe=t(f"recipe.{found['recipe']}"),
            sources=len(found["sources"]) - bool(found["own_adapter"]),
            seed=found["seed"],
            encoder=outcomes.encoder_title(found),
        ),
    ]
    st.markdown("\n\n".join(paragraphs))
    spent = found["seconds"].items()
    lines = [t("seconds.line", part=t(f"seconds.{part}"), s=f"{value:.1f}") for part, value in spent]
    st.markdown("\n".join(f"- {line}" for line in lines))
