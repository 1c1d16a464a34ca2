"""What was in use when, and every step with who and why."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from scalearn_core.audit.trail import head
from scalearn_core.governance import registry
from scalearn_core.governance.records import RegisteredModel
from scalearn_core.governance.words import Words
from scalearn_ui import text
from scalearn_ui.letters import cells
from scalearn_ui.text import listed, t


def draw(model: RegisteredModel) -> None:
    """The question about a day, then all steps, newest first, and the head of the trail."""
    day = st.date_input(t("models.day"), value=registry.today(), max_value=registry.today(), key="history_day")
    used = model.used_on(day.isoformat())
    if used:
        versions = [f"{t('models.version')} {number}" for number in dict.fromkeys(p.version for p in used)]
        st.markdown(t("models.used_on", day=day.isoformat(), versions=listed(versions)))
    else:
        st.markdown(t("models.not_used_on", day=day.isoformat()))
    words = Words(text.language())
    taken = sorted(
        ((step, version) for version in model.versions for step in version.steps),
        key=lambda pair: pair[0].n,
        reverse=True,
    )
    rows = [
        {
            t("models.when"): step.time.replace("T", " ").removesuffix("Z"),
            t("models.version"): version.version,
            t("models.what"): words(f"step.{step.action}") + (f" ({step.until})" if step.until else ""),
            t("models.who"): step.who,
            t("models.why"): " · ".join(filter(None, [words("step.against") * step.against, step.reason])),
        }
        for step, version in taken
    ]
    st.dataframe(cells(pd.DataFrame(rows)), hide_index=True, alt=t("models.history_alt"))
    st.caption(t("models.head", n=head().n, hash=head().hash))
