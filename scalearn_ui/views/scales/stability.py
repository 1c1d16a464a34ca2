"""Which scales repeat when the training is repeated with other seeds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from scalearn_core.records.studies import Seeds
from scalearn_core.records.training import TrainingRecord
from scalearn_core.runs import Run
from scalearn_ui import outcomes, text
from scalearn_ui.charts.stability import stability_map
from scalearn_ui.parts import figure, study
from scalearn_ui.text import count, t

NAMED = 3
"""Sources named in the sentence."""
NARROW = 8
"""Layers whose numbers still fit into the cells on a phone."""


def draw(run: Run, record: TrainingRecord) -> None:
    """Offer the repetition, or show its outcome as a map; cells that do not repeat are hatched."""
    repeated = study.found_or_offered(run, record, "seeds", record.studies.seeds)
    if repeated is not None:
        show(record, repeated)


def show(record: TrainingRecord, repeated: Seeds) -> None:
    """The sentence, the hatched map, each source over the trainings."""
    titles = outcomes.source_titles(record)
    holds = np.array(repeated.repeats)  # [layers, sources]
    order = _order(record, repeated)
    _sentence(repeated, holds, [titles[index] for index in order if holds[:, index].all()])
    for note in repeated.notes:
        st.caption(t(f"note.{note}"))
    st.markdown(t("stability.reading"))
    layers = [str(layer + 1) for layer in range(len(holds))]
    drawn = stability_map(
        _by_source(repeated.mean, order),
        _by_source(repeated.sd, order),
        holds[:, order].T.tolist(),
        [titles[index] for index in order],
        layers,
        words=(t("stability.repeats"), t("stability.varies")),
        x_title=t("axis.layer"),
        title=t("axis.layer_unit", unit=t("unit.percent")),
        palette=figure.palette(),
    )
    shown = figure.show if len(layers) <= NARROW else figure.show_wide_map
    shown(drawn, alt=t("stability.alt"), key="stability_map")
    totals = repeated.totals
    table = pd.DataFrame(
        {
            t("stability.column.source"): [titles[index] for index in order],
            t("stability.column.size"): [
                f"{100 * totals.mean[index]:.1f} ± {100 * totals.sd[index]:.1f}" for index in order
            ],
            t("stability.column.layers"): [
                t("stability.of", n=int(holds[:, index].sum()), all=len(holds)) for index in order
            ],
        }
    )
    st.table(table, hide_index=True, border="horizontal", alt=t("stability.table_alt"))
    with st.expander(t("results.method"), icon=":material/info:"):
        documents = count("documents", repeated.documents)
        st.markdown(t("stability.method", trainings=len(repeated.seeds), documents=documents))
        st.markdown(t("stability.method_rule"))


def _sentence(repeated: Seeds, holds: NDArray[np.bool_], steady: list[str]) -> None:
    """How far score and scales agree."""
    score = repeated.score
    lines = [
        t(
            "stability.score",
            trainings=len(repeated.seeds),
            low=text.points(score.lowest),
            high=text.points(score.highest),
            sd=f"{100 * score.sd:.1f}",
        ),
        t("stability.cells", n=int(holds.sum()), all=holds.size),
    ]
    if steady:
        lines.append(
            t("stability.steady", names=text.listed([t("list.name", name=name) for name in steady[:NAMED]]))
        )
    share = holds.mean()
    code = "most" if share >= 2 / 3 else "some" if share >= 1 / 3 else "few"
    st.info("  \n".join(lines), title=t(f"stability.{code}"), icon=":material/repeat:")


def _order(record: TrainingRecord, repeated: Seeds) -> list[int]:
    """Columns, the source that does most on average first, and last the own adapter, which is none."""
    totals = np.array(repeated.totals.mean)
    if record.own_adapter:
        totals[-1] = -1.0
    return [int(index) for index in np.argsort(-totals, kind="stable")]


def _by_source(values: Sequence[Sequence[float]], order: list[int]) -> list[list[float]]:
    """Percent, `[sources][layers]` from shares `[layers][sources]`."""
    turned: list[list[float]] = (100 * np.array(values)[:, order].T).tolist()
    return turned
