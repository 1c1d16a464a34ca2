"""The version that answers: whenever another is put in use it is loaded beside the old one, then takes its place.

A request keeps the version it began with, so nothing is lost and no answer mixes two versions.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from pathlib import Path

from scalearn_core.errors import GovernanceError, ModelError, ScaLearnError
from scalearn_core.evidence.places import place_of
from scalearn_core.governance import registry
from scalearn_core.governance.folders import place_of_version
from scalearn_core.governance.records import Version
from scalearn_core.prediction.predictor import Predictor
from scalearn_core.scaling.seal import read_seal

POLL = 1.0
"""Seconds between two looks at the registry."""
logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Served:
    """A loaded version."""

    model: str
    """Name in the registry, or of the folder."""
    version: int | None
    """None where it is not of the registry."""
    model_id: str
    predictor: Predictor


class Live:
    """Holds what answers now."""

    def __init__(self, ref: str, *, unapproved: bool = False, device: str = "cpu") -> None:
        """Load it.

        Args:
            ref: a name of the registry (the version in use), `NAME@2`, or with `unapproved` a model folder.
            device: "cpu", "cuda" or "mps".

        Raises:
            GovernanceError, ModelError, AuditError: it is not there, not approved, or damaged.
        """
        self.ref, self.unapproved, self.device = ref, unapproved, device
        self.swaps = 0
        self._stop = threading.Event()
        self.served = self._load()

    def follow(self) -> None:
        """Look at the registry from now on, in a thread of its own."""
        threading.Thread(target=self._follow, daemon=True, name="registry").start()

    def close(self) -> None:
        self._stop.set()

    def _load(self) -> Served:
        if self.unapproved and (Path(self.ref) / "model.json").is_file():
            place = place_of(Path(self.ref))
            return self._opened(place.model.resolve().name, None, place.model)
        version = wanted(self.ref, unapproved=self.unapproved)
        return self._opened(version.model, version.version, place_of_version(version).model)

    def _opened(self, name: str, number: int | None, folder: Path) -> Served:
        predictor = Predictor.load(folder, self.device)
        predictor.predict(["warm"])  # the first answer must not wait for what is loaded on first use
        return Served(name, number, read_seal(folder).model_id, predictor)

    def _follow(self) -> None:
        while not self._stop.wait(POLL):
            try:
                if self.served.version is None or "@" in self.ref:
                    continue
                version = wanted(self.ref, unapproved=self.unapproved)
                if version.version != self.served.version:
                    self.served = self._load()
                    self.swaps += 1
            except (ScaLearnError, OSError):  # what answers goes on answering
                logger.exception("The version in use could not be loaded; the one before goes on answering")


def wanted(ref: str, *, unapproved: bool = False) -> Version:
    """The version that `ref` names, if it may serve.

    Raises:
        GovernanceError: `governance.unknown_model`, `governance.none_in_use`, `governance.expired`,
            `governance.wrong_state`: only approved versions serve.
    """
    version = registry.find(ref) if "@" in ref else registry.in_use(ref)
    if not unapproved and version.state not in registry.APPROVED:
        raise GovernanceError(
            "governance.wrong_state", version=version.ref, action="serve", expected="approved", state=version.state
        )
    if not unapproved and version.expired(registry.today()):
        raise GovernanceError("governance.expired", version=version.ref, day=version.until)
    if version.state == "deleted":
        raise ModelError("model.not_found", folder=version.ref)
    return version
