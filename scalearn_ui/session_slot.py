"""What a session keeps until it is replaced: results too large to be copied, and choices."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
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


def begin_anew(slot: str, key: Hashable, values: Mapping[str, object]) -> None:
    """Give widgets, by their keys, these values once per `key`, and where they have none: what was chosen for one
    table is not for the next.

    Only to take a value away would not do: the browser keeps what it shows, and sends it with the next click.
    """
    another = st.session_state.get(slot) != key
    st.session_state[slot] = key
    for name, value in values.items():
        if another or name not in st.session_state:
            st.session_state[name] = value
