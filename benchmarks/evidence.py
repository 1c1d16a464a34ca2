"""Is the evidence right? Forecast against measured gain, and verdicts, with real sources and with noise.

    python -m benchmarks.evidence run PARTS OUT [--k 16 64] [--seeds 0 1 2] [--noise] [--ladder]
    python -m benchmarks.evidence table OUT

PARTS are those of `benchmarks/quality.py`. Each part is trained as the studio does (recipe "auto") and leaves one
JSON in OUT: the forecast of every source, what each source then measured, and the verdict; a part that has its
file is passed over. "Measured" is a source alone at the strength of its forecast: percent of log-loss, and points
of macro-F1, that the head on its embeddings gains over the head on the plain encoder, both fitted on the same k
documents per class, on all test documents. With `--noise` the sources' weights are shuffled: then no verdict may
be "helped". With `--ladder` every rung of the ladder is trained too (`scalearn_core/studies/ladder.py`).
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from scipy.stats import spearmanr

from benchmarks.methods import FewLabels
from scalearn_core import Encoder, TextDataset, TrainingConfig, catalog
from scalearn_core.adapters.adapterhub import write_adapter
from scalearn_core.config import FORECAST
from scalearn_core.data.parts import Part
from scalearn_core.devices import find
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.prefix_cache import CachedDocuments
from scalearn_core.evaluation.metrics import score
from scalearn_core.evidence.pipeline import train_with_evidence
from scalearn_core.evidence.trained import TrainedModel
from scalearn_core.heads.logistic import fit_head, unit
from scalearn_core.scaling.sources import mixed
from scalearn_core.storage.codec import to_json
from scalearn_core.studies.run import run_study
from scalearn_core.training.shuffled_sources import shuffled


def dataset_of(parts: FewLabels) -> TextDataset:
    """The part as a divided dataset."""
    splits = (parts.train, parts.test)
    frame = pd.DataFrame(
        {
            "text": [text for split in splits for text in split.texts],
            "label": [split.labels[number] for split in splits for number in split.targets],
        }
    )
    origin = np.repeat([Part.TRAIN, Part.TEST], [len(split) for split in splits])
    return TextDataset(frame, pd.DataFrame({"row": [], "reason": []}), parts.train.labels, "part", parts=origin)


def measure(encoder: Encoder, names: list[str], parts: FewLabels, forecast: list[dict[str, Any]]) -> None:
    """Add to each row of `forecast` what its source brings on the test documents."""
    adapters = {source.name: source for source in catalog.load(names, encoder)}
    documents = [CachedDocuments(encoder, encoder.tokenize(split.texts)) for split in (parts.train, parts.test)]

    def scored(adapt: Any) -> tuple[float, float]:
        train, test = (unit(embed(encoder, part, adapt)) for part in documents)
        head = fit_head(train, parts.train.targets, len(parts.train.labels), c=FORECAST.C, seed=0)
        losses = -head.predict_log_proba(test)[np.arange(len(test)), parts.test.targets]
        return float(losses.mean()), score("macro_f1", parts.test.targets, head.predict(test))

    plain_loss, plain_f1 = scored(None)
    for row in forecast:
        loss, f1 = scored(mixed([adapters[row["source"]]], torch.full((1, 1, 1), row["strength"])))
        row["measured"] = 100 * (plain_loss - loss) / plain_loss
        row["measured_points"] = 100 * (f1 - plain_f1)


def run(arguments: argparse.Namespace) -> None:
    encoder = Encoder.load()
    names = [card.name for card in catalog.cards()] if arguments.sources == "all" else catalog.permissive()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        sources = names
        if arguments.noise:
            sources = []
            for source in shuffled(catalog.load(names, encoder), seed=99):
                write_adapter(source, Path(folder) / source.name)
                sources.append(str(Path(folder) / source.name))
        for seed in arguments.seeds:
            for k in arguments.k:
                for file in sorted(arguments.parts.glob(f"*-k{k}-s{seed}.json")):
                    target = arguments.out / f"{'noise-' if arguments.noise else ''}{file.name}"
                    if not target.exists():
                        _write(target, file, encoder, names, sources, arguments)


def _write(
    target: Path, file: Path, encoder: Encoder, names: list[str], sources: list[str], arguments: argparse.Namespace
) -> None:
    parts = FewLabels.read(file)
    part = json.loads(file.read_text("utf-8"))
    config = TrainingConfig(seed=part["seed"], own_adapter=arguments.own_adapter)
    outcome = train_with_evidence(
        dataset_of(parts), sources=sources, variant=arguments.variant, config=config, device=find("cpu"),
        encoder=encoder,
    )  # fmt: skip
    result = to_json(outcome.result)
    if not arguments.noise:
        measure(encoder, names, parts, result["forecast"])
    kept = ("verdict", "forecast", "start", "comparison", "comparison_control", "seconds")
    content = {key: part[key] for key in ("dataset", "k", "seed")} | {key: result[key] for key in kept}
    content["scores"] = {name: report["macro_f1"] for name, report in result["scores"].items()}
    if arguments.ladder:
        trained_model = TrainedModel(
            outcome.model, dataset_of(parts).without_validation(), outcome.result, outcome.frozen_head
        )
        content["ladder"] = to_json(run_study("ladder", trained_model, lambda share: None))
    target.write_text(json.dumps(content, indent=1), "utf-8")
    verdict = content["verdict"]
    told = f"{verdict['code']:16} {verdict['gain']:+5.1f} points, promised {content['start']['promised']}"
    print(f"{target.stem:34} {told} {_ranks(content)}", flush=True)


def _ranks(content: dict[str, Any]) -> str:
    correlations = rank_correlations(content)
    return (
        ""
        if correlations is None
        else "rank correlation {:+.2f} (log-loss) {:+.2f} (macro-F1)".format(*correlations)
    )


def rank_correlations(content: dict[str, Any]) -> tuple[float, float] | None:
    """Spearman's correlation of forecast with measured gain over the sources, in log-loss and in macro-F1."""
    rows = [row for row in content["forecast"] if row["gain"] is not None and "measured" in row]
    if len(rows) < 3:
        return None
    promised = [row["gain"] for row in rows]
    first, second = (
        float(spearmanr(promised, [row[key] for row in rows]).statistic) for key in ("measured", "measured_points")
    )
    return first, second


def print_table(folder: Path) -> None:
    """Per table and k: mean rank correlations over the seeds, and the verdicts."""
    found = [json.loads(file.read_text("utf-8")) | {"file": file.stem} for file in sorted(folder.glob("*.json"))]
    groups: dict[tuple[bool, int, str], list[dict[str, Any]]] = {}
    for content in found:
        key = (content["file"].startswith("noise-"), content["k"], content["dataset"])
        groups.setdefault(key, []).append(content)
    print(f"{'':8}{'k':>4}  {'table':18}{'seeds':>6}{'rank, loss':>12}{'rank, F1':>10}{'gain':>8}  verdicts")
    for (noise, k, name), members in sorted(groups.items()):
        correlations = [ranks for content in members if (ranks := rank_correlations(content))]
        loss, f1 = np.mean(correlations, axis=0) if correlations else (np.nan, np.nan)
        gain = np.mean([content["verdict"]["gain"] for content in members])
        codes = ", ".join(content["verdict"]["code"] for content in members)
        kind = "noise" if noise else "sources"
        print(f"{kind:8}{k:>4}  {name:18}{len(members):>6}{loss:>12.2f}{f1:>10.2f}{gain:>+8.1f}  {codes}")
    for content in found:
        if "ladder" in content:
            print(f"\nladder of {content['file']}: stop at {content['ladder']['stop']}")
            for rung in content["ladder"]["rungs"]:
                print(_rung(rung))
    ranked = [ranks for content in found if (ranks := rank_correlations(content))]
    if ranked:
        print("mean rank correlation: {:.2f} (log-loss), {:.2f} (macro-F1)".format(*np.mean(ranked, axis=0)))
    praised = [content["verdict"]["helped"] for content in found if content["file"].startswith("noise-")]
    print(f"verdicts 'helped' with sources of noise: {sum(bool(helped) for helped in praised)} of {len(praised)}")


def _rung(rung: dict[str, Any]) -> str:
    if rung["skipped"]:
        return f"  {rung['name']:22} skipped: {rung['skipped']}"
    score, learned = rung["macro_f1"], rung["learned"]
    numbers = learned["scales"] + learned["own_adapter"] + learned["encoder"]
    interval = "{value:.1f} ({low:.1f} to {high:.1f})".format(**{key: 100 * score[key] for key in score})
    return f"  {rung['name']:22}{numbers:>12,} learned  {interval}  {rung['seconds']:.0f} s"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("run")
    command.add_argument("parts", type=Path)
    command.add_argument("out", type=Path)
    command.add_argument("--k", type=int, nargs="+", default=[16, 64])
    command.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    command.add_argument("--sources", choices=["all", "permissive"], default="all")
    command.add_argument("--variant", default="scalearn_uniform")
    command.add_argument("--own-adapter", action=argparse.BooleanOptionalAction)
    command.add_argument("--noise", action="store_true")
    command.add_argument("--ladder", action="store_true")
    command = commands.add_parser("table")
    command.add_argument("out", type=Path)
    arguments = parser.parse_args()
    if arguments.command == "run":
        run(arguments)
    else:
        print_table(arguments.out)


if __name__ == "__main__":
    main()
