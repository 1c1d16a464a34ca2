"""An encoder's tokenizer: read as the folder's own tokenizer.json has it, or refused in one sentence.

transformers 5 builds some tokenizers anew for a type of encoder, with a normaliser of its own in the place of the
file's. Where that gives other tokens, the file is taken: other programs, and transformers 4, read what it says.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scalearn_core.encoders.side_files import settings, side_file
from scalearn_core.errors import EncoderError

_PLAIN = (
    "hello", "", " two  blanks\tand a line\n", "please look at my invoice " * 80, "請求書 😀 ﾊﾝｶｸ Ｆｕｌｌ ㍿",
    "Crème brûlée, STRASSE & straße",
)  # fmt: skip
_SENTENCE_PIECE = ("sentencepiece.bpe.model", "spiece.model", "spm.model", "tokenizer.model")
_WORDS = ("vocab.txt", "vocab.json")
_FILES = ("tokenizer.json", "tokenizer_config.json", *_WORDS, "merges.txt", "bpe.codes", *_SENTENCE_PIECE)
"""What tokenizers are read from."""
_WORD_SPLITTERS = {"mecab": ["fugashi"], "sudachi": ["sudachipy", "sudachidict-core"], "jumanpp": ["rhoknp"]}
_MODULES = {"sudachidict-core": "sudachidict_core", "unidic-lite": "unidic_lite"}
"""Modules of packages that are named otherwise."""
_BERT_SETTINGS = {"strip_accents": "strip_accents", "tokenize_chinese_chars": "handle_chinese_chars"}


def read_tokenizer(folder_or_id: str, kind: str | None, *, name: str, offline: bool) -> tuple[Any, bool]:
    """The tokenizer, and whether the folder's tokenizer.json was taken instead of what transformers makes of it.

    Args:
        kind: its class, as older folders have it in config.json.

    Raises:
        EncoderError: it needs a package that is missing, is code that comes with the encoder, or its files cannot
            be read or contradict each other.
    """
    from transformers import AutoTokenizer, PreTrainedTokenizerFast

    config = settings(folder_or_id, "tokenizer_config.json", offline=offline) or {}
    file = side_file(folder_or_id, "tokenizer.json", offline=offline)
    kind = str(config.get("tokenizer_class") or kind or "")
    if kind.removesuffix("Fast") == "BertJapaneseTokenizer":
        _check_japanese_packages(config, name)
    elif file is None:
        _check_readable(folder_or_id, kind, name=name, offline=offline)
    with _told_as_unreadable(folder_or_id, kind, name=name, offline=offline):
        tokenizer = AutoTokenizer.from_pretrained(folder_or_id, local_files_only=offline, trust_remote_code=False)
    if file is None or not tokenizer.is_fast or type(tokenizer) is PreTrainedTokenizerFast:
        return tokenizer, False
    own = _from_file(file, tokenizer)
    if all(own(text)["input_ids"] == tokenizer(text)["input_ids"] for text in telling_texts(tokenizer)):
        return tokenizer, False
    _check_agreement(json.loads(file.read_text("utf-8"))["normalizer"], config, name)
    return own, True


@contextmanager
def _told_as_unreadable(folder_or_id: str, kind: str, *, name: str, offline: bool) -> Iterator[None]:
    """Tokenizers fail in many ways on files that are damaged, missing or of another kind: all are one sentence.

    Not where the hub did not answer.
    """
    try:
        yield
    except (EncoderError, MemoryError):
        raise
    except Exception as error:
        if isinstance(error, OSError) and not Path(folder_or_id).is_dir():
            raise
        files = [file for file in _FILES if side_file(folder_or_id, file, offline=offline) is not None]
        raise EncoderError(
            "encoder.tokenizer_unreadable", name=name, found=kind or "AutoTokenizer", files=", ".join(files) or "-"
        ) from error


def telling_texts(tokenizer: Any) -> tuple[str, ...]:
    """Short, long and empty, in several scripts; with each special token before, within and behind the words."""
    special = dict.fromkeys(tokenizer.all_special_tokens)
    return (*_PLAIN, *special, *(f"{token}my {token} invoice{token}{token} lamp {token}" for token in special))


def _from_file(file: Path, like: Any) -> Any:
    """The file as it stands; what is put around a text, and the names of special tokens, as `like` has them."""
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    stored = Tokenizer.from_file(str(file))
    stored.post_processor = like.backend_tokenizer.post_processor
    return PreTrainedTokenizerFast(
        tokenizer_object=stored, model_max_length=like.model_max_length, padding_side=like.padding_side,
        truncation_side=like.truncation_side, split_special_tokens=like.split_special_tokens,
        model_input_names=like.model_input_names, **like.special_tokens_map,
    )  # fmt: skip


def _check_japanese_packages(config: dict[str, Any], name: str) -> None:
    if missing := [package for package in _japanese_packages(config) if not _installed(package)]:
        raise EncoderError("encoder.tokenizer_package", name=name, packages=" ".join(missing))


def _check_readable(folder_or_id: str, kind: str, *, name: str, offline: bool) -> None:
    """Without a tokenizer.json, say what is missing before transformers names a package that would not help."""
    import transformers

    if kind and not {kind, kind.removesuffix("Fast")} & set(dir(transformers)):
        raise EncoderError("encoder.tokenizer_code", name=name, found=kind)
    words = any(side_file(folder_or_id, words, offline=offline) for words in _words_files(kind))
    for pieces in () if words or _installed("sentencepiece") else _SENTENCE_PIECE:
        if side_file(folder_or_id, pieces, offline=offline) is not None:
            raise EncoderError("encoder.sentencepiece_only", name=name, found=pieces)


def _words_files(kind: str) -> set[str]:
    """Lists of words that a tokenizer of this class reads; a stray one beside a SentencePiece file is none."""
    import transformers

    made_of = getattr(getattr(transformers, kind.removesuffix("Fast"), None), "vocab_files_names", None) or {}
    pieces = set(_SENTENCE_PIECE).intersection(made_of.values())
    return set() if pieces else set(_WORDS)


def _japanese_packages(config: dict[str, Any]) -> list[str]:
    """What transformers' tokenizer of Japanese BERT imports with these settings."""
    splitter = str(config.get("word_tokenizer_type") or "basic")
    packages = list(_WORD_SPLITTERS.get(splitter, []))
    if splitter == "mecab":
        dictionary = (config.get("mecab_kwargs") or {}).get("mecab_dic", "unidic_lite")
        packages += [str(dictionary).replace("_", "-")] if dictionary else []
    return packages + ["sentencepiece"] * (config.get("subword_tokenizer_type") == "sentencepiece")


def _installed(package: str) -> bool:
    return importlib.util.find_spec(_MODULES.get(package, package)) is not None


def _check_agreement(normalizer: dict[str, Any] | None, config: dict[str, Any], name: str) -> None:
    """Where tokenizer_config.json itself asks for another reading, nobody can tell which was meant."""
    steps = (normalizer or {}).get("normalizers") or ([normalizer] if normalizer else [])
    done: dict[str, Any] = {
        "do_lower_case": any(step["type"] == "Lowercase" or step.get("lowercase") is True for step in steps)
    }
    for step in steps:
        if step["type"] == "BertNormalizer":
            done |= {key: step.get(there) for key, there in _BERT_SETTINGS.items()}
    for key, value in done.items():
        if key in config and config[key] is not None and config[key] != value:
            raise EncoderError("encoder.tokenizer_contradicts", name=name, setting=key, found=config[key])
