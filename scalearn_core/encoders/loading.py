"""Locate, verify and read an encoder's files, for `Encoder` to be made from."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import torch

from scalearn_core.encoders.bert import BertModel
from scalearn_core.encoders.cards import CARDS, DEFAULT, EncoderCard
from scalearn_core.encoders.families import FAMILIES, layout
from scalearn_core.encoders.packaged import packaged_tokenizer, read_packaged
from scalearn_core.encoders.side_files import reading_of
from scalearn_core.encoders.tokenizers import read_tokenizer
from scalearn_core.errors import EncoderError
from scalearn_core.storage.damage import DAMAGED_FILE, reason

HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
LONGEST = 256
"""Tokens of a document that are read at most."""


class Parts(NamedTuple):
    """What the files of an encoder hold."""

    model: Any
    tokenizer: Any
    name: str
    source: str | None
    pooling: str
    max_length: int
    prefix: str = ""
    card: EncoderCard | None = None
    own_tokenizer_file: bool = False


def read_encoder(source: str | Path | None, *, network: bool) -> Parts:
    """As `Encoder.load` says."""
    if source is None or source in CARDS:
        return _embedded(CARDS[str(source or DEFAULT)], network=network)
    if Path(source).is_dir():
        folder = Path(source).resolve()  # a saved model finds it from any working folder
        return _read(str(folder), name=folder.name, source=str(folder), offline=True)
    if isinstance(source, str) and HUB_ID.fullmatch(source):
        return _read(source, name=source, source=source, offline=not network)
    raise EncoderError("encoder.not_found", source=source)


def _embedded(card: EncoderCard, *, network: bool) -> Parts:
    """An encoder of the studio, from its packages; from the hub where these are missing and it is there."""
    if card.hub is not None and not card.installed():
        parts = _from_hub(card, card.hub, network=network)
    else:
        try:
            model = BertModel.of(*read_packaged(card))
            tokenizer = packaged_tokenizer(card)
        except DAMAGED_FILE as error:
            raise EncoderError("encoder.unreadable", name=card.name, reason=reason(error)) from error
        parts = Parts(model, tokenizer, card.name, None, card.pooling, card.max_length)
    return parts._replace(
        source=None if card.key == DEFAULT else card.key,
        pooling=card.pooling, max_length=card.max_length, prefix=card.prefix, card=card,
    )  # fmt: skip


def _from_hub(card: EncoderCard, hub: str, *, network: bool) -> Parts:
    try:
        return _read(hub, name=card.name, source=None, offline=not network)
    except EncoderError as error:
        packages = " ".join(file.package for file in card.files) or "-"
        raise EncoderError("encoder.not_installed", name=card.name, packages=packages, hub=hub) from error


def _read(folder_or_id: str, *, name: str, source: str | None, offline: bool) -> Parts:
    from huggingface_hub.errors import StrictDataclassError
    from transformers import AutoConfig, AutoModel
    from transformers.utils import logging

    bar_was_on, verbosity = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()  # the load report names the pooler we leave out on purpose
    try:
        # Code that comes with a model is never run, nor is the user asked for it on a terminal nobody watches.
        options = {"local_files_only": offline, "trust_remote_code": False}
        config = AutoConfig.from_pretrained(folder_or_id, **options)
        if (kind := layout(config)) not in FAMILIES:
            raise EncoderError("encoder.unsupported", name=name, found=kind, supported=", ".join(FAMILIES))
        tokenizer, own_file = read_tokenizer(
            folder_or_id, getattr(config, "tokenizer_class", None), name=name, offline=offline
        )
        if config.pad_token_id is None:
            config.pad_token_id = tokenizer.pad_token_id
        if config.pad_token_id is None:
            raise EncoderError("encoder.no_padding", name=name)
        if FAMILIES[config.model_type].pooler:
            options["add_pooling_layer"] = False
        model, info = AutoModel.from_pretrained(
            folder_or_id, config=config, dtype=torch.float32, output_loading_info=True,
            ignore_mismatched_sizes=True, **options,
        )  # fmt: skip
        reading = reading_of(folder_or_id, tokenizer, name=name, offline=offline)
    except EncoderError:
        raise
    except (*DAMAGED_FILE, ImportError, StrictDataclassError, AssertionError) as error:  # the last two: senseless
        raise EncoderError("encoder.unreadable", name=name, reason=reason(error)) from error
    finally:
        logging.set_verbosity(verbosity)
        if bar_was_on:
            logging.enable_progress_bar()
    if info["missing_keys"] or info["mismatched_keys"]:
        n_missing = len(info["missing_keys"]) + len(info["mismatched_keys"])
        raise EncoderError("encoder.incomplete", name=name, found=n_missing)
    # Without its files transformers makes up a tokenizer that knows no words, and says nothing.
    if not len(tokenizer.all_special_tokens) < len(tokenizer) <= config.vocab_size:
        raise EncoderError("encoder.wrong_tokenizer", name=name, found=len(tokenizer), expected=config.vocab_size)
    return Parts(
        model, tokenizer, name, source, reading.pooling, min(positions(config), reading.max_length),
        prefix=reading.prefix, own_tokenizer_file=own_file,
    )  # fmt: skip


def positions(config: Any) -> int:
    """Tokens the encoder can place, at most `LONGEST`."""
    first = FAMILIES[config.model_type].first_position
    first = config.pad_token_id + 1 if first is None else first
    return min(LONGEST, int(config.max_position_embeddings) - first)
