"""The server of ScaLearn Studio: `streamlit run app.py`. What it shows is `studio.py` and the pages."""

from __future__ import annotations

import streamlit as st
from starlette.middleware import Middleware

from scalearn_ui.headers import SafeHeaders

app = st.App("studio.py", middleware=[Middleware(SafeHeaders)])
