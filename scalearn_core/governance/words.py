"""The sentences of passports, recommendations and steps, one file per language in `locale/`.

They stand here and not with those of the studio, because a passport is read, and written, where no studio runs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from scalearn_core.evaluation.intervals import Interval
from scalearn_core.governance.recommend import Reason

LANGUAGES = ("en", "ja")


@cache
def _sentences(language: str) -> dict[str, str]:
    file = Path(__file__).parent / "locale" / f"{language}.json"
    found: dict[str, str] = json.loads(file.read_text("utf-8"))
    return found


class Words:
    """Speaks one language; English where there is no other."""

    def __init__(self, language: str = "en") -> None:
        self.language = language if language in LANGUAGES else LANGUAGES[0]

    def __call__(self, key: str, **values: object) -> str:
        """The sentence `key`, filled; lists become names side by side. Raises KeyError: a bug."""
        shown = {
            name: self.listed(value) if isinstance(value, list | tuple) else value
            for name, value in values.items()
        }
        return _sentences(self.language)[key].format(**shown)

    def listed(self, names: Iterable[object]) -> str:
        return _sentences(self.language)["comma"].join(map(str, names))

    def between(self, score: Interval) -> str:
        """ "82.0 to 93.1": the bounds of a share, on 0 to 100."""
        return self("between", low=f"{100 * score.low:.1f}", high=f"{100 * score.high:.1f}")

    def reason(self, reason: Reason) -> str:
        """Why a decision is recommended."""
        return self(f"reason.{reason.code}", **reason.values)
