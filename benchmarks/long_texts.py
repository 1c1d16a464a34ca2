"""What the ways of reading long documents are worth, on long documents built from two tables of short ones.

    python -m benchmarks.long_texts TABLE FILLER [--k 16] [--words 1000] [--point 100] [--seeds 0 1 2] [--epochs N]

TABLE and FILLER are CSV files with the columns text and label. A document is some texts of one label of TABLE, its
point, among texts of FILLER, which say nothing of it: at the start, at the end, or anywhere. So the figures tell
what each way can find where, not how often a real table has its point there. TF-IDF reads all of every document
in every way. The training of the scales is measured only where --epochs says how many: it takes long.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.methods import FewLabels, run_method
from scalearn_core import Encoder, ScaLearnModel, TextDataset, TrainingConfig, catalog, train_scales
from scalearn_core.config import LONG_TEXTS
from scalearn_core.data.parts import Part
from scalearn_core.data.split import Split
from scalearn_core.encoders.lengths import text_lengths
from scalearn_core.evaluation.metrics import score

PLACES = ("start", "end", "anywhere")


def read(file: Path) -> pd.DataFrame:
    return pd.read_csv(file, dtype=str, keep_default_na=False)


def build(
    table: pd.DataFrame,
    filler: Sequence[str],
    place: str,
    *,
    words: int,
    point: int,
    k: int,
    most: int,
    seed: int,
) -> tuple[Split, Split]:
    """k documents of each label to learn from, and at most `most` others to test on; no text is in two points."""
    generator = np.random.default_rng(seed)
    shuffled = table.drop_duplicates("text").sample(frac=1, random_state=seed)
    points = pd.DataFrame(
        [(text, label) for label, rows in shuffled.groupby("label") for text in _joined(rows["text"], point)],
        columns=["text", "label"],
    ).sample(frac=1, random_state=seed)
    train = points.groupby("label").head(k)
    test = points.drop(train.index).head(most)
    labels = tuple(sorted(train["label"].unique()))

    def around(text: str) -> str:
        parts: list[str] = []
        while sum(len(part.split()) for part in parts) < words:
            parts.append(filler[int(generator.integers(len(filler)))])
        position = {"start": 0, "end": len(parts)}.get(place, int(generator.integers(len(parts) + 1)))
        return " ".join([*parts[:position], text, *parts[position:]])

    def split(rows: pd.DataFrame) -> Split:
        targets = np.array([labels.index(label) for label in rows["label"]], dtype=np.int64)
        return Split(tuple(around(text) for text in rows["text"]), targets, labels, tuple(range(2, len(rows) + 2)))

    return split(train), split(test)


def _joined(texts: Sequence[str], words: int) -> list[str]:
    """Texts put together until each has so many words; what is left over at the end is dropped."""
    made, parts = [], []
    for text in texts:
        parts.append(text)
        if sum(len(part.split()) for part in parts) >= words:
            made.append(" ".join(parts))
            parts = []
    return made


def scalearn(parts: FewLabels, encoder: Encoder, how: str, epochs: int, seed: int) -> float:
    """Macro-F1 of the product's model (0 to 100), trained for so many epochs."""
    train, test = parts.train, parts.test
    labels = train.labels
    frame = pd.DataFrame(
        {
            "text": [*train.texts, *test.texts],
            "label": [labels[number] for part in (train, test) for number in part.targets],
        }
    )
    origin = np.repeat([Part.TRAIN, Part.TEST], [len(train), len(test)])
    dataset = TextDataset(frame, pd.DataFrame({"row": [], "reason": []}), labels, "part", parts=origin)
    model = ScaLearnModel(encoder, catalog.load(catalog.permissive(), encoder), labels=labels, seed=seed)
    train_scales(model, dataset, TrainingConfig(seed=seed, long_texts=how, epochs=epochs))
    return 100 * score("macro_f1", test.targets, model.decide(model.predict_proba(test.texts)))


def main() -> None:
    arguments = _arguments()
    table, filler = read(arguments.table), read(arguments.filler)["text"].tolist()
    encoder = Encoder.load()
    print("| the point stands | read as | share cut | frozen_head | tfidf | scalearn | seconds to embed |")
    print("|---|---|---|---|---|---|---|")
    for place in PLACES:
        for how in LONG_TEXTS:
            found: dict[str, list[float]] = {"frozen_head": [], "tfidf": [], "scalearn": [], "seconds": []}
            for seed in arguments.seeds:
                train, test = build(
                    table, filler, place, words=arguments.words, point=arguments.point, k=arguments.k,
                    most=arguments.test, seed=seed,
                )  # fmt: skip
                nothing = Split((), np.zeros(0, dtype=np.int64), train.labels, ())
                parts, reader = FewLabels(train, nothing, test), encoder.reading(how)
                for name in ("frozen_head", "tfidf"):
                    began = time.monotonic()
                    given = run_method(name, parts, reader, [], seed).predictions
                    found[name].append(100 * score("macro_f1", test.targets, given))
                    if name == "frozen_head":
                        found["seconds"].append(time.monotonic() - began)
                if arguments.epochs:
                    found["scalearn"].append(scalearn(parts, encoder, how, arguments.epochs, seed))
            cut = text_lengths(test.texts, encoder).share_cut
            cells = [_cell(found[name]) for name in ("frozen_head", "tfidf", "scalearn")]
            seconds = f"{np.mean(found['seconds']):.0f}"
            print(f"| {place} | {how} | {cut:.0%} | {' | '.join(cells)} | {seconds} |", flush=True)


def _cell(values: list[float]) -> str:
    return f"{np.mean(values):.1f} ± {np.std(values):.1f}" if values else "not run"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("table", type=Path)
    parser.add_argument("filler", type=Path)
    parser.add_argument("--k", type=int, default=16, help="documents of each label to learn from")
    parser.add_argument("--words", type=int, default=1000, help="of filler in a document")
    parser.add_argument("--point", type=int, default=100, help="words of the texts that decide its label")
    parser.add_argument("--test", type=int, default=200, help="documents to test on, at most")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, help="train the scales too, for so many epochs")
    return parser.parse_args()


if __name__ == "__main__":
    main()
