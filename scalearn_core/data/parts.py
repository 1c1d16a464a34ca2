"""The parts of a divided dataset."""

from __future__ import annotations

from enum import IntEnum


class Part(IntEnum):
    """Where a document of a divided dataset belongs; a document is in one part alone."""

    TRAIN = 0
    VALIDATION = 1
    """To choose by: the best epoch, the strength of a head."""
    TEST = 2
    WATCHED = 3
    """A test document that a person watches while turning levers, and that therefore tests no more."""
    KEPT_OUT = 4
    """In no part: a copy, or one of the group, of a document that the user wants to test on."""
    LEFT_OUT = 5
    """A training document that a study leaves out, to learn from fewer."""


NEVER_LEARNED = (Part.TEST, Part.WATCHED, Part.KEPT_OUT)
"""The parts with documents that are tested on, seen while a model is made by hand, or like one of these."""
