"""`sweep`: trainings with several variants, seeds and sets of sources on one table."""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scalearn_core.cli.progress import Progress
from scalearn_core.cli.submit import in_full
from scalearn_core.cli.summary import table
from scalearn_core.cli.train import chosen_encoder, chosen_sources, read_divided
from scalearn_core.cli.usage import UsageError, check_writable, writing_to
from scalearn_core.config import VARIANTS, TrainingConfig
from scalearn_core.records.sweep import Trial, TrialRecord
from scalearn_core.runs.folders import write_json
from scalearn_core.storage.codec import from_json, to_json
from scalearn_core.storage.damage import DAMAGED_FILE

if TYPE_CHECKING:
    from scalearn_core.studies.sweep import Prepared, TrialResult

RESULT, TRIALS = "sweep.json", "trials"


def sweep(args: argparse.Namespace) -> None:
    """Train every combination that is not in the folder yet, and print what each is worth."""
    if args.out.exists() and not args.out.is_dir():
        raise UsageError(f"{args.out} is a file. Give the name of a folder.")
    variants = args.variants.split(",") if args.variants else [args.variant]
    if unknown := [name for name in variants if name not in VARIANTS]:
        raise UsageError(f"--variants takes {', '.join(VARIANTS)}, but {unknown[0]} was found.")
    if args.cluster is not None and args.workers is None:
        raise UsageError("--cluster names the Ray cluster of --workers N, which is missing.")
    config = TrainingConfig(
        recipe=args.recipe, seed=args.seed, own_adapter=args.own_adapter, long_texts=args.long_texts
    )
    dataset = read_divided(args)
    encoder = chosen_encoder(args.encoder, dataset)
    sets = args.subsets.split(";") if args.subsets else [args.sources]
    subsets = [[in_full(source) for source in chosen_sources(names, encoder)] for names in sets]
    with Progress() as progress:
        progress.on_stage("loading")
        from scalearn_core.devices import find
        from scalearn_core.runs.manifest import versions
        from scalearn_core.studies.sweep import prepare, trials_of

        trials = trials_of(variants, args.seeds or [args.seed], subsets)
        device = "cuda" if args.workers and args.gpus else find(args.device).kind
        asked = [dataset.fingerprint, to_json(dataset.plan), encoder, asdict(config), device, versions()]
        work = hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()
        check_writable(args.out)
        places = [_place(args.out, trial, work) for trial in trials]
        missing = [number for number, place in enumerate(places) if _known(place) is None]
        progress.on_stage("sweep")
        if missing:
            prepared = prepare(dataset, in_full(encoder), config, device)
            for done, (number, result) in enumerate(_run(args, prepared, [trials[n] for n in missing]), 1):
                with writing_to(args.out):
                    _keep(places[missing[number]], result)
                progress.on_share(1 - (len(missing) - done) / len(trials))
    records = [record for place in places if (record := _known(place)) is not None]
    told = {"labels": list(dataset.labels), "trials": [to_json(record) for record in records]}
    with writing_to(args.out):
        write_json(args.out / RESULT, told)
    print(json.dumps(told) if args.json else _summary(records))


def _run(
    args: argparse.Namespace, prepared: Prepared, trials: Sequence[Trial]
) -> Iterator[tuple[int, TrialResult]]:  # fmt: skip
    if args.workers is None:
        from scalearn_core.studies.sweep import run_trial

        yield from ((number, run_trial(prepared, trial)) for number, trial in enumerate(trials))
        return
    from scalearn_core.studies.sweep_on_ray import trials_on_ray

    yield from trials_on_ray(
        prepared, trials, workers=args.workers, address=args.cluster, cpus=args.cpus, gpus=args.gpus
    )


def _place(folder: Path, trial: Trial, work: str) -> Path:
    """Where a trial is kept: by all that decides what it gives."""
    name = hashlib.sha256(json.dumps([work, asdict(trial)]).encode()).hexdigest()[:16]
    return folder / TRIALS / name


def _keep(place: Path, result: TrialResult) -> None:
    from safetensors.numpy import save

    from scalearn_core.storage.files import write_atomically

    write_atomically(place.with_suffix(".safetensors"), save({"probabilities": result.probabilities}))
    write_json(place.with_suffix(".json"), to_json(result.record))


def _known(place: Path) -> TrialRecord | None:
    try:
        content: dict[str, Any] = json.loads(place.with_suffix(".json").read_text("utf-8"))
        return from_json(TrialRecord, content)
    except DAMAGED_FILE:
        return None


def _summary(records: Sequence[TrialRecord]) -> str:
    rows = [
        (
            record.variant, str(record.seed), f"{100 * record.macro_f1.value:.1f}",
            f"{100 * record.macro_f1.low:.1f} to {100 * record.macro_f1.high:.1f}", f"{record.seconds:.0f} s",
            ", ".join(Path(name).name for name in record.sources),
        )
        for record in sorted(records, key=lambda record: -record.macro_f1.value)
    ]  # fmt: skip
    return "\n".join(
        [
            *table(("variant", "seed", "macro-F1", "95% interval", "took", "sources"), rows),
            "",
            f"All were tested on the same {records[0].documents} documents. The best of {len(records)} looks"
            " better than it is: part of its lead is luck.",
        ]
    )
