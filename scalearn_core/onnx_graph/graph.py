"""A trained model as one ONNX graph: encoder, folded adapter, pooling, head and softmax, or sigmoid.

The graph is recorded by running the model (`torch.onnx.export` without its newer exporter, which would need two
more packages), so every encoder family that runs here can be written; `export_onnx` then proves the graph right on
batches of other shapes than the recorded one.
"""

from __future__ import annotations

import copy
import io
import logging
import threading
import warnings
from functools import partial
from typing import Any, cast

import onnx
import torch
from torch import nn

from scalearn_core.encoders.encoder import Encoder
from scalearn_core.encoders.packaged import read_packaged
from scalearn_core.heads.unlike import layer_of
from scalearn_core.onnx_graph.feeds import INPUTS, OUTPUT, OWNERS, STATES
from scalearn_core.onnx_graph.stored import without_weights
from scalearn_core.scaling.looking import Looking
from scalearn_core.scaling.merge import FoldedLayer, folded_layers
from scalearn_core.scaling.model import ScaLearnModel

OPSET = 17
"""The first with LayerNormalization as one operator."""
EXAMPLES = ("a short text", "a longer text that fills more places than the other one, so that one is padded")
logger = logging.getLogger(__name__)
_recording = threading.Lock()  # the recorder keeps its state in the module


class _Classifier(nn.Module):
    """What is recorded; `[batch, seq]` token ids, mask and segments -> probabilities and states, `[batch, labels]`
    and `[batch, width]` (`ScaLearnModel.look_at`)."""

    def __init__(self, encoder: Encoder, layers: list[FoldedLayer], head: nn.Module, multi_label: bool) -> None:
        super().__init__()
        self.encoder, self.layers = encoder, nn.ModuleList(layers)
        self.model, self.head, self.multi_label = encoder.model, head, multi_label

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        token_type_ids: torch.Tensor,
        owners: torch.Tensor | None = None,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        pool = partial(self._pool, attention_mask=attention_mask, owners=owners)
        looking = Looking(lambda layer, z, f: self.layers[layer](z), layer_of(len(self.layers)), pool)
        hidden = self.encoder.hidden_states(input_ids, attention_mask, token_type_ids, adapt=looking)
        logits: torch.Tensor = self.head(pool(hidden))
        return logits.sigmoid() if self.multi_label else logits.softmax(-1), looking.states

    def _pool(
        self, hidden: torch.Tensor, attention_mask: torch.Tensor, owners: torch.Tensor | None
    ) -> torch.Tensor:  # fmt: skip
        """One vector per document: `[batch, seq, width]` -> `[batch or documents, width]`."""
        if owners is None:
            return self.encoder.pool(hidden, attention_mask)
        kept = attention_mask[:, :1] if self.encoder.pooling == "cls" else attention_mask
        weights = kept.unsqueeze(-1).to(hidden.dtype)
        return (owners @ (hidden[:, : kept.shape[1]] * weights).sum(1)) / (owners @ weights.sum(1))


def record(model: ScaLearnModel) -> onnx.ModelProto:
    """The graph of `model`, in fp32; inputs as `INPUTS` (int64), outputs `OUTPUT` and `STATES`, batch and
    length free."""
    encoder = copy.deepcopy(model.encoder).to("cpu")  # the model itself may be in use in another thread
    windows, encoder.long_texts = encoder.long_texts == "windows", "head"  # a row of the graph fits the encoder
    # Plain products and a softmax: fewer operators than the fused attention of PyTorch taken apart, and faster.
    encoder.model.set_attn_implementation("eager")
    classifier = _Classifier(
        encoder, folded_layers(model), copy.deepcopy(model.head).cpu(), model.multi_label
    ).eval()
    batch = encoder.pad(encoder.tokenize(EXAMPLES), range(len(EXAMPLES)))
    if batch.token_type_ids is None:
        batch = batch._replace(token_type_ids=torch.zeros_like(batch.input_ids))
    free = {0: "batch", 1: "length"}
    target = io.BytesIO()
    names, inputs = list(INPUTS), tuple(batch)
    axes = {**dict.fromkeys(INPUTS, free), OUTPUT: {0: "batch"}, STATES: {0: "batch"}}
    if windows:
        names, inputs = [*names, OWNERS], (*inputs, torch.eye(len(EXAMPLES)))
        axes |= {OWNERS: {0: "documents", 1: "batch"}, OUTPUT: {0: "documents"}, STATES: {0: "documents"}}
    with _recording, warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # on constants taken from shapes; outputs are checked
        torch.onnx.export(
            classifier, inputs, cast(Any, target), dynamo=False, opset_version=OPSET,
            input_names=names, output_names=[OUTPUT, STATES], dynamic_axes=axes,
        )  # fmt: skip
    return onnx.load_from_string(target.getvalue())


def keep_graph(model: ScaLearnModel, recorded: onnx.ModelProto | None = None) -> None:
    """Give a model its graph, so that it is predicted with without torch wherever its encoder is installed.

    Only with an encoder of the studio, whose files are known; a model whose graph cannot be made has none.

    Args:
        recorded: what `record` gave, where that is at hand; it stays as it is.
    """
    card = model.encoder.card
    if card is None or not card.installed() or model.encoder.fingerprint != card.fingerprint:
        return
    try:
        graph = onnx.ModelProto()
        graph.CopyFrom(record(model) if recorded is None else recorded)
        model.keep_graph(without_weights(graph, read_packaged(card)[1]).SerializeToString(deterministic=True))
    except Exception:  # whatever a foreign exporter raises: PyTorch computes it
        logger.exception("A model is left without its graph")
