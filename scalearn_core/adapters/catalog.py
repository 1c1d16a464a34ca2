"""The library of prebuilt source adapters: browse their cards (without torch), load their weights."""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scalearn_core.adapters import layout
from scalearn_core.adapters.source_tasks import LIBRARY
from scalearn_core.encoders.cards import CARDS, DEFAULT
from scalearn_core.errors import AdapterError, ConfigError
from scalearn_core.storage.damage import DAMAGED_FILE
from scalearn_core.storage.files import read_json

if TYPE_CHECKING:
    from scalearn_core.adapters.bottleneck import Adapter
    from scalearn_core.encoders.encoder import Encoder


class OtherBaseWarning(UserWarning):
    """An adapter says that it was made for another model than the one it is used with."""


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
    """The folder of the adapters for an encoder of the studio."""
    return LIBRARY / encoder


def cards(encoder: str = DEFAULT) -> list[AdapterCard]:
    """Cards of all adapters in an encoder's library, those with open licences first, then by name.

    Args:
        encoder: key of its card (`encoders/cards.py`).
    """
    all_cards = [_card(file) for file in sorted(folder_of(encoder).glob("*/card.json"))]
    return sorted(all_cards, key=lambda card: (card.research_use, card.name))


def permissive(encoder: str = DEFAULT) -> list[str]:
    """Names of the adapters whose licences are open: the default selection."""
    return [card.name for card in cards(encoder) if not card.research_use]


def find_folder(name: str, encoder: str = DEFAULT) -> Path:
    """The folder of an adapter of the library, or `name` itself where that is one. Raises AdapterError."""
    known = [card.name for card in cards(encoder)]
    folder = folder_of(encoder) / name if name in known else Path(name)
    try:
        is_folder = (folder / layout.CONFIG).is_file()
    except OSError:  # a name too long to be a path
        is_folder = False
    if not is_folder:
        raise AdapterError("adapter.unknown", name=name, known=", ".join(known))
    return folder


def find_folders(names: Sequence[str], encoder: str = DEFAULT) -> list[Path]:
    """The folders of adapters, identified by their text files: no weights are read.

    Raises:
        AdapterError: one is unknown, unreadable or of another kind, or two have the same name.
        ConfigError: one is given twice.
    """
    folders = [find_folder(name, encoder) for name in names]
    seen: dict[str, Path] = {}
    for folder in folders:
        name = layout.describe(folder).name
        if seen.get(name) == folder:
            raise ConfigError("config.repeated_source", name=name)
        if name in seen:
            raise AdapterError("adapter.same_name", name=name, first=seen[name], second=folder)
        seen[name] = folder
    return folders


def made_for_others(folders: Sequence[Path], encoder: str | None) -> list[str]:
    """A sentence for each adapter that says it was made for another model than the encoder, of equal shape or not.

    Makers name a model as they like, so that nothing is refused for it; a card with a fingerprint decides by that.

    Args:
        encoder: what `Encoder.load` takes.
    """
    card = CARDS.get(encoder or DEFAULT)
    known = {card.name, card.hub or card.name} if card else {str(encoder), *_stated_names(Path(str(encoder)))}
    sentences = []
    for folder in folders:
        described = layout.describe(folder)
        another = described.base and _last_part(described.base) not in {_last_part(name) for name in known}
        if another and described.fingerprint is None:
            sentences.append(
                f"The adapter {described.name} says that it was made for {described.base}, not for "
                f"{card.name if card else encoder}. It is used all the same; if the two are not the same weights, "
                "do not expect it to help."
            )
    return sentences


def _stated_names(folder: Path) -> list[str]:
    """The name an encoder's folder gives the model it holds, if any."""
    try:
        stated = read_json(folder / "config.json").get("_name_or_path")
    except DAMAGED_FILE:  # loading tells what is wrong with it
        return []
    return [str(stated)] if stated else []


def _last_part(name: str) -> str:
    """Of a hub id or a path, without its owner; hub ids were written without one for years."""
    return name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1].casefold()


def load(names: Sequence[str], encoder: Encoder) -> list[Adapter]:
    """Load adapters by their library name, or from a folder in the AdapterHub layout.

    Warns with `OtherBaseWarning` of each that says it was made for another model.

    Raises:
        AdapterError: unknown name, unreadable folder, two of one name, or made for another encoder (saying what
            differs).
    """
    from scalearn_core.adapters.adapterhub import check_fits, read_adapter

    # An encoder without a card may hold the default's weights; the fingerprint decides.
    library = DEFAULT if encoder.card is None else encoder.card.key
    adapters = []
    folders = find_folders(names, library)
    for sentence in made_for_others(folders, encoder.source):
        warnings.warn(sentence, OtherBaseWarning, stacklevel=2)
    for folder in folders:
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
