"""Classify texts with the model beside this file; needs onnxruntime, tokenizers and numpy, nothing else.

python predict.py "a text" "another"   a line of JSON for each; without texts, for each line of the input
python predict.py --check              are the stored documents answered as stored?
"""

import json
import sys
from pathlib import Path

import numpy
import onnxruntime
import tokenizers

HERE = Path(__file__).resolve().parent
told = json.loads((HERE / "settings.json").read_text("utf-8"))
tokenizer = tokenizers.Tokenizer.from_file(str(HERE / "tokenizer.json"))
session = onnxruntime.InferenceSession(str(HERE / "model.onnx"), providers=["CPUExecutionProvider"])


def read(text):
    """Token ids: one row, or one for each window of a long text."""
    limit, (before, after) = told["max_length"], told["frame"]
    ids = tokenizer.encode(told["prefix"] + text).ids
    size, room = len(ids), limit - before - after
    if size <= limit:
        return [ids]
    if told["long_texts"] == "head":
        return [ids[: limit - after] + ids[size - after :]]
    if told["long_texts"] == "head_tail":
        return [ids[: before + room - room // 2] + ids[size - after - room // 2 :]]
    inner = size - before - after
    starts = numpy.linspace(0, inner - room, min(told["most_windows"], -(-inner // room))).round().astype(int)
    return [ids[:before] + ids[before + s : before + s + room] + ids[size - after :] for s in starts]


def classify(text):
    """Labels, confidence that all of them are right, and the probability of each label."""
    rows = numpy.array(read(text), dtype=numpy.int64)
    values = {"input_ids": rows, "attention_mask": numpy.ones_like(rows), "token_type_ids": 0 * rows}
    values["owners"] = numpy.ones((1, len(rows)), dtype=numpy.float32)
    found = session.run(None, {one.name: values[one.name] for one in session.get_inputs()})[0][0].tolist()
    limits = told["limits"] or [max(found)] * len(found)
    given = [p >= limit for p, limit in zip(found, limits, strict=True)]
    sure = [p if yes else 1 - p for p, yes in zip(found, given, strict=True)] if told["limits"] else [max(found)]
    labels = [name for name, yes in zip(told["labels"], given, strict=True) if yes]
    labels = labels if told["limits"] else labels[:1]  # of equal ones the first
    chances = dict(zip(told["labels"], found, strict=True))
    return {"labels": labels, "confidence": float(numpy.prod(sure)), "probabilities": chances}


if __name__ == "__main__" and sys.argv[1:] == ["--check"]:
    stored = json.loads((HERE / "documents.json").read_text("utf-8"))["documents"]
    pairs = [(classify(one["text"])["probabilities"], one["probabilities"]) for one in stored]
    worst = max([abs(found[name] - kept[name]) for found, kept in pairs for name in kept])
    sys.exit(None if worst <= 1e-4 else f"Not as stored: a probability differs by {worst:.1e}.")
elif __name__ == "__main__":
    for text in sys.argv[1:] or (line.rstrip("\n") for line in sys.stdin):
        print(json.dumps(classify(text), ensure_ascii=False))
