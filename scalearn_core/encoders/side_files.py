"""JSON files beside an encoder's weights, and what those of sentence-transformers say of reading texts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from scalearn_core.errors import EncoderError

SHORTEST = 3
"""Tokens: one, and one before and behind it."""
_CAPITALS = "The INVOICE of Monday: VPN, Wi-Fi, ÄÖÜ, ÉÈ, ЖД, ΑΒΓ"


class Reading(NamedTuple):
    """How texts become one vector."""

    pooling: str
    max_length: int
    """Tokens that it reads at most, far more than it can place where nothing is said."""
    prefix: str


def side_file(folder_or_id: str, name: str, *, offline: bool) -> Path | None:
    """A file beside the weights, in a folder or on the hub; None where there is none."""
    from transformers.utils.hub import cached_file

    path = cached_file(
        folder_or_id, name, local_files_only=offline, _raise_exceptions_for_missing_entries=False
    )  # fmt: skip
    return Path(path) if path else None


def settings(folder_or_id: str, name: str, *, offline: bool) -> Any:
    """The content of a JSON file beside the weights; None where there is none."""
    file = side_file(folder_or_id, name, offline=offline)
    return None if file is None else json.loads(file.read_text("utf-8"))


def reading_of(folder_or_id: str, tokenizer: Any, *, name: str, offline: bool) -> Reading:
    """What the files of a sentence-transformers model say, as its `encode` has it; token 0 in other folders.

    Raises:
        EncoderError: a pooling that is neither the mean nor token 0; texts in lower case, which the tokenizer does
            not make; a default prompt that is not there.
        ValueError: a length that holds no text.
    """
    prompts = settings(folder_or_id, "config_sentence_transformers.json", offline=offline) or {}
    prefix = _default_prompt(prompts, name)
    said = settings(folder_or_id, "sentence_bert_config.json", offline=offline) or {}
    length = int(_length(said) or tokenizer.model_max_length)
    if length < SHORTEST:
        raise ValueError(f"it reads {length} tokens of a text")
    if said.get("do_lower_case") and _ids(tokenizer, _CAPITALS) != _ids(tokenizer, _CAPITALS.lower()):
        raise EncoderError("encoder.lower_case", name=name)
    modules = settings(folder_or_id, "modules.json", offline=offline) or []
    folders = [part["path"] for part in modules if str(part["type"]).endswith(".Pooling")] or ["1_Pooling"]
    pooling = settings(folder_or_id, f"{folders[0]}/config.json", offline=offline)
    return Reading(
        pooling="cls" if pooling is None else _pooling(pooling, prompted=bool(prefix), name=name),
        max_length=length,
        prefix=prefix,
    )


def _length(said: dict[str, Any]) -> Any:
    """Before 6 sentence-transformers wrote the length as `max_seq_length`; since then the tokenizer's own files
    hold it, unless it is an option of the tokenizer's call, which wins."""
    options = said.get("processing_kwargs") or {}
    of_call = ((options.get(part) or {}).get("max_length") for part in ("text", "common"))
    return next(filter(None, of_call), None) or said.get("max_seq_length")


def _ids(tokenizer: Any, text: str) -> list[int]:
    return list(tokenizer(text)["input_ids"])


def _default_prompt(said: dict[str, Any], name: str) -> str:
    """What stands before every text; prompts for certain uses alone are not taken."""
    prompts, default = said.get("prompts") or {}, said.get("default_prompt_name")
    if default is None:
        return ""
    if not isinstance(prompts.get(default), str):
        raise EncoderError("encoder.prompt_missing", name=name, found=default, known=", ".join(prompts) or "-")
    return str(prompts[default])


def _pooling(said: dict[str, Any], *, prompted: bool, name: str) -> str:
    modes = {key.removeprefix("pooling_mode_").removesuffix("_tokens").removesuffix("_token")
             for key, on in said.items() if key.startswith("pooling_mode_") and on is True}  # fmt: skip
    if (mode := said.get("pooling_mode")) is not None:  # since sentence-transformers 6: a name, or several
        modes = {str(part) for part in ([mode] if isinstance(mode, str) else mode)}
    modes = modes or {"mean"}
    if len(modes) == 1 and modes <= {"mean", "cls"}:
        if prompted and said.get("include_prompt") is False and modes == {"mean"}:
            raise EncoderError("encoder.unsupported_pooling", name=name, found="mean (include_prompt: false)")
        return modes.pop()
    raise EncoderError("encoder.unsupported_pooling", name=name, found=" + ".join(sorted(modes)))
