"""Work that a page waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st


@contextmanager
def working(words: str, *, shown: bool) -> Iterator[Callable[[float], None]]:
    """A bar that is moved by what is yielded, or a spinner where the work is short."""
    if not shown:
        with st.spinner(words):
            yield lambda share: None
        return
    moved = 0.0
    bar = st.progress(moved, text=words)

    def on_progress(share: float) -> None:
        nonlocal moved
        if share >= moved + 0.01:
            moved = share
            bar.progress(share, text=words)

    try:
        yield on_progress
    finally:
        bar.empty()
