"""A figure is drawn once: plotly takes longer to build one than a page takes for all else."""

from __future__ import annotations

import hashlib
import io
import pickle
import threading
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec

if TYPE_CHECKING:
    import plotly.graph_objects as go

MOST = 64
"""Figures that are kept, those shown last, for all sessions together."""
_kept: OrderedDict[bytes, go.Figure] = OrderedDict()
_keeping = threading.Lock()
Given = ParamSpec("Given")


def drawn_once(draw: Callable[Given, go.Figure]) -> Callable[Given, go.Figure]:
    """`draw`, a pure function, that gives the same figure for equal arguments; nobody may change it."""

    @wraps(draw)
    def once(*args: Given.args, **kwargs: Given.kwargs) -> go.Figure:
        try:
            key = _key_of((draw.__module__, draw.__name__, args, sorted(kwargs.items())))
        except (TypeError, AttributeError, pickle.PicklingError):
            return draw(*args, **kwargs)
        with _keeping:
            if (known := _kept.get(key)) is not None:
                _kept.move_to_end(key)
                return known
        figure = draw(*args, **kwargs)
        figure._drawn_from = key
        with _keeping:
            _kept[key] = figure
            while len(_kept) > MOST:
                _kept.popitem(last=False)
        return figure

    return once


class _Pickler(pickle.Pickler):
    """Of a figure that was drawn here, what it was drawn from."""

    def persistent_id(self, value: Any) -> bytes | None:
        return getattr(value, "_drawn_from", None) if hasattr(value, "to_plotly_json") else None


def _key_of(arguments: object) -> bytes:
    """The same for equal arguments. Raises what pickle raises of what it cannot take."""
    content = io.BytesIO()
    pickler = _Pickler(content, protocol=5)
    pickler.fast = True  # by content alone: else the same text twice differs from two equal ones
    pickler.dump(arguments)
    return hashlib.sha256(content.getbuffer()).digest()
