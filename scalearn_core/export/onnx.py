"""The whole classifier as one ONNX graph of standard operators, with its tokenizer and labels."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from tokenizers import Tokenizer

from scalearn_core.config import MOST_WINDOWS
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.encoders.long_texts import frame_of, passages
from scalearn_core.encoders.tokenizers import telling_texts
from scalearn_core.errors import ModelError
from scalearn_core.export.folders import check_new_or_ours
from scalearn_core.export.tokenizer_file import tokenizer_file
from scalearn_core.heads.thresholds import limits_file
from scalearn_core.onnx_graph.feeds import OUTPUT
from scalearn_core.onnx_graph.graph import record
from scalearn_core.onnx_graph.pieces import between
from scalearn_core.onnx_graph.session import Session
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.storage.files import folder_written_whole

FILES = {"model.onnx", "tokenizer.json", "labels.json", "thresholds.json", "README.md"}
LIMIT = 1e-4
"""Largest difference of a probability from the model's own."""


def export_onnx(model: ScaLearnModel, folder: Path) -> None:
    """See `ScaLearnModel.export_onnx`; writes the folder whole or not at all."""
    check_new_or_ours(folder, FILES)
    encoder = model.encoder
    if not encoder.tokenizer.is_fast:
        raise ModelError("model.export_tokenizer", name=encoder.name, found=type(encoder.tokenizer).__name__)
    graph = between(record(model), None, OUTPUT)
    with folder_written_whole(folder) as draft:
        (draft / "model.onnx").write_bytes(graph.SerializeToString())
        (draft / "tokenizer.json").write_text(tokenizer_file(encoder, cut=encoder.long_texts == "head"), "utf-8")
        (draft / "labels.json").write_text(json.dumps(list(model.labels), ensure_ascii=False) + "\n", "utf-8")
        if model.multi_label:
            (draft / "thresholds.json").write_text(limits_file(model.thresholds, model.labels), "utf-8")
        (draft / "README.md").write_text(_readme(model, _checked(model, draft)), "utf-8")


def _checked(model: ScaLearnModel, folder: Path) -> float:
    """Largest difference of a probability, computed from the files as they were written.

    Raises:
        ModelError: other tokens, or a probability beyond `LIMIT`.
    """
    encoder = model.encoder
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    session = Session(onnx.load(folder / "model.onnx"), encoder)
    texts = telling_texts(encoder.tokenizer)
    begun = [encoder.prefix + text for text in texts]
    tokens = encoder.tokenize(texts)
    whole = tokens.ids if encoder.long_texts == "head" else encoder.tokenizer(begun, verbose=False)["input_ids"]
    for text, written, expected in zip(texts, tokenizer.encode_batch(begun), whole, strict=True):
        if written.ids[: sum(written.attention_mask)] != expected:
            raise ModelError("model.export_tokenizer_differs", name=encoder.name, found=repr(text[:40]))
    largest = 0.0
    # Batches of other shapes than the recorded one, the longest of all among them.
    for rows in (range(1), range(3), range(1, len(texts))):
        batch = tokens.take(rows)
        got = session.outputs(batch, list(range(len(batch))))[0]
        largest = max(largest, float(np.abs(got - model.predict_proba_of(batch)).max()))
    if not largest <= LIMIT:  # so that NaN is refused too
        raise ModelError("model.export_differs", found=f"{largest:.2g}", limit=f"{LIMIT:.0e}")
    return largest


def _prefix(model: ScaLearnModel) -> str:
    if not model.encoder.prefix:
        return ""
    return f"The encoder expects `{model.encoder.prefix}` before every text; the lines below put it there.\n"


def _begun(encoder: Encoder, text: str) -> str:
    """`text`, a name in the README's lines, with the prefix before it."""
    return f"{encoder.prefix!r} + {text}" if encoder.prefix else text


def _readme(model: ScaLearnModel, difference: float) -> str:
    squash, expression = "softmax", "labels[row.argmax()]"
    if model.multi_label:
        squash, expression = "sigmoid", "[label for label, p in zip(labels, row) if p >= limits[label]]"
    shapes = "Inputs are int64 `[batch, length]`; the output `probabilities` is `[batch, labels]`"
    if model.encoder.long_texts == "windows":
        shapes = (
            "Inputs are int64 `[windows, length]`, and float32 `owners` `[documents, windows]`, 1 where a window"
            " is of a document; the output `probabilities` is `[documents, labels]`"
        )
    limited = 'limits = json.load(open("thresholds.json", encoding="utf-8"))\n' if model.multi_label else ""
    run = _running(model.encoder) if model.encoder.long_texts == "head" else _cutting(model.encoder)
    return f"""# A ScaLearn classifier in ONNX

Encoder {model.encoder.name} (fingerprint {model.encoder.fingerprint[:12]}), scaled sources, head and {squash} in
one graph. Checked when it was written: no probability differs from the model's own by more than {difference:.0e}.
{shapes} in the order of labels.json.
{_prefix(model)}
```python
import json, numpy, onnxruntime, tokenizers

session = onnxruntime.InferenceSession("model.onnx")
{run}labels = json.load(open("labels.json", encoding="utf-8"))
{limited}print([{expression} for row in probabilities])
```
"""


def _running(encoder: Encoder) -> str:
    """Lines that classify texts, each cut at the encoder's length."""
    begun = f"[{_begun(encoder, 'text')} for text in texts]" if encoder.prefix else "texts"
    return f"""texts = ["Where is my parcel?"]
encoded = tokenizers.Tokenizer.from_file("tokenizer.json").encode_batch({begun})
values = {{"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}}
inputs = {{i.name: numpy.array([getattr(e, values[i.name]) for e in encoded]) for i in session.get_inputs()}}
probabilities = session.run(None, inputs)[0]
"""


def _cutting(encoder: Encoder) -> str:
    """Lines that read long documents as the model was trained to, one document at a time."""
    limit, example = encoder.max_length, encoder.prefix + "a"
    special = encoder.tokenizer(example, return_special_tokens_mask=True)["special_tokens_mask"]
    frame = frame_of(encoder.tokenizer, special, encoder.prefix)
    if encoder.long_texts == "head_tail":
        [[first, last]] = passages(2 * limit, frame, limit, "head_tail")
        reading = f"    return [ids[:{first.stop}] + ids[len(ids) - {2 * limit - last.start} :]]"
    else:
        before, after = frame
        reading = f"""    room, text = {limit - before - after}, len(ids) - {before + after}
    starts = numpy.linspace(0, text - room, min({MOST_WINDOWS}, -(-text // room))).round().astype(int) + {before}
    return [ids[:{before}] + ids[s : s + room] + ids[len(ids) - {after} :] for s in starts]"""
    return f"""tokenizer = tokenizers.Tokenizer.from_file("tokenizer.json")

def read(ids):
    if len(ids) <= {limit}:
        return [ids]
{reading}

def classify(text):
    rows = numpy.array(read(tokenizer.encode({_begun(encoder, "text")}).ids))
    inputs = {{"input_ids": rows, "attention_mask": numpy.ones_like(rows)}}
    inputs["token_type_ids"] = numpy.zeros_like(rows)
    inputs["owners"] = numpy.ones((1, len(rows)), dtype=numpy.float32)
    return session.run(None, {{i.name: inputs[i.name] for i in session.get_inputs()}})[0][0]

texts = ["Where is my parcel?"]
probabilities = [classify(text) for text in texts]
"""
