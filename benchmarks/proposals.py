"""Does labelling what the studio proposes get there with fewer labels than labelling at random?

    python -m benchmarks.proposals FOLDER OUT [--tables ag_news,sib200_jpn,trec50,mpqa] [--seeds 5]

FOLDER holds one folder per table with train.csv and test.csv, columns text,label. Everything starts without a
label; the true label answers. Per table and seed at most `POOL` training documents are the pile; of mpqa the
rarer label is thinned to a tenth (`SKEWED`). The model in the background (`review/proposals.py`) is scored by
macro-F1 on the test documents after 8, 16 and 32 labels per category on average, chosen at random, and after
`SHARE` of these, proposed. "found": in how many runs each category of at least `COMMON` of the pile was among the
first 40 labels. Embeddings and results are kept in OUT, so that it can be stopped and started again.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalearn_core.evaluation.metrics import score
from scalearn_core.review.proposals import background_head, propose

TABLES = ("ag_news", "sib200_jpn", "trec50", "mpqa")
SKEWED = ("mpqa",)
POOL, TEST = 2_000, 1_000
PER_CATEGORY = (8, 16, 32)
SHARE = 0.6
COMMON, FIRST = 0.03, 40
BATCH = 10
"""Documents that are proposed at a time; with many labels an eighth of them."""


@dataclass(frozen=True)
class Task:
    """A pile with its answers, and the documents it is scored on."""

    pile: NDArray[np.float32]
    answers: NDArray[np.int64]
    test: NDArray[np.float32]
    targets: NDArray[np.int64]
    categories: int


def read_task(folder: Path, out: Path, name: str, seed: int) -> Task:
    arrays = _embeddings(folder, out, name)
    names = sorted(set(arrays["train_y"].tolist()))
    number = {label: place for place, label in enumerate(names)}
    rng = np.random.default_rng(seed)
    parts = {}
    for part, most in (("train", POOL), ("test", TEST)):
        answers = np.array([number.get(label, -1) for label in arrays[f"{part}_y"].tolist()])
        kept = np.flatnonzero(answers >= 0)
        if name in SKEWED:
            rare = int(np.bincount(answers[kept]).argmin())
            others, few = kept[answers[kept] != rare], kept[answers[kept] == rare]
            kept = np.concatenate([others, rng.permutation(few)[: len(others) // 9]])
        chosen = np.sort(rng.permutation(kept)[:most])
        parts[part] = arrays[part][chosen].astype(np.float32), answers[chosen]
    return Task(*parts["train"], *parts["test"], len(names))


def _embeddings(folder: Path, out: Path, name: str) -> dict[str, Any]:
    file = out / f"{name}.npz"
    if not file.is_file():
        from scalearn_core.data.languages import shares_of
        from scalearn_core.encoders.choice import choose_encoder
        from scalearn_core.encoders.embedding import embed
        from scalearn_core.encoders.encoder import Encoder
        from scalearn_core.heads.logistic import unit

        arrays = {}
        for part, most in (("train", 2_500), ("test", TEST)):
            frame = pd.read_csv(folder / name / f"{part}.csv", dtype=str, keep_default_na=False)
            frame = frame.sample(min(most, len(frame)), random_state=0)
            texts = frame["text"].tolist()
            encoder = Encoder.load(choose_encoder(shares_of(texts)).key)
            arrays[part] = unit(embed(encoder, encoder.tokenize(texts)))
            arrays[f"{part}_y"] = frame["label"].to_numpy(dtype=str)
        np.savez(file, **arrays)
    with np.load(file) as stored:
        return dict(stored)


def simulate(task: Task, way: str, points: Sequence[int], seed: int) -> tuple[dict[int, float], bool]:
    """Macro-F1 after so many labels, and whether all common categories were among the first."""
    labelled: list[int] = []
    shares = np.bincount(task.answers, minlength=task.categories) / len(task.answers)
    common = set(np.flatnonzero(shares >= COMMON).tolist())
    order = np.random.default_rng(seed).permutation(len(task.answers)).tolist()
    reached: dict[int, float] = {}
    found = False
    stops = sorted({*points, FIRST})
    while len(labelled) < stops[-1]:
        following = next(stop for stop in stops if stop > len(labelled))
        count = min(max(BATCH, len(labelled) // 8), following - len(labelled))
        if way == "random":
            new = order[len(labelled) : len(labelled) + count]
        else:
            proposals = propose(task.pile, labelled, task.answers[labelled], task.categories, count, seed=seed)
            new = [each.place for each in proposals]
        labelled += new
        if len(labelled) == FIRST:
            found = common <= set(task.answers[labelled].tolist())
        if len(labelled) in points:
            head = background_head(task.pile, labelled, task.answers[labelled], task.categories)
            predicted = head.predict(task.test) if head else np.full(len(task.test), task.answers[labelled[0]])
            reached[len(labelled)] = score("macro_f1", task.targets, predicted)
    return reached, found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--tables", default=",".join(TABLES))
    parser.add_argument("--seeds", type=int, default=5)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    results = asked.out / "proposals.jsonl"
    done = {(row["table"], row["seed"], row["way"]): row for row in _rows(results)}
    print(f"{'table':12} {'labels':>7} {'random':>8} {'proposed':>9} ({SHARE:.0%}); found")
    for name in asked.tables.split(","):
        for seed in range(asked.seeds):
            task = read_task(asked.folder, asked.out, name, seed)
            full = [k * task.categories for k in PER_CATEGORY]
            for way in ("random", "proposed"):
                if (name, seed, way) in done:
                    continue
                points = [round(SHARE * point) for point in full] if way == "proposed" else full
                points = [point for point in points if point <= 0.8 * len(task.answers)]
                reached, found = simulate(task, way, points, seed)
                row = {"table": name, "seed": seed, "way": way, "points": list(reached.items()), "found": found}
                done[name, seed, way] = row
                with results.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(row) + "\n")
        rows = {way: [done[name, seed, way] for seed in range(asked.seeds)] for way in ("random", "proposed")}
        count = min(len(row["points"]) for row in rows["random"] + rows["proposed"])
        found_in = ", ".join(f"{sum(row['found'] for row in rows[way])}/{asked.seeds}" for way in rows)
        for place in range(count):
            means = [100 * np.mean([row["points"][place][1] for row in rows[way]]) for way in rows]
            labels = rows["random"][0]["points"][place][0]
            print(
                f"{name:12} {labels:>7} {means[0]:8.1f} {means[1]:9.1f}  {found_in if place == 0 else ''}",
                flush=True,
            )


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.is_file() else []


if __name__ == "__main__":
    main()
