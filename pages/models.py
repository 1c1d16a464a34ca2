"""The registry: which model is in use, who approved it, and what shows that."""

from __future__ import annotations

import streamlit as st

from scalearn_core.governance import registry
from scalearn_ui import shell
from scalearn_ui.parts import query_choice
from scalearn_ui.text import t
from scalearn_ui.views.models import adding, comparing, deciding, handing_over, history

shell.enter("models")

PARTS = ("decide", "versions", "history")  # of a registered model; while there is none, the page has no parts

known = registry.models()
if not known:
    adding.first()
    st.stop()
names = [model.name for model in known]
name = query_choice.select(t("models.choose"), names, "model", str) if len(names) > 1 else names[0]
model = next(each for each in known if each.name == name)
deciding.headline(model)
view = shell.choose_view("models", PARTS)

if view == "decide":
    version = deciding.choose(model)
    deciding.draw(model, version)
    handing_over.draw(version)
elif view == "versions":
    comparing.draw(model)
else:
    history.draw(model)
with st.expander(t("models.add"), icon=":material/add:"):
    adding.draw()
