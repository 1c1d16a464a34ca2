"""A file uploader that speaks the reader's language: Streamlit's own words are English and cannot be given.

They are replaced by style alone: a later Streamlit with other marks shows its own words, and nothing breaks.
`tests/e2e/test_data.py` looks at them in a browser. What a screen reader is told beside them stays Streamlit's.
"""

from __future__ import annotations

import json

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from scalearn_ui.text import Markdown, t

ZONE = "[data-testid=stFileUploaderDropzone]"
BUTTON = f"{ZONE} > span [data-testid=stMarkdownContainer] p"
LIMIT = "[data-testid=stFileUploaderDropzoneInstructions] span"
DROP = f"{ZONE} > input + div > span:only-child"
REFUSED = "[data-testid=stFileUploader]:has([data-testid=stFileChip][aria-invalid=true])"
SIZE = "font-size: 0.9rem"


def ask_file(label: Markdown, *, key: str, help: Markdown) -> UploadedFile | None:
    """As `st.file_uploader`; files of any name, as the core decides by the content."""
    begin = f".st-key-{key}"
    instead = {
        BUTTON: t("uploader.button"),
        LIMIT: t("uploader.limit"),
        DROP: t("uploader.drop"),
    }
    rules = [f"{begin} {place} {{ font-size: 0 }}" for place in instead]
    rules += [f"{begin} {place}::after {{ content: {_css(words)}; {SIZE} }}" for place, words in instead.items()]
    rules += [
        f"{begin} [data-testid=stFileUploader] {{ flex-wrap: wrap }}",
        f"{begin} {REFUSED}::after {{ content: {_css(t('uploader.refused'))}; {SIZE}; margin-top: 0.5rem }}",
        "[data-testid=stTooltipErrorContent] { display: none }",
    ]
    st.html(f"<style>{' '.join(rules)}</style>")
    return st.file_uploader(label, key=key, help=help)


def _css(words: str) -> str:
    """A text of the style; `<` would end it."""
    return json.dumps(words, ensure_ascii=False).replace("<", "\\3c ")
