"""Damaged files: the exceptions that reading one may raise, and the reason as one line."""

from __future__ import annotations

import pickle
import struct

from safetensors import SafetensorError

DAMAGED_FILE = (
    OSError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, EOFError, RuntimeError,
    struct.error, pickle.UnpicklingError, SafetensorError,
)  # fmt: skip
"""What readers of JSON and weights raise on a damaged or foreign file."""


def reason(error: Exception) -> str:
    """The first line of the reader's message, for use in a sentence of ours."""
    if isinstance(error, pickle.UnpicklingError):
        return "it is not a plain file of weights"  # torch's own words recommend to run whatever it holds
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
