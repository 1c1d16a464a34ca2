"""What a review brings: a gentle update that can be taken back, and a new version of the dataset."""

from __future__ import annotations

import numpy as np
import streamlit as st

from scalearn_core import runs
from scalearn_core.records.labelling import PileInfo
from scalearn_core.records.update import UpdateRecord
from scalearn_core.review import store
from scalearn_core.review.corrected import Corrected, corrected_dataset
from scalearn_core.review.standing import standing
from scalearn_core.review.words import FILE
from scalearn_core.runs import Run
from scalearn_core.storage.codec import from_json
from scalearn_core.storage.files import read_json
from scalearn_ui import charts, outcomes, shell, state
from scalearn_ui.charts import percent
from scalearn_ui.parts import progress, scale_map
from scalearn_ui.parts.figure_text import as_figure_text
from scalearn_ui.text import count, points, t

MOST_RUNS = 200
MAPS = ("change", "before", "after")
STILL = 0.0005
"""A coefficient that moved by less is the same at three decimals."""


def draw(info: PileInfo) -> None:
    """The button, the run, what came of it; then the answers as a version of the dataset."""
    st.markdown(t("review.update_lead"))
    labelled = standing(store.entries(info.id)).labelled
    mine = [run for run in runs.recent(MOST_RUNS, "train") if run.config.get("update", {}).get("pile") == info.id]
    if mine and mine[0].active:
        progress.follow(mine[0])
        return
    if mine:
        _came(mine[0])
    if not labelled:
        st.info(t("review.nothing_yet"))
        return
    if st.button(t("review.update", documents=count("documents", len(labelled))), key="review_update",
                 type="secondary" if mine and mine[0].status == "succeeded" else "primary"):  # fmt: skip
        assert info.model_run is not None
        model = runs.get(info.model_run)
        config = {key: value for key, value in model.config.items() if key not in ("levers", "update")}
        config |= {"update": {"pile": info.id}, "from_run": model.id, "from_title": model.title}
        runs.submit("train", config, title=str(t("review.updated_title", title=model.title)))
        st.rerun()
    _as_version(info, len(labelled))


def _came(run: Run) -> None:
    """Scores before and after, how far it moved, and a way back."""
    progress.outcome(run)
    if run.status != "succeeded":
        return
    record = from_json(UpdateRecord, read_json(runs.folder(run.id) / FILE))
    with st.container(border=True):
        st.markdown(f"**{t('review.update_made')}**")
        right = {"before": record.right_before, "after": record.right_after, "of": record.corrections}
        st.markdown(t("review.learned", **right))
        guard = {"before": points(record.guard_before), "after": points(record.guard_after)}
        st.markdown(t("review.guard", documents=count("documents", record.guard_documents), **guard))
        st.caption(t("review.distance", distance=percent(record.distance), limit=percent(record.distance_limit)))
        with st.container(horizontal=True):
            if st.button(t("review.to_results"), key="update_results", icon=":material/verified:"):
                state.choose_run(run.id)
                shell.go("results", run=run.id)
            if st.button(t("review.take_back"), key="take_back", icon=":material/undo:"):
                runs.delete(run.id)
                st.rerun()
        _coefficients(record, run)


def _coefficients(made: UpdateRecord, run: Run) -> None:
    """The map of sources by layers: change, before and after."""
    record = outcomes.result(run.id)
    before, after = np.array(made.scales_before), np.array(made.scales_after)
    moved = after - before
    layer, source = (int(place) for place in np.unravel_index(np.abs(moved).argmax(), moved.shape))
    if abs(moved[layer, source]) < STILL:
        st.markdown(t("review.coefficients_still"))
        return
    name = outcomes.source_titles(record)[source]
    where = {"layer": layer + 1, "change": charts.signed(float(moved[layer, source]), 3)}
    shared = len(moved) == 1
    st.markdown(t("review.most_shared", name=name, **where) if shared else t("review.most", name=name, **where))
    shown = st.segmented_control(
        t("review.coefficients"), MAPS, default="change", required=True,
        format_func=lambda each: t(f"review.map.{each}"), key="update_map",
    )  # fmt: skip
    drawn = scale_map.of_result(
        record, {"change": moved, "before": before, "after": after}[shown or "change"],
        column="coefficient", unit=t("unit.scale"), decimals=3,
        title=as_figure_text(t(f"review.map_title.{shown or 'change'}")),
    )  # fmt: skip
    scale_map.draw(drawn, filename=f"{record.dataset.name}_update", alt=t("review.coefficients"))


def _as_version(info: PileInfo, answers: int) -> None:
    """The answers become the next version of the dataset, for a full training."""
    with st.container(border=True):
        st.markdown(f"**{t('review.version_title')}**")
        st.markdown(t("review.version_lead", documents=count("documents", answers)))
        if st.button(t("review.version"), key="review_version", icon=":material/table:"):
            with st.spinner(t("review.version_saving")):
                st.session_state[f"version_{info.id}"] = corrected_dataset(info.id)
        made: Corrected | None = st.session_state.get(f"version_{info.id}")
        if made is None:
            return
        values = {"added": made.added, "changed": made.changed, "confirmed": made.confirmed}
        st.success(t("review.version_made", version=made.version, **values))
        with st.container(horizontal=True):
            if st.button(t("review.version_see"), key="version_see", icon=":material/difference:"):
                state.choose_dataset(made.dataset)
                shell.go("data", dataset=made.dataset)
            if st.button(t("label.train"), key="version_train", icon=":material/model_training:"):
                state.choose_dataset(made.dataset)
                shell.go("train")
