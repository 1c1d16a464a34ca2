"""`forecast` and `study`: which sources are likely to help, and studies of a trained model."""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path

from scalearn_core.cli.predict import separator_of, telling_first_seal
from scalearn_core.cli.progress import Progress
from scalearn_core.cli.summary import table
from scalearn_core.cli.train import chosen_encoder, chosen_sources, read_dataset, read_divided, say_how_it_reads
from scalearn_core.cli.usage import check_writable, writing_to
from scalearn_core.evidence.upgrade import read_training
from scalearn_core.records.forecast import ForecastRecord
from scalearn_core.storage.codec import to_json
from scalearn_core.storage.damage import DAMAGED_FILE


def forecast(args: argparse.Namespace) -> None:
    """Print, before any training, the forecast gain of each source."""
    dataset = read_divided(args)
    assert dataset.plan is not None
    encoder = chosen_encoder(args.encoder, dataset)
    sources = chosen_sources(args.sources, encoder)
    with Progress() as progress:
        progress.on_stage("loading")
        from scalearn_core.devices import find
        from scalearn_core.encoders.encoder import Encoder
        from scalearn_core.jobs.forecast import forecast_for

        loaded = say_how_it_reads(Encoder.load(encoder)).to(find(args.device).kind)
        progress.on_stage("forecast")
        record = forecast_for(
            dataset, loaded, sources, plan=dataset.plan, seed=args.seed, on_progress=progress.on_share
        )
    print(json.dumps(to_json(record)) if args.json else forecast_summary(record))


def study(args: argparse.Namespace) -> None:
    """Ask something of a trained model; the answer is added to its `result.json`."""
    evidence: Path = args.evidence
    evidence = args.evidence
    dataset = read_dataset(args, separator=separator_of(args.model), keep=_columns_of_split(evidence))
    check_writable(evidence)
    with telling_first_seal(args.model), Progress() as progress:
        progress.on_stage("loading")
        from scalearn_core.devices import find
        from scalearn_core.evidence.trained import keep, load_trained
        from scalearn_core.studies.run import run_study

        trained_model = load_trained(evidence, args.model, dataset, find(args.device).kind)
        progress.on_stage("study", args.study)
        began = time.monotonic()
        answer = run_study(args.study, trained_model, progress.on_share)
        seconds = round(time.monotonic() - began, 2)
        answer = replace(answer, seconds=seconds)
    if args.json:  # before it is kept: an answer of minutes must not be lost to a full disk
        print(json.dumps(to_json(answer)))
    with writing_to(evidence):
        keep(evidence, args.study, answer)
    if not args.json:
        print(f"{args.study}: done in {seconds:.0f} s, added to {evidence / 'result.json'}")


def _columns_of_split(evidence: Path) -> tuple[str, ...]:
    """Columns of the table by which the model's documents were divided."""
    try:
        return read_training(evidence).plan.columns
    except DAMAGED_FILE:  # loading tells what is wrong with it
        return ()


def forecast_summary(found: ForecastRecord) -> str:
    """One row per source, best first, and what a training would start from."""
    rows = [
        (
            row.source,
            f"{row.strength:+.1f}",
            "-" if row.gain is None else f"{row.gain:+.1f} ({row.low:+.1f} to {row.high:+.1f})",
        )
        for row in found.forecast
    ]
    start = found.start
    chosen = ", ".join(f"{name} {value:+.1f}" for name, value in start.strengths.items()) or "none of them"
    sure = "They promise a gain." if start.promised else "No gain is promised: it may be chance."
    return "\n".join(
        [
            *table(("source", "strength", "gain, % of log-loss"), rows),
            "",
            f"Together, of {start.documents} documents: {chosen}. {sure}",
        ]
    )
