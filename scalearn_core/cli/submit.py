"""`runs submit`: a table into the workspace, and a training of it into the queue."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from scalearn_core import runs
from scalearn_core.cli.options import NO_SEPARATOR
from scalearn_core.cli.train import chosen_encoder, chosen_sources, read_divided
from scalearn_core.cli.usage import UsageError, writing_to
from scalearn_core.config import TrainingConfig
from scalearn_core.data.labels import AUTO
from scalearn_core.data.mapping import Mapping, columns_of
from scalearn_core.data.split_plan import AT_RANDOM
from scalearn_core.tables.reading import Reading
from scalearn_core.workspace.datasets import get_dataset_info, save_dataset
from scalearn_core.workspace.further_files import FurtherFile


def submit(args: argparse.Namespace) -> str:
    """Keep the table of the options, and queue a training of it; the run's id.

    Raises:
        UsageError, DataError, AdapterError, ConfigError: as `train`, and for a table that is no file.
        RunError: as `runs.submit`.
    """
    if args.table.is_dir():
        raise UsageError(f"{args.table} is a folder, but a run keeps its table as one file. Give a file.")
    settings = TrainingConfig(
        recipe=args.recipe, seed=args.seed, own_adapter=args.own_adapter, long_texts=args.long_texts
    )
    dataset = read_divided(args)
    encoder = in_full(chosen_encoder(args.encoder, dataset))
    sources = [in_full(source) for source in chosen_sources(args.sources, encoder)]
    separator = {None: AUTO, NO_SEPARATOR: None}.get(args.label_separator, args.label_separator)
    reading = Reading.of(vars(args))
    dataset_id = save_dataset(
        _content(args.table),
        Mapping(args.text, args.label, separator, "leave_out" if args.skip_blank else "keep"),
        reading,
        filename=args.table.name,
        plan=dataset.plan or AT_RANDOM,
        further=_further(args, reading),
    )
    info = get_dataset_info(dataset_id)
    config: dict[str, Any] = {
        "dataset": dataset_id,
        "encoder": encoder,
        "sources": sources,
        "variant": args.variant,
        "recipe": settings.recipe,
        "own_adapter": settings.resolved(info.documents).own_adapter,
        "long_texts": settings.long_texts,
        "device": args.device,
        "seed": settings.seed,
    }
    on_cluster = {name: getattr(args, name) for name in ("launcher", "cpus", "gpus")}
    config |= {name: value for name, value in on_cluster.items() if value is not None}
    return runs.submit("train", config, title=args.title or info.name)


def _further(args: argparse.Namespace, reading: Reading) -> FurtherFile | None:
    if args.unlabelled is None:
        return None
    return FurtherFile(_content(args.unlabelled), columns_of(args.text), reading, args.unlabelled.name)


def _content(file: Path) -> bytes:
    with writing_to(file):
        return file.read_bytes()


def in_full(name: str) -> str:
    """A folder by its whole path, as the run's process stands elsewhere; other names stay."""
    return str(Path(name).resolve()) if Path(name).is_dir() else name
