"""The library lies by encoder: each has its own cards, and its adapters fit no other."""

from __future__ import annotations

import pytest

from scalearn_core.adapters import catalog
from scalearn_core.adapters.source_tasks import source_tasks
from scalearn_core.encoders.cards import CARDS
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.errors import AdapterError


@pytest.mark.parametrize("key", list(CARDS))
def test_every_adapter_was_made_for_the_encoder_of_its_folder(key: str) -> None:
    encoder = Encoder.load(key, network=False)
    cards = catalog.cards(key)
    assert {card.encoder_fingerprint for card in cards} == {encoder.fingerprint}
    assert {card.encoder for card in cards} == {encoder.name}
    for adapter, card in zip(catalog.load([card.name for card in cards], encoder), cards, strict=True):
        assert adapter.sha256() == card.sha256, card.name


@pytest.mark.parametrize("key", list(CARDS))
def test_cards_say_the_language_they_learned_from(key: str) -> None:
    tasks = source_tasks()
    for card in catalog.cards(key):
        assert card.language == tasks[card.name].language
        assert card.language in CARDS[key].languages


def test_adapters_of_one_encoder_are_refused_by_the_other() -> None:
    english = Encoder.load(network=False)
    with pytest.raises(AdapterError, match="has 12 layers"):
        catalog.load([str(catalog.folder_of("multilingual") / "trec6")], english)


def test_our_adapters_are_taken_by_the_same_encoder_of_the_hub() -> None:
    encoder = Encoder.load(network=False)
    encoder.fingerprint = "of slightly other weights"
    assert [adapter.name for adapter in catalog.load(["trec6"], encoder)] == ["trec6"]
    encoder.card = None
    with pytest.raises(AdapterError, match="trained on encoder weights with the fingerprint"):
        catalog.load(["trec6"], encoder)
