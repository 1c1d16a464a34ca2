"""Where levers stand (`levers.py`), and which sources have one of which kind. Without torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import numpy as np

from scalearn_core.errors import ConfigError
from scalearn_core.records.training import TrainingRecord

GROUPS = 3
"""Lower, middle and upper layers."""
FARTHEST = 4.0
"""Largest factor or addition, in either direction."""
HARDLY = 0.02
"""A source that adds less than this share of a layer's own signal (mean over layers) is hardly used: a factor on
its scales would do nothing, so its lever adds a scale instead."""


@dataclass(frozen=True)
class Levers:
    """Where the levers stand; one that is not named is at rest. The scale of source t in layer l becomes

    (ω_lt · factor_t + added_t) · group of l
    """

    factors: Mapping[str, float] = field(default_factory=dict)
    """By source; 1 is as learned, 0 is off."""
    added: Mapping[str, float] = field(default_factory=dict)
    """By source; a scale that is added in every layer, 0 is as learned."""
    groups: tuple[float, ...] = (1.0,) * GROUPS
    """Factors on all sources in the lower, middle and upper layers."""

    def __post_init__(self) -> None:
        values = [*self.factors.values(), *self.added.values(), *self.groups]
        for value in values:
            if not (isinstance(value, (int, float)) and isfinite(value) and abs(value) <= FARTHEST):
                raise ConfigError("levers.out_of_range", found=value, limit=FARTHEST)
        if len(self.groups) != GROUPS:
            raise ConfigError("levers.groups", expected=GROUPS, found=len(self.groups))

    @property
    def at_rest(self) -> bool:
        """Whether the model is as it was learned."""
        return (
            all(factor == 1 for factor in self.factors.values())
            and not any(self.added.values())
            and all(group == 1 for group in self.groups)
        )

    def to_dict(self) -> dict[str, Any]:
        """As JSON, without what is at rest."""
        return {
            "factors": {name: value for name, value in sorted(self.factors.items()) if value != 1},
            "added": {name: value for name, value in sorted(self.added.items()) if value},
            "groups": list(self.groups),
        }

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Levers:
        """The levers that `to_dict` wrote. Raises ConfigError."""
        return cls(dict(content["factors"]), dict(content["added"]), tuple(content["groups"]))


def group_of(layer: int, layers: int) -> int:
    """Which of the groups a layer belongs to: 0 is the lowest."""
    return GROUPS * layer // layers


def hardly_used(result: TrainingRecord) -> dict[str, bool]:
    """By source whether the model of this result hardly uses it (see `HARDLY`)."""
    sizes = np.abs(np.array(result.scales.contribution)).mean(axis=0)
    return {name: bool(size < HARDLY) for name, size in zip(result.source_names, sizes, strict=True)}
