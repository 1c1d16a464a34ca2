"""A model that runs where no studio is: the folded graph, its tokenizer, and one short program that reads both."""

from __future__ import annotations

import importlib.metadata
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from scalearn_core.config import MOST_WINDOWS
from scalearn_core.encoders.long_texts import frame_of
from scalearn_core.errors import ModelError
from scalearn_core.export.onnx import LIMIT
from scalearn_core.export.tokenizer_file import tokenizer_file
from scalearn_core.onnx_graph.feeds import OUTPUT
from scalearn_core.onnx_graph.graph import record
from scalearn_core.onnx_graph.pieces import between
from scalearn_core.scaling.model import ScaLearnModel
from scalearn_core.targets import THRESHOLD

PROGRAM = Path(__file__).parents[2] / "assets" / "handover" / "predict.py"
NEEDS = ("numpy", "onnxruntime", "tokenizers")
DOCUMENTS = "documents.json"
FILES = ("predict.py", "requirements.txt", "model.onnx", "tokenizer.json", "settings.json", DOCUMENTS)
SECONDS = 600
"""For the check of what was written."""


def write_bundle(model: ScaLearnModel, folder: Path, texts: Sequence[str], identity: dict[str, object]) -> None:
    """Write `FILES` into a folder and let them answer `texts` once, as whoever receives them will.

    Args:
        texts: Stored with the model's own probabilities.
        identity: Name, version and hash of the model, kept in `settings.json`.

    Raises:
        ModelError: the encoder's tokenizer is a program; or the files answer otherwise than the model.
        OSError: they cannot be written.
    """
    encoder = model.encoder
    if not encoder.tokenizer.is_fast:
        raise ModelError("model.export_tokenizer", name=encoder.name, found=type(encoder.tokenizer).__name__)
    special = encoder.tokenizer(encoder.prefix + "a", return_special_tokens_mask=True)["special_tokens_mask"]
    limits = [THRESHOLD] * len(model.labels) if model.thresholds is None else model.thresholds.tolist()
    settings = {
        **identity,
        "labels": list(model.labels),
        "separator": model.separator,
        "limits": limits if model.multi_label else None,
        "prefix": encoder.prefix,
        "max_length": encoder.max_length,
        "long_texts": encoder.long_texts,
        "most_windows": MOST_WINDOWS,
        "frame": list(frame_of(encoder.tokenizer, special, encoder.prefix)),
    }
    probabilities = model.predict_proba(texts)
    documents = [
        {"text": text, "probabilities": dict(zip(model.labels, map(float, row), strict=True))}
        for text, row in zip(texts, probabilities, strict=True)
    ]
    (folder / "model.onnx").write_bytes(between(record(model), None, OUTPUT).SerializeToString())
    (folder / "tokenizer.json").write_text(tokenizer_file(encoder), "utf-8")
    _write(folder / "settings.json", settings)
    _write(folder / DOCUMENTS, {"limit": LIMIT, "documents": documents})
    needs = "".join(f"{package}=={importlib.metadata.version(package)}\n" for package in NEEDS)
    (folder / "requirements.txt").write_text(needs, "utf-8")
    shutil.copyfile(PROGRAM, folder / "predict.py")
    _check(folder)


def _write(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _check(folder: Path) -> None:
    """Run `predict.py --check` as another process. Raises ModelError: it does not answer as stored."""
    ran = subprocess.run(
        [sys.executable, "-I", str(folder / "predict.py"), "--check"],
        capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip
    if ran.returncode:
        last = (ran.stderr.strip().splitlines() or ["no answer"])[-1]
        raise ModelError("model.bundle_differs", reason=last, limit=f"{LIMIT:.0e}")
