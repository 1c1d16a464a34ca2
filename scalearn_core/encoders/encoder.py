"""The frozen encoder: loaded, fingerprinted, and run with or without adapters."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch

from scalearn_core.encoders.cards import EncoderCard
from scalearn_core.encoders.families import FAMILIES, Context, PostNormLayer
from scalearn_core.encoders.loading import positions, read_encoder
from scalearn_core.encoders.reading import Reader
from scalearn_core.encoders.reading import Tokens as Tokens
from scalearn_core.encoders.windows import Windows

POOLINGS = ("mean", "cls")

# What decides the outputs besides the weights, in every family; the rest of a config file is bookkeeping.
_CONFIG_KEYS = (
    "model_type", "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
    "hidden_act", "layer_norm_eps", "max_position_embeddings", "type_vocab_size", "pad_token_id",
)  # fmt: skip

Adapt = Callable[[int, torch.Tensor, torch.Tensor | None], torch.Tensor]
"""`adapt(layer, z, f)`: what the adapters of one layer add, from their input `z` (`f` is the layer's own
feed-forward output, for those who compare; None in a layer that `PrefixStates` begins); all
`[batch, seq, width]`."""


class Batch(NamedTuple):
    """Padded documents on a device: integer tensors `[batch, seq]`; None where an encoder knows no segments."""

    input_ids: torch.Tensor
    attention_mask: torch.Tensor
    token_type_ids: torch.Tensor | None


class PrefixStates(NamedTuple):
    """Where a forward pass can begin: all below is what no adapter of `layer` or above can change."""

    layer: int
    rest: torch.Tensor
    """What the layer makes its adapter input and output of, `[batch, seq, Encoder.rest_width]`: `f + x` before its
    norm, and where that is not enough, what else (`encoders/families.py`)."""


class Encoder(Reader):
    """A frozen transformer with its tokenizer and pooling. Use `Encoder.load`.

    Attributes:
        name: for people; `source` is what `load` was given (None for the embedded default).
        card: of an encoder that comes with the studio, else None.
        prefix: stands before every text.
        own_tokenizer_file: texts are read as tokenizer.json has it, as transformers would read some otherwise.
        fingerprint: sha256 over configuration and weights; identifies the encoder everywhere.
        pooling: "mean" over the tokens, or "cls" (token 0).
        max_length: tokens it reads at a time; at most `positions`.
        long_texts: what becomes of longer documents, one of `config.LONG_TEXTS` (`encoders/long_texts.py`).
    """

    def __init__(
        self, model: Any, tokenizer: Any, *, name: str, source: str | None, pooling: str, max_length: int,
        prefix: str = "", card: EncoderCard | None = None, own_tokenizer_file: bool = False,
    ) -> None:  # fmt: skip
        self.model = model.requires_grad_(False).eval()
        super().__init__(
            tokenizer, prefix=prefix, max_length=max_length, pad_id=int(model.config.pad_token_id or 0)
        )
        self.name = name
        self.source = source
        self.pooling = pooling
        self.card = card
        self.own_tokenizer_file = own_tokenizer_file
        self.family = FAMILIES[model.config.model_type]
        self.positions = positions(model.config)
        self.layers: list[PostNormLayer] = [
            self.family.layer(module) for module in model.get_submodule(self.family.layers)
        ]
        self.segments: bool = self.family.segments and model.config.type_vocab_size > 1
        self.width: int = model.config.hidden_size
        self.rest_width = self.width * self.family.layer.carried
        self.model_type: str = model.config.model_type
        self.fingerprint = _fingerprint(model)

    @classmethod
    def load(cls, source: str | Path | None = None, *, network: bool = True) -> Encoder:
        """Load the embedded default (no argument) or another encoder of the studio by the key of its card
        ("multilingual"), a folder, or a model of the Hugging Face hub by its id.

        Only a hub id touches the network, or a card whose packages are not installed; not even these with
        `network=False` (then a hub id must have been downloaded before).

        Raises:
            EncoderError: package or folder missing, weights damaged or incomplete, layout not supported.
        """
        return cls(**read_encoder(source, network=network)._asdict())

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

    def pad(self, tokens: Tokens, rows: Sequence[int]) -> Batch:
        """The given documents as one batch on the encoder's device."""
        longest = max(len(tokens.ids[row]) for row in rows)
        ids = [tokens.ids[row] + [self.pad_id] * (longest - len(tokens.ids[row])) for row in rows]
        segments = [tokens.segments[row] + [0] * (longest - len(tokens.ids[row])) for row in rows]
        mask = [[1] * len(tokens.ids[row]) + [0] * (longest - len(tokens.ids[row])) for row in rows]
        input_ids, attention_mask, token_type_ids = (
            torch.tensor(rows, device=self.device) for rows in (ids, mask, segments)
        )
        return Batch(input_ids, attention_mask, token_type_ids if self.segments else None)

    def hidden_states(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor | None = None,
        adapt: Adapt | None = None,
        start: PrefixStates | None = None,
    ) -> torch.Tensor:
        """Last hidden states, with what `adapt` adds in each layer (paper, section 2; `docs/paper.md`).

        Args:
            input_ids, attention_mask, token_type_ids: `[batch, seq]`.
            adapt: None runs the plain encoder.
            start: what `prefix_states` gave for this batch; nothing below its layer is computed again.

        Returns:
            `[batch, seq, width]`.
        """
        begin = 0 if start is None else start.layer
        f: torch.Tensor | None = None
        rest = None if start is None else start.rest
        windows = self._windows(input_ids)
        batch = Batch(input_ids, attention_mask, token_type_ids)
        hidden, context = self._embed(batch, windows, computed=rest)
        for index, layer in enumerate(self.layers[begin:], begin):
            if rest is None:
                f, rest = windows.apply(layer.sublayers, hidden, context)
            added = None if adapt is None else adapt(index, layer.adapter_input(rest), f)
            hidden = layer.output(rest, added)
            rest = None
        if self.family.last_norm is not None:
            hidden = self.model.get_submodule(self.family.last_norm)(hidden)
        return hidden

    @torch.no_grad()
    def prefix_states(self, batch: Batch, layer: int = 0) -> PrefixStates:
        """Run `batch` up to the adapter input of `layer`: what a training need not compute again."""
        windows = self._windows(batch.input_ids)
        hidden, context = self._embed(batch, windows)
        for below in self.layers[:layer]:
            hidden = below.output(windows.apply(below.sublayers, hidden, context)[1], None)
        return PrefixStates(layer, windows.apply(self.layers[layer].sublayers, hidden, context)[1])

    def _windows(self, input_ids: torch.Tensor) -> Windows:
        """How the batch is run: as it is, or window by window."""
        longer = self.long_texts == "windows" and input_ids.shape[1] > self.max_length
        return Windows(input_ids.shape[1], self.max_length if longer else None)

    def _embed(
        self, batch: Batch, windows: Windows, computed: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, Context]:
        """Embeddings `[batch, seq, width]`, unless later states are there already, and the attention's context."""
        mask, hidden = windows.mask(batch.attention_mask), computed
        if hidden is None:
            segments = (
                windows.split(batch.token_type_ids) if self.segments and batch.token_type_ids is not None else None
            )
            embedded = self.family.embed(self.model, windows.split(batch.input_ids), mask, segments)
            return windows.join(embedded), self.family.context(self.model, embedded, mask)
        return hidden, self.family.context(self.model, windows.split(hidden), mask)

    def pool(self, hidden: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """One vector per document: `[batch, seq, width]` -> `[batch, width]`; of windows their mean."""
        if self.pooling == "cls":
            if not self._windows(attention_mask).length:
                return hidden[:, 0]
            hidden, attention_mask = (tensor[:, :: self.max_length] for tensor in (hidden, attention_mask))
        weights = attention_mask.unsqueeze(-1).to(hidden.dtype)
        return (hidden * weights).sum(1) / weights.sum(1).clamp(min=1)


def _fingerprint(model: Any) -> str:
    """sha256 over the deciding configuration and every weight, by name: the container does not matter."""
    digest = hashlib.sha256()
    config = model.config.to_dict()
    keys = _CONFIG_KEYS + FAMILIES[model.config.model_type].decides
    digest.update(json.dumps([[key, config.get(key)] for key in keys], sort_keys=True).encode())
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(f"{key}{list(tensor.shape)}{tensor.dtype}".encode())
        digest.update(tensor.detach().cpu().contiguous().numpy())
    return digest.hexdigest()
