"""What share of a reviewed table each category has."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from scalearn_core.records.labelling import PileInfo
from scalearn_core.review import store
from scalearn_core.review.shares import shares_of
from scalearn_core.review.standing import standing
from scalearn_core.review.words import labels_in
from scalearn_ui.charts import percent
from scalearn_ui.letters import cells
from scalearn_ui.text import count, t


def draw(info: PileInfo) -> None:
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
