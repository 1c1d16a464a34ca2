"""The library of prebuilt source adapters: browse their cards (without torch), load their weights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scalearn_core.adapters.source_tasks import LIBRARY
from scalearn_core.encoders.cards import DEFAULT
from scalearn_core.errors import AdapterError

if TYPE_CHECKING:
    from scalearn_core.adapters.bottleneck import Adapter
    from scalearn_core.encoders.encoder import Encoder

PERMISSIVE_TIERS = ("A", "B")
"""Open licences; adapters of other tiers carry the note "research use" and are not selected by default."""


@dataclass(frozen=True)
class AdapterCard:
    """What a user should know of one adapter before using it; read from its `card.json`."""

    name: str
    title: dict[str, str]
    """Plain-language name, by language code."""
    purpose: dict[str, str]
    """One sentence, by language code."""
    group: str
    """sentence_pairs, similarity, sentiment, topics, intents, emotion, safety or language"""
    task: str
    """"single" texts or text "pair"s"""
    language: str
    """Of the rows it learned from, ISO 639-1."""
    dataset: str
    rows: int
    """Training rows."""
    evaluated_rows: int
    licence_tier: str
    """A open, B open but not restated in the copy used, C none stated, N non-commercial, O own data"""
    licence: str
    research_use: bool
    metric: str
    """accuracy, macro_f1, matthews or pearson, on rows never used for training"""
    score: dict[str, float]
    """value, low, high (95% interval)"""
    frozen_head_score: dict[str, float]
    """The same for a linear head on the frozen encoder."""
    majority_score: float
    beats_frozen_head: bool
    seed: int
    encoder: str
    encoder_fingerprint: str
    sha256: str
    command: str
    labels: tuple[str, ...]


def folder_of(encoder: str) -> Path:
    """Where the adapters of an encoder of the studio lie."""
    return LIBRARY / encoder


def cards(encoder: str = DEFAULT) -> list[AdapterCard]:
    """Cards of all adapters in an encoder's library, those with open licences first, then by name.

    Args:
        encoder: key of its card (`encoders/cards.py`).
    """
    found = [_card(file) for file in sorted(folder_of(encoder).glob("*/card.json"))]
    return sorted(found, key=lambda card: (card.research_use, card.name))


def permissive(encoder: str = DEFAULT) -> list[str]:
    """Names of the adapters whose licences are open: the default selection."""
    return [card.name for card in cards(encoder) if not card.research_use]


def find_folder(name: str, encoder: str = DEFAULT) -> Path:
    """The folder of an adapter of the library, or `name` itself where that is one. Raises AdapterError."""
    known = [card.name for card in cards(encoder)]
    folder = folder_of(encoder) / name if name in known else Path(name)
    try:
        found = (folder / "adapter_config.json").is_file()
    except OSError:  # a name too long to be a path
        found = False
    if not found:
        raise AdapterError("adapter.unknown", name=name, known=", ".join(known))
    return folder


def load(names: Sequence[str], encoder: Encoder) -> list[Adapter]:
    """Load adapters by their library name, or from a folder in the AdapterHub layout.

    Raises:
        AdapterError: unknown name, unreadable folder, or made for another encoder (saying what differs).
    """
    from scalearn_core.adapters.adapterhub import check_fits, read_adapter

    # An encoder without a card may hold the default's weights; the fingerprint decides.
    library = DEFAULT if encoder.card is None else encoder.card.key
    adapters = []
    for name in names:
        folder = find_folder(name, library)
        adapter = read_adapter(folder, encoder)
        if encoder.card is not None and folder.parent == folder_of(library):
            # Ours, and made for this encoder: its copy on the hub, of slightly other weights, may use it too.
            adapter.encoder_fingerprint = None
        check_fits(adapter, encoder)
        adapters.append(adapter)
    return adapters


@lru_cache(maxsize=256)
def _card(file: Path) -> AdapterCard:
    try:
        stored: dict[str, Any] = json.loads(file.read_text("utf-8"))
        return AdapterCard(
            name=stored["name"], title=stored["title"], purpose=stored["purpose"], group=stored["group"],
            task=stored["task"], language=stored.get("language", "en"),
            dataset=stored["dataset"], rows=stored["rows"]["train"],
            evaluated_rows=stored["rows"]["evaluated"], licence_tier=stored["licence"]["tier"],
            licence=stored["licence"]["text"], research_use=stored["research_use"], metric=stored["metric"],
            score=stored["score"], frozen_head_score=stored["frozen_head_score"],
            majority_score=stored["majority_score"]["value"], beats_frozen_head=stored["beats_frozen_head"],
            seed=stored["training"]["seed"], encoder=stored["encoder"]["name"],
            encoder_fingerprint=stored["encoder"]["fingerprint"], sha256=stored["sha256"],
            command=stored["command"], labels=tuple(stored["labels"]),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AdapterError("adapter.unreadable", name=file.parent.name, reason=f"card.json: {error}") from error
