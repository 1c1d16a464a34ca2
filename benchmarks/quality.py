"""Does reuse pay? Macro-F1 on a test file, k labels per class: plain head, ScaLearn by recipe, TF-IDF.

    python benchmarks/quality.py FOLDER [--k 16 64] [--seeds 3] [--variant scalearn_uniform] [--recipes auto paper]

FOLDER holds one folder per task with train.csv and test.csv (columns text,label). Documents for training are the
first k of each class after a shuffle by seed; a third more are taken for validation.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np

from scalearn_core import Encoder, ScaLearnModel, TrainingConfig, catalog, train_scales
from scalearn_core.baselines.tfidf import predict_tfidf
from scalearn_core.data.dataset import Split
from scalearn_core.evaluation.metrics import score
from scalearn_core.training.stage_one import embed

TEST_DOCUMENTS = 500


class Parts:
    """Train, validation and test, as `train_scales` wants them."""

    def __init__(self, train: Split, validation: Split, test: Split) -> None:
        self.train, self.validation, self.test = train, validation, test


def main() -> None:
    arguments = _arguments()
    encoder = Encoder.load()
    sources = catalog.load(catalog.permissive(), encoder)
    for folder in sorted(path for path in arguments.folder.iterdir() if (path / "test.csv").is_file()):
        train, test = _rows(folder / "train.csv"), _rows(folder / "test.csv")
        if "text" not in train[0] or any("|" in row["label"] for row in train[:50]):
            continue
        for k in arguments.k:
            found: dict[str, list[float]] = {}
            for seed in range(arguments.seeds):
                parts = _parts(train, test, k, seed)
                for recipe in arguments.recipes:
                    model = ScaLearnModel(encoder, sources, labels=parts.train.labels, variant=arguments.variant)
                    result = train_scales(model, parts, TrainingConfig(recipe=recipe, seed=seed))  # type: ignore[arg-type]
                    predicted = {f"scalearn {recipe}": model.predict_proba(parts.test.texts).argmax(1)}
                    if recipe == arguments.recipes[0]:
                        embeddings = embed(encoder, encoder.tokenize(parts.test.texts))
                        predicted["frozen head"] = result.frozen_head.predict(embeddings)
                        predicted["tf-idf"] = predict_tfidf(
                            parts.train, parts.validation, parts.test.texts, seed=seed
                        )
                    for name, values in predicted.items():
                        found.setdefault(name, []).append(score("macro_f1", parts.test.targets, values))
            line = "  ".join(f"{name} {np.mean(v):.3f} ± {np.std(v):.3f}" for name, v in sorted(found.items()))
            print(f"{folder.name:18} k={k:<4} {line}", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--k", type=int, nargs="+", default=[16, 64])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--variant", default="scalearn_uniform")
    parser.add_argument("--recipes", nargs="+", default=["auto", "paper"])
    return parser.parse_args()


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _parts(train: list[dict[str, str]], test: list[dict[str, str]], k: int, seed: int) -> Parts:
    labels = tuple(sorted({row["label"] for row in train}))
    order = np.random.default_rng(seed).permutation(len(train))
    chosen: dict[str, list[dict[str, str]]] = {label: [] for label in labels}
    for index in order:
        row = train[int(index)]
        if len(chosen[row["label"]]) < k + -(-k // 3):
            chosen[row["label"]].append(row)
    known = [row for row in test if row["label"] in labels]
    kept = [known[int(i)] for i in np.random.default_rng(0).permutation(len(known))[:TEST_DOCUMENTS]]

    def split(rows: list[dict[str, str]]) -> Split:
        targets = np.array([labels.index(row["label"]) for row in rows], dtype=np.int64)
        return Split(tuple(row["text"] for row in rows), targets, labels, tuple(range(2, len(rows) + 2)))

    return Parts(
        split([row for rows in chosen.values() for row in rows[:k]]),
        split([row for rows in chosen.values() for row in rows[k:]]),
        split(kept),
    )


if __name__ == "__main__":
    main()
