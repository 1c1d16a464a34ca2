"""Our sentences in figures, which read no Markdown."""

from __future__ import annotations

import re

ESCAPED = re.compile(r"\\(.)")


def as_figure_text(sentence: str) -> str:
    """The sentence without the marks that Markdown reads: bold stars, and the backslashes of `text.plain`."""
    return ESCAPED.sub(r"\1", re.sub(r"(?<!\\)\*\*", "", sentence))
