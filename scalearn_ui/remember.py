"""Results too large to be copied at each click, kept in the session until something else takes their place."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

import streamlit as st

Value = TypeVar("Value")


def remembered(slot: str, key: Hashable, make: Callable[[], Value]) -> Value:
    """What was made for `key`; a slot holds one value, which nobody may change."""
    kept = st.session_state.get(slot)
    if kept is None or kept[0] != key:
        st.session_state.pop(slot, None)  # so that the old and the new one are never in memory together
        kept = st.session_state[slot] = (key, make())
    value: Value = kept[1]
    return value
