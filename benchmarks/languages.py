"""Across languages: macro-F1 per language, and trained in one language, tested in another.

    python -m benchmarks.languages run FOLDER OUT [--encoder multilingual] [--k 16 64] [--seeds 0 1 2]
    python -m benchmarks.languages table OUT

FOLDER holds one folder per language, named TASK_LANGUAGE (sib200_eng, sib200_jpn), with train.csv and test.csv
(columns text,label) of the same classes. For each language, k and seed the first k documents of each class after a
shuffle by the seed are trained on; each method then classifies the test documents of every language. A result is
kept as one file of OUT and not computed again: stop and start it as you like.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.methods import METHODS
from scalearn_core import Encoder, catalog
from scalearn_core.data.split import Split
from scalearn_core.encoders.cards import CARDS
from scalearn_core.evaluation.metrics import score

SHOWN = {"frozen_head": "frozen head", "own_adapter_by_pairs": "own adapter", "scalearn": "ScaLearn"}
RESAMPLES = 2000
Classes = NDArray[np.int64]


@dataclass(frozen=True)
class Part:
    """What one training sees; `test` is not used."""

    train: Split
    validation: Split
    test: Split


def read(folder: Path, task: str) -> dict[str, dict[str, Split]]:
    """`train` and `test` of each language, in the order of the folders' names."""
    frames = {
        home.name.removeprefix(f"{task}_"): {
            part: pd.read_csv(home / f"{part}.csv", keep_default_na=False) for part in ("train", "test")
        }
        for home in sorted(folder.glob(f"{task}_*"))
    }
    labels = tuple(sorted({label for parts in frames.values() for label in parts["train"]["label"]}))
    return {
        language: {
            name: _split(frame["text"].tolist(), frame["label"].tolist(), labels) for name, frame in parts.items()
        }
        for language, parts in frames.items()
    }


def _split(texts: list[str], names: list[str], labels: tuple[str, ...]) -> Split:
    targets = np.array([labels.index(name) for name in names], dtype=np.int64)
    return Split(tuple(texts), targets, labels, tuple(range(2, len(texts) + 2)))


def drawn(split: Split, k: int, seed: int) -> Split:
    """The first k documents of each class after a shuffle."""
    order = np.random.default_rng(seed).permutation(len(split))
    rows = [int(row) for label in range(len(split.labels)) for row in order[split.targets[order] == label][:k]]
    return _split(
        [split.texts[row] for row in rows], [split.labels[split.targets[row]] for row in rows], split.labels
    )


def run(arguments: argparse.Namespace) -> None:
    data = read(arguments.folder, arguments.task)
    encoder = Encoder.load(arguments.encoder)
    sources = catalog.load(catalog.permissive(arguments.encoder), encoder)
    print(f"{encoder.name}, sources: {', '.join(source.name for source in sources)}", flush=True)
    for seed, k, language in product(arguments.seeds, arguments.k, arguments.languages or data):
        train = drawn(data[language]["train"], k, seed)
        part = Part(train, _split([], [], train.labels), data[language]["test"])
        for method in SHOWN:
            target = arguments.out / f"{language}-k{k}-s{seed}-{method}.json"
            if target.exists():
                continue
            classify = METHODS[method](part, encoder, sources, seed)
            content = {
                "encoder": encoder.fingerprint, "sources": [source.sha256() for source in sources],
                "targets": {name: parts["test"].targets.tolist() for name, parts in data.items()},
                "predicted": {name: classify(parts["test"].texts).tolist() for name, parts in data.items()},
            }  # fmt: skip
            arguments.out.mkdir(parents=True, exist_ok=True)
            target.with_suffix(".part").write_text(json.dumps(content), "utf-8")
            target.with_suffix(".part").replace(target)
            found = ", ".join(f"{name} {100 * value:.1f}" for name, value in _scores(content).items())
            print(f"{target.stem}: {found}", flush=True)


def _scores(content: Mapping[str, Mapping[str, list[int]]]) -> dict[str, float]:
    return {
        name: score("macro_f1", np.array(content["targets"][name]), np.array(predicted))
        for name, predicted in content["predicted"].items()
    }


def table(arguments: argparse.Namespace) -> None:
    cells: dict[int, dict[tuple[str, str], dict[int, dict[str, dict[str, list[int]]]]]] = defaultdict(dict)
    for file in sorted(arguments.out.glob("*.json")):
        language, k, seed, method = file.stem.split("-")
        of_k = cells[int(k[1:])].setdefault((method, language), {})
        of_k[int(seed[1:])] = json.loads(file.read_text("utf-8"))
    for k, found in sorted(cells.items()):
        languages = sorted({language for _, language in found})
        # Only seeds that every method has are compared.
        seeds = {
            language: sorted(set.intersection(*(set(found.get((method, language), {})) for method in SHOWN)))
            for language in languages
        }
        counts = ", ".join(f"{language} {len(seeds[language])}" for language in languages)
        print(f"\nk = {k}; trained in (seeds): {counts}; macro-F1, mean ± standard deviation over the seeds")
        print(f"{'trained in':12}{'method':14}" + "".join(f"{f'on {name}':>14}" for name in languages))
        for language, (method, title) in product(languages, SHOWN.items()):
            runs = [_scores(found[method, language][seed]) for seed in seeds[language]]
            line = "".join(f"{_mean([run[name] for run in runs]):>14}" for name in languages) if runs else ""
            print(f"{language:12}{title:14}{line}")
        print("ScaLearn less frozen head, points, 95% interval over documents:")
        for trained, tested in product(languages, languages):
            if seeds[trained]:
                ours, theirs = (
                    [found[method, trained][seed] for seed in seeds[trained]]
                    for method in ("scalearn", "frozen_head")
                )
                value, low, high = _difference(ours, theirs, tested)
                print(f"    {trained} -> {tested}: {value:+.1f} ({low:+.1f} to {high:+.1f})")


def _mean(values: list[float]) -> str:
    return f"{100 * np.mean(values):.1f} ± {100 * np.std(values):.1f}"


def _difference(ours: list[dict], theirs: list[dict], language: str) -> tuple[float, float, float]:
    """Mean over the seeds of the macro-F1 difference, in points, and its interval: the same draws for all."""
    targets = np.array(ours[0]["targets"][language])
    pairs = [
        (np.array(mine["predicted"][language]), np.array(other["predicted"][language]))
        for mine, other in zip(ours, theirs, strict=True)
    ]

    def difference(rows: Classes) -> float:
        return 100 * float(np.mean([
            score("macro_f1", targets[rows], mine[rows]) - score("macro_f1", targets[rows], other[rows])
            for mine, other in pairs
        ]))  # fmt: skip

    everyone = np.arange(len(targets))
    low, high = np.percentile([difference(rows) for rows in _draws(len(targets))], [2.5, 97.5])
    return difference(everyone), float(low), float(high)


def _draws(documents: int) -> Iterator[Classes]:
    generator = np.random.default_rng(0)
    for _ in range(RESAMPLES):
        yield generator.integers(0, documents, documents)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("run")
    command.add_argument("folder", type=Path)
    command.add_argument("out", type=Path)
    command.add_argument("--task", default="sib200")
    command.add_argument("--languages", nargs="+", help="to train in; default: all")
    command.add_argument("--encoder", choices=tuple(CARDS), default="multilingual")
    command.add_argument("--k", type=int, nargs="+", default=[16, 64])
    command.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    command.set_defaults(do=run)
    command = commands.add_parser("table")
    command.add_argument("out", type=Path)
    command.set_defaults(do=table)
    arguments = parser.parse_args()
    arguments.do(arguments)


if __name__ == "__main__":
    main()
