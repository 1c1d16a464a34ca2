"""Every term of the studio in one sentence; the same sentences are the help beside them on the other pages."""

from __future__ import annotations

import streamlit as st

from scalearn_ui import shell
from scalearn_ui.parts import glossary
from scalearn_ui.text import t

shell.enter("glossary")

wanted = st.text_input(t("glossary.search"), key="glossary_search", icon=":material/search:").strip().casefold()
nothing = True
for group, terms in glossary.TERMS.items():
    shown = [term for term in terms if wanted in f"{glossary.name(term)} {glossary.meaning(term)}".casefold()]
    if shown:
        nothing = False
        st.subheader(t(f"glossary.group.{group}"), anchor=False)
        for term in shown:
            st.markdown(f"**{glossary.name(term)}**  \n{glossary.meaning(term)}")
if nothing:
    st.info(t("glossary.none"))
if st.button(t("glossary.home"), key="go_home", icon=":material/home:"):
    shell.go("home")
