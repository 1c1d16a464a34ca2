"""Choices kept in the link by their name in the code, so that a colleague sees the same in any language.

A widget bound to the link would write its words there, which another language lacks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from scalearn_ui.letters import letters


def buttons(label: str, options: Sequence[str], key: str, words: Callable[[str], str]) -> str:
    """One of few options, side by side; `words` says what each is called."""
    chosen = _settle(options, key)
    st.segmented_control(
        label, list(options), required=True, format_func=words, key=key, on_change=_follow, args=(key,)
    )
    return chosen


def select(label: str, options: Sequence[str], key: str, words: Callable[[str], str]) -> str:
    """One of many options, from a list."""
    chosen = _settle(options, key)
    st.selectbox(
        label, list(options), format_func=lambda option: letters(words(option)), key=key,
        on_change=_follow, args=(key,),
    )  # fmt: skip
    return chosen


def _settle(options: Sequence[str], key: str) -> str:
    """What the link asks for, else the first option."""
    from_link = st.query_params.get(key)
    chosen = from_link if from_link is not None and from_link in options else options[0]
    st.session_state[key] = chosen
    return chosen


def _follow(key: str) -> None:
    st.query_params[key] = st.session_state[key]
