"""What a document costs a person today: asked once, kept in the workspace, used wherever money is named."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scalearn_core.config import open_workspace, workspace
from scalearn_core.errors import ConfigError
from scalearn_core.runs.folders import write_json
from scalearn_core.storage.codec import from_json, to_json
from scalearn_core.storage.damage import DAMAGED_FILE
from scalearn_core.storage.files import read_json

FILE = "price.json"
LONGEST_CURRENCY = 8


@dataclass(frozen=True)
class Price:
    """`price.json`: what work and mistakes cost, in one currency."""

    minutes: float
    """A person needs for one document."""
    hourly: float
    """What an hour of that person costs."""
    mistake: float
    """What one wrong answer costs."""
    currency: str
    """As it is written before an amount."""

    def __post_init__(self) -> None:
        for name in ("minutes", "hourly", "mistake"):
            value = getattr(self, name)
            if not (math.isfinite(value) and 0 <= value <= 1e9):
                raise ConfigError("price.no_number", name=name, found=value)
        if not 0 < len(self.currency) <= LONGEST_CURRENCY:
            raise ConfigError("price.no_currency", most=LONGEST_CURRENCY, found=self.currency)

    @property
    def document(self) -> float:
        """What it costs to have a person look at one document."""
        return self.minutes / 60 * self.hourly


def load_price() -> Price | None:
    """What was answered; None where nobody did yet, or where the file is damaged: then it is asked again."""
    try:
        return from_json(Price, read_json(workspace() / FILE))
    except (*DAMAGED_FILE, ConfigError):
        return None


def keep_price(price: Price) -> None:
    """Keep it for every page, report and command. Raises OSError."""
    write_json(open_workspace() / FILE, to_json(price))
