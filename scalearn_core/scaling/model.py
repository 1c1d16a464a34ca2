"""`ScaLearnModel`: a frozen encoder, frozen source adapters, and the few parameters a target task learns."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from scalearn_core.adapters.adapterhub import check_fits
from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.config import DEFAULT_VARIANT
from scalearn_core.encoders.batching import forward_batches
from scalearn_core.encoders.encoder import Encoder, PrefixStates, Tokens
from scalearn_core.encoders.prefix_cache import CachedDocuments, batch_of
from scalearn_core.errors import ConfigError
from scalearn_core.heads.modules import unit_linear_head
from scalearn_core.heads.unlike import Unlike, layer_of
from scalearn_core.scaling.looking import Looking
from scalearn_core.scaling.scales import NO_ABLATION, Ablation, Scales, find_variant
from scalearn_core.scaling.seal import Seal
from scalearn_core.scaling.sources import FoldedSources, StackedSources
from scalearn_core.targets import Targets, decide, names_of


class ScaLearnModel:
    """A text classifier over scaled source adapters (paper, section 4).

    Attributes:
        scales: `scales.omega` is the parameter `[layers or 1, sources, width or 1]`; it starts as in the paper.
        head: classifier on the pooled hidden states; all zeros until trained.
        labels: class names, in the order of the outputs.
        separator: what stands between several labels of one document; None where each has one (`targets.py`).
        sources: the frozen adapters in the order of ω; the target's own adapter, if any, is the last.
        own_adapter: whether the last source was trained on the target task itself.
        thresholds: of several labels, from which probability on each is given, `[labels]`; None: one half.
        unlike: what tells texts unlike anything learned from; None where it cannot be told (`heads/unlike.py`).
        fast_mode: what `onnx_graph.fast_mode.measure_fast_mode` found; empty where nothing was measured.
        seal: of the folder it was last read from or saved to, with its identity (`seal.py`); None before.
    """

    def __init__(
        self,
        encoder: Encoder,
        sources: Sequence[Adapter],
        *,
        labels: Sequence[str],
        separator: str | None = None,
        variant: str = DEFAULT_VARIANT,
        seed: int = 0,
        ablation: Ablation = NO_ABLATION,
    ) -> None:
        """Raises AdapterError for a source made for another encoder, ConfigError for no source or label."""
        if len(set(labels)) < 2:
            raise ConfigError("config.too_few_labels", found=len(set(labels)))
        self.encoder = encoder
        self.labels = tuple(labels)
        self.separator = separator
        self.variant = variant
        self.ablation = ablation
        self.head: nn.Sequential = unit_linear_head(encoder.width, len(labels)).to(encoder.device)
        for parameter in self.head.parameters():
            nn.init.zeros_(parameter)
        self.own_adapter = False
        self.thresholds: NDArray[np.float64] | None = None
        self.training_record: dict[str, object] = {}
        self.fast_mode: dict[str, Any] = {}
        self.seal: Seal | None = None
        self._set_sources(sources, seed)

    def _set_sources(self, sources: Sequence[Adapter], seed: int) -> None:
        if not sources:
            raise ConfigError("config.no_sources")
        names = [source.name for source in sources]
        if repeated := sorted({name for name in names if names.count(name) > 1}):
            raise ConfigError("config.repeated_source", name=repeated[0])
        for source in sources:
            check_fits(source, self.encoder)
        self.sources = list(sources)
        self.stack = StackedSources(self.sources).to(self.encoder.device)
        self.scales = Scales(
            find_variant(self.variant),
            layers=len(self.encoder.layers), sources=len(sources), width=self.encoder.width,
            ablation=self.ablation,
        )  # fmt: skip
        self.scales.start_as_in_paper(seed)
        self.scales.to(self.encoder.device)
        self._folded: tuple[object, FoldedSources] | None = None
        self._graph: tuple[object, bytes] | None = None
        self._unlike: tuple[object, Unlike] | None = None
        self.train_mode(False)

    def add_own_adapter(self, adapter: Adapter, seed: int = 0) -> None:
        """Put the task adapter last, as the paper's code does; the scales start anew."""
        self._set_sources([*self.sources, adapter], seed)
        self.own_adapter = True

    def like(self, sources: Sequence[Adapter], *, variant: str | None = None, seed: int = 0) -> ScaLearnModel:
        """An untrained model over other sources, for the same encoder and labels."""
        return ScaLearnModel(
            self.encoder, sources, labels=self.labels, separator=self.separator, variant=variant or self.variant,
            seed=seed, ablation=self.ablation,
        )  # fmt: skip

    def take_over(self, other: ScaLearnModel) -> None:
        """Become what another model for the same encoder and labels is."""
        self._set_sources(other.sources, seed=0)
        self.own_adapter = other.own_adapter
        self.scales.load_state_dict(other.scales.state_dict())
        self.head, self.thresholds = copy.deepcopy(other.head), other.thresholds

    @property
    def multi_label(self) -> bool:
        """Whether a document may have several labels."""
        return self.separator is not None

    def to(self, device: str | torch.device) -> ScaLearnModel:
        """Move everything to a device, in place."""
        self.encoder.to(device)
        for module in (self.stack, self.scales, self.head):
            module.to(device)
        return self

    def hidden_states(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor | None = None,
        start: PrefixStates | None = None,
    ) -> torch.Tensor:
        """Last hidden states `[batch, seq, width]`; per layer `LN(f + Σ_t ω_t ⊙ A_t(z) + x)`.

        Args:
            start: what `Encoder.open` gave for these documents, at most at the first layer of any source.
        """
        if start is not None and start.layer > self.stack.first_layer:
            raise ValueError(f"opened at layer {start.layer}, but a source sits in {self.stack.first_layer}")
        return self.encoder.hidden_states(
            input_ids, attention_mask, token_type_ids, adapt=self.adapt, start=start
        )  # fmt: skip

    def adapt(self, layer: int, z: torch.Tensor, f: torch.Tensor | None) -> torch.Tensor:
        """`Σ_t ω_t ⊙ A_t(z)`: what the scaled sources add in one layer (see `encoder.Adapt`)."""
        if self.scales.training or torch.is_grad_enabled():
            return self.stack.scaled_sum(layer, z, self.scales(layer))
        return self.folded().output(layer, z)

    def folded(self) -> FoldedSources:
        """The sources with their scales folded in, done once and again only when the scales have changed."""
        state = self._state_of_scales()
        if self._folded is None or self._folded[0] != state:
            self._folded = state, self.stack.folded_by(self.scales)
        return self._folded[1]

    def _state_of_scales(self) -> tuple[object, ...]:
        """Another one after each change: every change in place counts on."""
        omega = self.scales.omega
        return id(self.stack), id(omega), omega._version, omega.device

    def keep_graph(self, content: bytes) -> None:
        """Keep what computes this model without torch (`onnx_graph/stored.py`), to be saved with it."""
        self._graph = (self._state_of_head_and_scales(), content)

    @property
    def graph(self) -> bytes | None:
        """What `keep_graph` was given, while it still is this model's."""
        current = self._state_of_head_and_scales()
        return self._graph[1] if self._graph is not None and self._graph[0] == current else None

    def keep_unlike(self, unlike: Unlike | None) -> None:
        """Keep what tells texts unlike anything learned from, to be saved with the model; None: nothing."""
        self._unlike = None if unlike is None else (self._state_of_scales()[:3], unlike)

    @property
    def unlike(self) -> Unlike | None:
        """What `keep_unlike` was given, while the scales are the same."""
        kept = self._unlike
        return kept[1] if kept is not None and kept[0] == self._state_of_scales()[:3] else None

    def _state_of_head_and_scales(self) -> tuple[object, ...]:
        head = tuple((id(parameter), parameter._version) for parameter in self.head.parameters())
        return (*self._state_of_scales()[:3], *head)

    def logits(self, documents: Tokens | CachedDocuments, rows: Sequence[int]) -> torch.Tensor:
        """Outputs of the head for the given documents, `[rows, labels]`."""
        batch, start = batch_of(self.encoder, documents, rows)
        hidden = self.hidden_states(*batch, start=start)
        outputs: torch.Tensor = self.head(self.encoder.pool(hidden, batch.attention_mask))
        return outputs

    def train_mode(self, on: bool, *, encoder_dropout: bool = False) -> None:
        """Switch dropout on scales and head; the frozen encoder's own dropout only where a recipe wants it."""
        self.scales.train(on)
        self.head.train(on)
        self.encoder.model.train(on and encoder_dropout)

    def predict_proba(self, texts: Sequence[str]) -> np.ndarray:
        """Class probabilities `[documents, labels]`, float32, columns in the order of `labels`.

        A document's add up to 1 where it has one label; of several each stands for itself.
        """
        return self.predict_proba_of(self.encoder.tokenize(list(texts)))

    def predict_proba_of(self, tokens: Tokens) -> np.ndarray:
        """As `predict_proba`, for documents already tokenised."""
        return self.look_at(tokens)[0]

    @torch.no_grad()
    def look_at(self, tokens: Tokens) -> tuple[np.ndarray, np.ndarray]:
        """As `predict_proba_of`, and the states `[documents, width]` by which `unlike` judges."""
        self.train_mode(False)
        encoder, layer = self.encoder, layer_of(len(self.encoder.layers))
        probabilities = np.zeros((len(tokens), len(self.labels)), dtype=np.float32)
        states = np.zeros((len(tokens), encoder.width), dtype=np.float32)
        for rows in forward_batches(tokens.lengths, encoder.device.type):
            batch = encoder.pad(tokens, rows)
            pool = partial(encoder.pool, attention_mask=batch.attention_mask)
            looking = Looking(self.adapt, layer, pool)
            logits = self.head(pool(encoder.hidden_states(*batch, adapt=looking)))
            probabilities[rows] = self.probabilities(logits).cpu().numpy()
            states[rows] = looking.states.cpu().numpy()
        return probabilities, states

    def probabilities(self, logits: torch.Tensor) -> torch.Tensor:
        """What outputs of the head say, `[documents, labels]`."""
        return logits.sigmoid() if self.multi_label else logits.softmax(-1)

    def decide(self, probabilities: np.ndarray) -> Targets:
        """The labels given at such probabilities (`targets.py`)."""
        return decide(probabilities, multi_label=self.multi_label, thresholds=self.thresholds)

    def predict(self, texts: Sequence[str]) -> list[str]:
        """The likeliest label of each document; where it may have several, all likely ones, joined."""
        return names_of(self.decide(self.predict_proba(texts)), self.labels, self.separator)

    def parameter_counts(self) -> dict[str, int]:
        """Learned and frozen numbers, listed apart: a head has far more than the scales (`docs/paper.md`)."""
        own = self.sources[-1].parameter_count() if self.own_adapter else 0
        return {
            "scales": self.scales.omega.numel(),
            "head": sum(parameter.numel() for parameter in self.head.parameters()),
            "own_adapter": own,
            "sources_frozen": sum(source.parameter_count() for source in self.sources) - own,
            "encoder_frozen": self.encoder.parameter_count(),
        }

    def save(self, folder: str | Path) -> str:
        """Write the model folder (`docs/formats.md`): scales, head, sources, seal; all or nothing.

        Returns:
            The identity of the model: the same for equal ones, wherever they lie.

        Raises:
            ModelError: the folder holds something else, or the model could not be loaded again.
        """
        from scalearn_core.scaling.saving import save_model

        self.seal = save_model(self, Path(folder))
        return self.seal.model_id

    def export_adapter(self, folder: str | Path) -> None:
        """Write the model as one ordinary `seq_bn` adapter with its head (`docs/formats.md`).

        Raises:
            AdapterError: the sources have different non-linearities.
        """
        from scalearn_core.export.adapter import export_adapter

        export_adapter(self, Path(folder))

    def export_onnx(self, folder: str | Path) -> None:
        """Write the whole classifier as one ONNX graph with its tokenizer (`docs/formats.md`).

        Raises:
            ModelError: the graph does not compute what the model computes.
        """
        from scalearn_core.export.onnx import export_onnx

        export_onnx(self, Path(folder))

    @classmethod
    def load(cls, folder: str | Path, encoder: Encoder | None = None) -> ScaLearnModel:
        """Read a model folder; outputs are those of the model that was saved.

        Args:
            encoder: reuse a loaded one; by default the encoder the folder names.

        Raises:
            ModelError: no model there, damaged or changed since, or made for another encoder.
        """
        from scalearn_core.scaling.saving import load_model

        return load_model(Path(folder), encoder)
