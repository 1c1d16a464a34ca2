"""Who does best from few labels? ScaLearn and its rivals: macro-F1, rank and time per data set and k.

    python -m benchmarks.quality parts FOLDER PARTS        # draw k documents per class, 5 seeds
    python -m benchmarks.methods PARTS OUT                 # train and test (stop and start it as you like)
    python benchmarks/setfit_rival.py PARTS OUT/setfit     # from its own environment
    python -m benchmarks.quality table PARTS OUT           # print
    python -m benchmarks.quality harm PARTS OUT --method scalearn_unlabelled \
        --against scalearn own_adapter_by_pairs frozen_head    # mean, and the table where it does worst

FOLDER holds one folder per task with train.csv and test.csv, columns text,label or text_a,text_b,label (a pair
becomes one text); tasks with several labels per document are left out. A part has the first k documents of
each class after a shuffle by its seed (k = 0: all there are), no validation documents, and the same
(at most 500, or `--test-documents`) test documents for all seeds. FOLDER may hold tasks that sources learned from:
`benchmarks.methods` then leaves out the source of that name.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from scalearn_core.evaluation.metrics import score

K = (8, 16, 32, 64, 256, 1000, 0)
"""Documents per class; 0: the whole table, which is the same for every seed."""
SEEDS = 5
TEST_DOCUMENTS = 500
UNLABELLED = 1000
"""Further training documents of a part, whose labels are kept from all methods."""
Row = list[str]
Methods = dict[str, dict[int, tuple[float, float]]]
"""Score and seconds by method and seed."""


def write_parts(folder: Path, out: Path, test_documents: int = TEST_DOCUMENTS) -> None:
    """One file per data set, k and seed: labels, train and test as `[text, label]`."""
    out.mkdir(parents=True, exist_ok=True)
    for task in sorted(path for path in folder.iterdir() if (path / "test.csv").is_file()):
        train, test = _rows(task / "train.csv"), _rows(task / "test.csv")
        if any("|" in label for _, label in train):
            continue
        labels = sorted({label for _, label in train})
        known = [row for row in test if row[1] in labels]
        order = np.random.default_rng(0).permutation(len(known))[:test_documents]
        asked = [known[int(number)] for number in order]
        for k in K:
            for seed in range(SEEDS):
                chosen, others = _first_of_each(train, labels, k, seed)
                content = {
                    "dataset": task.name, "k": k, "seed": seed, "labels": labels, "train": chosen, "test": asked,
                    "unlabelled": [text for text, _ in others[:UNLABELLED]],
                }  # fmt: skip
                text = json.dumps(content, ensure_ascii=False)
                (out / f"{task.name}-k{k}-s{seed}.json").write_text(text, "utf-8")


def _rows(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as stream:
        return [
            [row["text"] if "text" in row else f"{row['text_a']}: {row['text_b']}", row["label"]]
            for row in csv.DictReader(stream)
        ]


def _first_of_each(rows: list[Row], labels: list[str], k: int, seed: int) -> tuple[list[Row], list[Row]]:
    """The first k rows of each label after a shuffle, and all others in that order."""
    chosen: dict[str, list[Row]] = {label: [] for label in labels}
    others: list[Row] = []
    for number in np.random.default_rng(seed).permutation(len(rows)):
        row = rows[int(number)]
        if not k or len(chosen[row[1]]) < k:
            chosen[row[1]].append(row)
        else:
            others.append(row)
    return [row for label in labels for row in chosen[label]], others


def print_table(parts: Path, out: Path, metric: str) -> None:
    """Per k: mean and standard deviation over the seeds per data set, mean rank (1 is best), training time."""
    found = _results(parts, out, metric)
    for k in sorted({k for k, _ in found}):
        _print_k(k, {dataset: methods for (at, dataset), methods in found.items() if at == k})


def print_harm(parts: Path, out: Path, metric: str, method: str, against: Sequence[str]) -> None:
    """Per k and other method: the mean difference over the data sets, and the one where `method` does worst.

    In points; a data set counts by the mean of the seeds that both were run on.
    """
    found = _results(parts, out, metric)
    for k in sorted({k for k, _ in found}):
        for other in against:
            differences = {}
            for (at, dataset), methods in found.items():
                seeds = sorted(set(methods.get(method, {})) & set(methods.get(other, {})))
                if at == k and seeds:
                    by_seed = [methods[method][s][0] - methods[other][s][0] for s in seeds]
                    differences[dataset] = 100 * float(np.mean(by_seed))
            if differences:
                worst = min(differences, key=differences.__getitem__)
                print(
                    f"k = {k}: {method} against {other}, {len(differences)} data sets: "
                    f"{np.mean(list(differences.values())):+.1f}, worst {differences[worst]:+.1f} ({worst})"
                )


def _results(parts: Path, out: Path, metric: str) -> dict[tuple[int, str], Methods]:
    """What has been run, by k and data set."""
    found: dict[tuple[int, str], Methods] = defaultdict(lambda: defaultdict(dict))
    for file in sorted(parts.glob("*.json")):
        part = None
        for folder in sorted(path for path in out.iterdir() if path.is_dir()):
            if (folder / file.name).is_file():
                part = part or json.loads(file.read_text("utf-8"))
                result = json.loads((folder / file.name).read_text("utf-8"))
                number = {label: index for index, label in enumerate(part["labels"])}
                targets, predicted = (
                    np.array([number[label] for label in labels])
                    for labels in ([label for _, label in part["test"]], result["predictions"])
                )
                entry = (score(metric, targets, predicted), float(result["seconds_training"]))
                found[part["k"], part["dataset"]][folder.name][part["seed"]] = entry
    return found


def _print_k(k: int, datasets: dict[str, Methods]) -> None:
    """Only parts that every shown method was run on are compared; which those are stands in the head."""
    names = sorted({name for methods in datasets.values() for name in methods})
    common = {
        dataset: sorted(set.intersection(*(set(methods.get(name, {})) for name in names)))
        for dataset, methods in datasets.items()
    }
    common = {dataset: seeds for dataset, seeds in common.items() if seeds}
    if not common:
        print(f"k = {k}: no part was run by all of {', '.join(names)}")
        return
    seeds = ", ".join(f"{dataset} ({len(seeds)})" for dataset, seeds in common.items())
    print(f"\nk = {k}; data sets (seeds): {seeds}")
    print(f"{'method':22}" + "".join(f"{dataset[:14]:>16}" for dataset in common) + "    mean   rank  seconds")
    ranks: dict[str, list[float]] = defaultdict(list)
    for dataset, chosen in common.items():
        for seed in chosen:
            values = {name: datasets[dataset][name][seed][0] for name in names}
            for name in names:
                better = sum(value > values[name] for value in values.values())
                equal = sum(value == values[name] for value in values.values())
                ranks[name].append(better + (equal + 1) / 2)
    lines = []
    for name in names:
        scores = [np.array([datasets[d][name][s][0] for s in chosen]) for d, chosen in common.items()]
        seconds = np.mean([datasets[d][name][s][1] for d, chosen in common.items() for s in chosen])
        cells = "".join(f"{f'{100 * x.mean():.1f} ± {100 * x.std():.1f}':>16}" for x in scores)
        mean = 100 * float(np.mean([x.mean() for x in scores]))
        lines.append((float(np.mean(ranks[name])), f"{name:22}{cells}{mean:8.1f}", f"{seconds:9.1f}"))
    for rank, cells, seconds in sorted(lines):
        print(f"{cells}{rank:7.2f}{seconds}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    draw = commands.add_parser("parts")
    draw.add_argument("folder", type=Path)
    draw.add_argument("out", type=Path)
    draw.add_argument("--test-documents", type=int, default=TEST_DOCUMENTS, help="at most (default: %(default)s)")
    table, harm = commands.add_parser("table"), commands.add_parser("harm")
    for command in (table, harm):
        command.add_argument("parts", type=Path)
        command.add_argument("out", type=Path)
        command.add_argument("--metric", default="macro_f1", choices=["macro_f1", "accuracy"])
    harm.add_argument("--method", default="scalearn")
    harm.add_argument("--against", nargs="+", default=["own_adapter_by_pairs", "frozen_head"])
    arguments = parser.parse_args()
    if arguments.command == "parts":
        write_parts(arguments.folder, arguments.out, arguments.test_documents)
    elif arguments.command == "harm":
        print_harm(arguments.parts, arguments.out, arguments.metric, arguments.method, arguments.against)
    else:
        print_table(arguments.parts, arguments.out, arguments.metric)


if __name__ == "__main__":
    main()
