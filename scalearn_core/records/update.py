"""What a gentle update of a model did: what `update --json` prints and `update.json` keeps."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class UpdateRecord:
    """A model moved a little by corrections, or left as it is."""

    accepted: bool
    """Whether the updated model may be kept; else it is the one before."""
    guard_before: float
    """Macro-F1 of the model before on the guard, 0 to 1."""
    guard_after: float
    """Of the updated model; of the one that was refused where none was accepted."""
    guard_first: float
    """Of the model that the first update of a row of updates began with: what the fall is measured from."""
    guard_documents: int
    limit: float
    """The guard's score may be so much below `guard_first` at most."""
    distance: float
    """How far scales or head moved, whichever moved farther: length of the change against their own length."""
    distance_scales: float
    distance_head: float
    distance_limit: float
    corrections: int
    right_before: int
    """Of the corrections, those the model answered so before."""
    right_after: int
    scales_before: tuple[tuple[float, ...], ...]
    """Mean scale per layer (one where layers share them) and source."""
    scales_after: tuple[tuple[float, ...], ...]
    sources: tuple[str, ...]
    seconds: float
