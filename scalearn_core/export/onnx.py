"""The whole classifier as one ONNX graph of standard operators, with its tokenizer and labels."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from scalearn_core.config import MOST_WINDOWS
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.encoders.long_texts import frame_of, passages
from scalearn_core.errors import ModelError
from scalearn_core.export.folders import check_new_or_ours
from scalearn_core.heads.thresholds import limits_file
from scalearn_core.onnx_graph.graph import record
from scalearn_core.onnx_graph.session import Session
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.storage.files import folder_written_whole

FILES = {"model.onnx", "tokenizer.json", "labels.json", "thresholds.json", "README.md"}
LIMIT = 1e-4
"""Largest difference of a probability from the model's own."""
_WORD = "please look at my invoice since the signal of the server is gone "
CHECKED = (["hello"], ["a", "two words", _WORD], [_WORD * 80, "", "請求書 😀", _WORD * 3, "vpn"])
"""Batches of other shapes than the recorded one, the longest of all among them."""


def export_onnx(model: ScaLearnModel, folder: Path) -> None:
    """See `ScaLearnModel.export_onnx`; writes the folder whole or not at all."""
    check_new_or_ours(folder, FILES)
    graph = record(model)
    session = Session(graph, model.encoder)
    found = 0.0
    for texts in CHECKED:
        tokens = model.encoder.tokenize(texts)
        got = session.outputs(tokens, list(range(len(texts))))[0]
        found = max(found, float(np.abs(got - model.predict_proba_of(tokens)).max()))
    if not found <= LIMIT:  # so that NaN is refused too
        raise ModelError("model.export_differs", found=f"{found:.2g}", limit=f"{LIMIT:.0e}")
    with folder_written_whole(folder) as draft:
        (draft / "model.onnx").write_bytes(graph.SerializeToString())
        (draft / "tokenizer.json").write_text(_tokenizer(model), "utf-8")
        (draft / "labels.json").write_text(json.dumps(list(model.labels), ensure_ascii=False) + "\n", "utf-8")
        if model.several:
            (draft / "thresholds.json").write_text(limits_file(model.thresholds, model.labels), "utf-8")
        (draft / "README.md").write_text(_readme(model, found), "utf-8")


def _tokenizer(model: ScaLearnModel) -> str:
    """The tokenizer's file, which begins, cuts and pads as the model was trained to."""
    stored = json.loads(model.encoder.tokenizer.backend_tokenizer.to_str())
    if model.encoder.prefix:
        begin = {"type": "Prepend", "prepend": model.encoder.prefix}
        then = [stored["normalizer"]] if stored["normalizer"] else []
        stored["normalizer"] = {"type": "Sequence", "normalizers": [begin, *then]}
    if model.encoder.long_texts != "head":  # the README's lines cut
        stored["truncation"] = stored["padding"] = None
        return json.dumps(stored, ensure_ascii=False)
    stored["truncation"] = {
        "direction": "Right", "max_length": model.encoder.max_length, "strategy": "LongestFirst", "stride": 0,
    }  # fmt: skip
    stored["padding"] = {
        "strategy": "BatchLongest", "direction": "Right", "pad_to_multiple_of": None,
        "pad_id": model.encoder.model.config.pad_token_id, "pad_type_id": 0,
        "pad_token": model.encoder.tokenizer.pad_token,
    }  # fmt: skip
    return json.dumps(stored, ensure_ascii=False)


def _prefix(model: ScaLearnModel) -> str:
    if not model.encoder.prefix:
        return ""
    return f"The encoder expects `{model.encoder.prefix}` before every text; tokenizer.json puts it there.\n"


def _readme(model: ScaLearnModel, difference: float) -> str:
    squash, given = "softmax", "labels[row.argmax()]"
    if model.several:
        squash, given = "sigmoid", "[label for label, p in zip(labels, row) if p >= limits[label]]"
    shapes = "Inputs are int64 `[batch, length]`; the output `probabilities` is `[batch, labels]`"
    if model.encoder.long_texts == "windows":
        shapes = (
            "Inputs are int64 `[windows, length]`, and float32 `owners` `[documents, windows]`, 1 where a window"
            " is of a document; the output `probabilities` is `[documents, labels]`"
        )
    limited = 'limits = json.load(open("thresholds.json", encoding="utf-8"))\n' if model.several else ""
    run = _RUN if model.encoder.long_texts == "head" else _cutting(model.encoder)
    return f"""# A ScaLearn classifier in ONNX

Encoder {model.encoder.name} (fingerprint {model.encoder.fingerprint[:12]}), scaled sources, head and {squash} in
one graph. Checked when it was written: no probability differs from the model's own by more than {difference:.0e}.
{shapes} in the order of labels.json.
{_prefix(model)}
```python
import json, numpy, onnxruntime, tokenizers

session = onnxruntime.InferenceSession("model.onnx")
{run}labels = json.load(open("labels.json", encoding="utf-8"))
{limited}print([{given} for row in probabilities])
```
"""


_RUN = """texts = tokenizers.Tokenizer.from_file("tokenizer.json").encode_batch(["Where is my parcel?"])
values = {"input_ids": "ids", "attention_mask": "attention_mask", "token_type_ids": "type_ids"}
inputs = {i.name: numpy.array([getattr(t, values[i.name]) for t in texts]) for i in session.get_inputs()}
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
    rows = numpy.array(read(tokenizer.encode(text).ids))
    inputs = {{"input_ids": rows, "attention_mask": numpy.ones_like(rows)}}
    inputs["token_type_ids"] = numpy.zeros_like(rows)
    inputs["owners"] = numpy.ones((1, len(rows)), dtype=numpy.float32)
    return session.run(None, {{i.name: inputs[i.name] for i in session.get_inputs()}})[0][0]

probabilities = [classify(text) for text in ["Where is my parcel?"]]
"""
