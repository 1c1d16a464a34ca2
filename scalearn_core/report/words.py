"""The sentences of reports, one file per language in `locale/`: a report is read where no studio runs."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scalearn_core.evaluation.intervals import Interval

LANGUAGES = ("en", "ja")
_SPACES = re.compile(r"\s+")


@cache
def sentences(language: str) -> dict[str, str]:
    """All sentences of one language, by key."""
    found: dict[str, str] = json.loads(
        (Path(__file__).parent / "locale" / f"{language}.json").read_text(encoding="utf-8")
    )
    return found


@dataclass(frozen=True)
class Words:
    """Speaks one language."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """The sentence `key`, filled; what comes from outside is made `letters`. Raises KeyError: a bug."""
        shown = {name: letters(value) if isinstance(value, str) else value for name, value in values.items()}
        return sentences(self.language)[key].format(**shown)

    def listed(self, names: Iterable[str]) -> str:
        """ "A, B and C"; at least one."""
        *others, last = names
        return self("list.and", others=self("list.comma").join(others), last=last) if others else last

    def between(self, score: Interval, decimals: int = 0) -> str:
        """ "82 to 93": the bounds of a share, on 0 to 100."""
        return self("between", low=f"{100 * score.low:.{decimals}f}", high=f"{100 * score.high:.{decimals}f}")


def letters(value: object) -> str:
    """Words from outside as one line of letters: neither line ends nor marks that show nothing or turn an order.

    Control characters make a slide's XML invalid, or stand in it as `_x000D_`.
    """
    kept = (mark for mark in _SPACES.sub(" ", str(value)) if unicodedata.category(mark) not in ("Cc", "Cf", "Cs"))
    return "".join(kept).strip()


def shortened(value: str, most: int) -> str:
    """At most so many Latin letters, or half as many Japanese ones; the rest as "…"."""
    room = most
    for place, letter in enumerate(value):
        room -= 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if room < 0:
            return value[: max(0, place - 1)].rstrip() + "…"
    return value


def points(value: float) -> str:
    """A share from 0 to 1 as a score from 0 to 100, one decimal, as the studio writes it."""
    return f"{100 * value:.1f}"


def signed(value: float, decimals: int = 1) -> str:
    """A number with its sign and a real minus; what rounds to zero has none."""
    rounded = round(value, decimals)
    return f"{rounded:+.{decimals}f}".replace("-", "−") if rounded else f"{0:.{decimals}f}"


def whole(share: float) -> str:
    """A share in whole percent; "> 99%" only where it is not all."""
    return "> 99%" if 0.995 <= share < 1 else f"{100 * share:.0f}%"
