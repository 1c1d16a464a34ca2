"""What a review comes to: shares of the categories, and a gentle update that can be taken back."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from scalearn_core import runs
from scalearn_core.records.labelling import PileInfo
from scalearn_core.records.update import UpdateRecord
from scalearn_core.review import store
from scalearn_core.review.shares import shares_of
from scalearn_core.review.standing import standing
from scalearn_core.review.words import FILE, labels_in
from scalearn_core.runs import Run
from scalearn_core.storage.codec import from_json
from scalearn_core.storage.files import read_json
from scalearn_ui import outcomes, shell, state
from scalearn_ui.charts import percent
from scalearn_ui.letters import cells
from scalearn_ui.parts import progress
from scalearn_ui.text import count, points, t

MOST_RUNS = 200


def shares(info: PileInfo) -> None:
    """From the documents drawn at random and the model's answers for all."""
    documents = store.documents_of(info.id)
    names = [each.name for each in store.codebook(info.id)]
    random = {
        place: entry for place, entry in standing(store.entries(info.id)).labelled.items() if entry.why == "random"
    }
    given = np.array(
        [[name in labels_in(each.answer or "", info.separator) for name in names] for each in documents]
    )
    labelled = np.isin(np.arange(len(documents)), list(random))
    has = np.array([[name in random[place].labels for name in names] for place in sorted(random)], dtype=np.bool_)
    found = shares_of(names, given, labelled, has.reshape(-1, len(names)))
    st.markdown(t("review.shares_lead"))
    if not random:
        st.warning(t("review.shares_unchecked"))
    else:
        st.caption(t("review.shares_rest_on", documents=count("documents", len(random))))
    interval = [
        f"{percent(each.low)} – {percent(each.high)}" if each.low is not None and each.high is not None else "–"
        for each in found
    ]
    table = pd.DataFrame(
        {
            t("review.category"): [each.label for each in found],
            t("review.share"): [percent(each.share) for each in found],
            t("review.interval"): interval,
            t("review.counted"): [percent(each.counted) for each in found],
        }
    )
    st.dataframe(cells(table), hide_index=True, alt=t("review.shares_alt"))


def update(info: PileInfo) -> None:
    """The button, the run, and what came of it."""
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
        _coefficients(record, run)
        with st.container(horizontal=True):
            if st.button(t("review.to_results"), key="update_results", icon=":material/verified:"):
                state.choose_run(run.id)
                shell.go("results", run=run.id)
            if st.button(t("review.take_back"), key="take_back", icon=":material/undo:"):
                runs.delete(run.id)
                st.rerun()


def _coefficients(record: UpdateRecord, run: Run) -> None:
    """Before, after and change of each source's scale, mean over the layers."""
    titles = outcomes.source_titles(outcomes.result(run.id))
    before, after = (np.mean(scales, axis=0) for scales in (record.scales_before, record.scales_after))
    table = pd.DataFrame(
        {
            t("review.source"): titles,
            t("review.before"): [f"{value:+.3f}" for value in before],
            t("review.after"): [f"{value:+.3f}" for value in after],
            t("review.change"): [f"{value:+.3f}" for value in after - before],
        }
    )
    st.caption(t("review.coefficients"))
    st.dataframe(cells(table), hide_index=True, alt=t("review.coefficients"))
