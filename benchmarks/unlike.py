"""How many texts are marked as unlike anything learned: of held-back own documents, and of another table's.

    python -m benchmarks.unlike run PUBLIC OUT [--encoders english multilingual] [--seeds 0] [--budget 400]
    python -m benchmarks.unlike table OUT
    python -m benchmarks.unlike cost

PUBLIC holds a folder NAME with train.csv (columns text,label) for each public table of `TABLES`, at any depth;
the others are the studio's samples. Of each table `OWN` documents are drawn by the seed, of which the studio
trains and tests as ever; the next `OWN` (of a sample: the rest) are held back, and were seen by nothing. Marked
are these, and `OTHERS` documents of every other table of a language the encoder reads, by the model folder as
`predict` loads it. A training that is done is kept in OUT and not done again; after `--budget` seconds no further
one begins. `PAIRS` are those that count: documents of two trades, or of two kinds. `cost` compares the time of
predictions with and without the second output, in turns, by the processor's clock.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd

from scalearn_core import Encoder, ScaLearnModel, TextDataset, TrainingConfig, catalog
from scalearn_core.config import DEFAULT_VARIANT
from scalearn_core.devices import find
from scalearn_core.evaluation.intervals import wilson_interval
from scalearn_core.evidence.pipeline import train_with_evidence
from scalearn_core.onnx_graph.feeds import OUTPUT
from scalearn_core.onnx_graph.graph import record
from scalearn_core.onnx_graph.pieces import between
from scalearn_core.onnx_graph.session import Session
from scalearn_core.prediction.predictor import Predictor
from scalearn_core.workspace.samples import SAMPLES

OWN, OTHERS = 300, 200
PUBLIC = ("ag_news", "banking77", "cr", "trec6", "sib200_jpn")
JAPANESE = ("sib200_jpn", "office_requests")
TABLES = (*PUBLIC, *SAMPLES)
PAIRS = {
    "english": (
        ("product_reviews", "service_desk"), ("quality_reports", "product_reviews"),
        ("banking77", "ag_news"), ("ag_news", "cr"),
    ),
    "multilingual": (
        ("product_reviews", "service_desk"), ("quality_reports", "product_reviews"),
        ("banking77", "ag_news"), ("office_requests", "sib200_jpn"),
    ),
}  # fmt: skip
"""The table learned from, and the other."""


def read(name: str, public: Path) -> pd.DataFrame:
    """Different documents: columns text, label."""
    if name in SAMPLES:
        sample = SAMPLES[name]
        frame = pd.read_csv(sample.path, keep_default_na=False)[[sample.text, sample.label]]
        frame.columns = ["text", "label"]
    else:
        [file] = public.rglob(f"{name}/train.csv")
        frame = pd.read_csv(file, keep_default_na=False)[["text", "label"]]
    return frame[(frame["text"].str.strip() != "") & (frame["label"] != "")].drop_duplicates("text")


def drawn(frame: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, list[str]]:
    """The documents the studio is given, and those held back."""
    order = np.random.default_rng(seed).permutation(len(frame))
    own = min(OWN, 2 * len(frame) // 3)
    return frame.iloc[order[:own]], frame["text"].iloc[order[own : own + OWN]].tolist()


def run(arguments: argparse.Namespace) -> None:
    began = time.monotonic()
    tables = {name: read(name, arguments.public) for name in TABLES}
    for seed in arguments.seeds:
        for key in arguments.encoders:
            needed = dict.fromkeys(own for own, _ in PAIRS[key])
            for name in [*needed, *(name for name in TABLES if name not in needed and arguments.all)]:
                if key == "english" and name in JAPANESE:
                    continue
                target = arguments.out / f"{key}-{name}-s{seed}.json"
                if target.exists():
                    continue
                if time.monotonic() - began > arguments.budget:
                    return
                given, held_back = drawn(tables[name], seed)
                folder = arguments.out / f"{key}-{name}-s{seed}"
                if not (folder / "model.json").exists():
                    train(given, key, seed, folder)
                predictor = Predictor.load(folder)
                shares = {name: marked(predictor, held_back)}
                for other, frame in tables.items():
                    if other != name and not (key == "english" and other in JAPANESE):
                        texts = frame["text"].sample(min(OTHERS, len(frame)), random_state=seed).tolist()
                        shares[other] = marked(predictor, texts)
                target.write_text(json.dumps(shares), "utf-8")
                print(target.stem, {other: round(100 * n / of) for other, (n, of) in shares.items()}, flush=True)


def train(given: pd.DataFrame, key: str, seed: int, folder: Path) -> None:
    """As the studio does by itself."""
    content = given.to_csv(index=False).encode()
    dataset = TextDataset.from_table(content, text="text", label="label").split(seed=seed)
    outcome = train_with_evidence(
        dataset, sources=catalog.permissive(key), variant=DEFAULT_VARIANT, config=TrainingConfig(seed=seed),
        device=find("cpu"), encoder=Encoder.load(key),
    )  # fmt: skip
    folder.parent.mkdir(parents=True, exist_ok=True)
    outcome.model.save(folder)


def marked(predictor: Predictor, texts: list[str]) -> tuple[int, int]:
    """How many of these texts are marked, of how many."""
    return sum(each.unlike is True for each in predictor.predict(texts)), len(texts)


def table(arguments: argparse.Namespace) -> None:
    for key, pairs in PAIRS.items():
        found: dict[str, list[dict[str, tuple[int, int]]]] = {}
        for file in sorted(arguments.out.glob(f"{key}-*-s*.json")):
            name = file.stem.removeprefix(f"{key}-").rsplit("-s", 1)[0]
            found.setdefault(name, []).append(json.loads(file.read_text("utf-8")))
        print(f"\n{key}: percent marked (95% interval)\n| learned from | seeds | held-back own | another table |")
        print("|---|---|---|---|")
        for own, other in pairs:
            if own in found:
                shares = f"{_share(found[own], own)} | {other}: {_share(found[own], other)}"
                print(f"| {own} | {len(found[own])} | {shares} |")
        print("\nAll tables, percent marked: own, then every other")
        for name, results in found.items():
            others = [other for other in results[0] if other != name]
            line = ", ".join(f"{other} {_percent(results, other)}" for other in others)
            print(f"- {name}: own {_percent(results, name)}; {line}")


def _totals(results: list[dict[str, tuple[int, int]]], name: str) -> tuple[int, int]:
    return sum(result[name][0] for result in results), sum(result[name][1] for result in results)


def _percent(results: list[dict[str, tuple[int, int]]], name: str) -> str:
    marked, of = _totals(results, name)
    return f"{100 * marked / of:.0f}"


def _share(results: list[dict[str, tuple[int, int]]], name: str) -> str:
    share = wilson_interval(*_totals(results, name))
    return f"{100 * share.value:.1f} ({100 * share.low:.1f} to {100 * share.high:.1f})"


def cost(arguments: argparse.Namespace) -> None:
    for key in PAIRS:
        encoder = Encoder.load(key)
        model = ScaLearnModel(encoder, catalog.load(catalog.permissive(key)[:2], encoder), labels=["a", "b"])
        graph = record(model)
        sessions = [Session(each, encoder, threads=1) for each in (graph, between(graph, None, OUTPUT))]
        frame = pd.read_csv(SAMPLES["service_desk"].path)
        tokens = encoder.tokenize(frame["message"].head(64).tolist())
        seconds: list[list[float]] = [[], []]
        for _ in range(arguments.rounds):
            for place, session in enumerate(sessions):
                began = time.process_time()
                session.look_at(tokens)
                seconds[place].append(time.process_time() - began)
        with_states, without = (median(each[1:]) for each in seconds)
        ratio = median(a / b for a, b in zip(seconds[0][1:], seconds[1][1:], strict=True))
        print(f"{key}: {1000 * with_states / 64:.2f} ms per document with, {1000 * without / 64:.2f} without; "
              f"median ratio {ratio:.3f}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(required=True)
    running = commands.add_parser("run")
    running.add_argument("public", type=Path)
    running.add_argument("out", type=Path)
    running.add_argument("--encoders", nargs="+", choices=list(PAIRS), default=list(PAIRS))
    running.add_argument("--seeds", nargs="+", type=int, default=[0])
    running.add_argument("--budget", type=float, default=float("inf"), help="seconds")
    running.add_argument("--all", action="store_true", help="learn from every table, not from those of the pairs")
    running.set_defaults(work=run)
    telling = commands.add_parser("table")
    telling.add_argument("out", type=Path)
    telling.set_defaults(work=table)
    costing = commands.add_parser("cost")
    costing.add_argument("--rounds", type=int, default=15)
    costing.set_defaults(work=cost)
    arguments = parser.parse_args()
    arguments.work(arguments)


if __name__ == "__main__":
    main()
