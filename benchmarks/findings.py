"""Seconds and peak memory of the quick checks (`checks/quick.py`) on made-up documents.

    python -m benchmarks.findings [--documents 1000 100000 1000000] [--language en|ja]

Each number of documents has a process of its own. Documents have 250 characters, one in 50 repeats an earlier one,
one in 20 holds a mail address and a telephone number; there are 20 classes. "Before" is the memory of the process
with the dataset made, "peak" the most it ever had; their difference is what the checks took at most.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from scalearn_core.checks.quick import quick
from scalearn_core.data.dataset import TextDataset
from scalearn_core.workspace.samples import SAMPLES

CHARACTERS = 250
CLASSES = 20
AT_ONCE = 50_000
PERSONAL = {
    "en": " Call 020 7946 0958 or write to jane.doe@shop.co.uk.",
    "ja": "電話は03-1234-5678、jane.doe@shop.co.jpまで。",
}
ENCODER = {"en": "english", "ja": "multilingual"}


def made_up(documents: int, language: str) -> TextDataset:
    """A dataset of sentences drawn from a sample's, the same for the same arguments."""
    sample = next(sample for sample in SAMPLES.values() if sample.language == language)
    table = TextDataset.from_table(sample.path, text=sample.text, label=sample.label)
    pieces = [piece.strip() for text in table.frame["text"] for piece in text.replace("。", "。\n").split("\n")]
    pieces = [piece for piece in pieces if len(piece) > 10]
    generator = np.random.default_rng(13)
    parts = [pd.Series(texts, dtype="str") for texts in _texts(documents, pieces, language, generator)]
    labels = pd.Series(
        np.array([f"class {i}" for i in range(CLASSES)])[generator.integers(CLASSES, size=documents)]
    )
    frame = pd.DataFrame({"text": pd.concat(parts, ignore_index=True), "label": labels.astype("str")})
    frame.index = pd.RangeIndex(2, documents + 2, name="row")
    return TextDataset(frame, pd.DataFrame({"row": [], "reason": []}), tuple(sorted(set(labels))), "made up")


def _texts(
    documents: int, pieces: list[str], language: str, generator: np.random.Generator
) -> Iterator[list[str]]:
    repeated = ""
    for begin in range(0, documents, AT_ONCE):
        texts = []
        for number in range(begin, min(documents, begin + AT_ONCE)):
            drawn = " ".join(pieces[i] for i in generator.integers(len(pieces), size=8))
            personal = PERSONAL[language] if number % 20 == 7 else ""
            text = f"{number} {drawn}"[: CHARACTERS - len(personal)] + personal
            repeated = text if number % 50 == 0 else repeated
            texts.append(repeated if number % 50 == 49 else text)
        yield texts


def measure(documents: int, language: str) -> None:
    """Print one row."""
    dataset = made_up(documents, language)
    before = _memory()
    began, worked = time.perf_counter(), time.process_time()
    found = quick(dataset, encoder_key=ENCODER[language])
    took, work = time.perf_counter() - began, time.process_time() - worked
    codes = ", ".join(f"{code} {n}" if n > 1 else code for code, n in Counter(f.code for f in found).items())
    memory = f"{before:>8,.0f} MB  {_peak():>8,.0f} MB"
    print(f"{documents:>9,}  {took:>7.2f} s  {work:>7.2f} s  {memory}  {codes}", flush=True)


def _memory() -> float:
    """Of this process now, in MB (Linux)."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize() / 1e6


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--documents", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--language", choices=list(PERSONAL), default="en")
    given = parser.parse_args()
    if len(given.documents) == 1:
        measure(given.documents[0], given.language)
        return
    print("documents     taken  processor       before         peak  found", flush=True)
    for documents in given.documents:
        command = ["-m", "benchmarks.findings", "--documents", str(documents), "--language", given.language]
        subprocess.run([sys.executable, *command], check=True)


if __name__ == "__main__":
    main()
