"""`sources` and `train-adapter`: the library of source adapters, and adapters of one's own."""

from __future__ import annotations

import argparse
import dataclasses
import json
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from scalearn_core.adapters import catalog
from scalearn_core.adapters.source_tasks import (
    Rows,
    SourceTask,
    find_task,
    rows_from_folder,
    rows_from_hub,
    source_tasks,
)
from scalearn_core.cli.progress import Progress
from scalearn_core.cli.summary import library_summary, score_text
from scalearn_core.cli.train import read_dataset, say_how_it_reads
from scalearn_core.cli.unlabelled import tell_unused
from scalearn_core.cli.usage import UsageError, check_new_folder, check_no_link, writing_to
from scalearn_core.encoders.cards import CARDS, DEFAULT
from scalearn_core.evaluation.intervals import Interval

if TYPE_CHECKING:
    from scalearn_core.data.split import Split

OWN_LICENCE = {"tier": "O", "text": "own data"}
COMMAND = "python -m scalearn_core train-adapter"


def sources(args: argparse.Namespace) -> None:
    """List the library."""
    cards = catalog.cards(args.encoder)
    print(json.dumps([dataclasses.asdict(card) for card in cards]) if args.json else library_summary(cards))


def train_adapter(args: argparse.Namespace) -> None:
    """Rebuild prebuilt adapters, or train one on a table."""
    if args.task:
        _refuse(
            args, "--task", ("text", "label", "label_separator", "sheet", "skip_blank", "name", "title", "purpose")
        )
        _rebuild(args)
    else:
        _refuse(args, "--table", ("data", "from_hub", "rows"))
        _train_own(args)


def _rebuild(args: argparse.Namespace) -> None:
    if not args.data and not args.from_hub:
        raise UsageError("--task needs rows: give --data FOLDER, or --from-hub.")
    tasks = _all_tasks(args) if args.task == "all" else [find_task(args.task)]
    out = args.out or _library(args.encoder)
    for task in tasks:
        check_no_link(out / task.name)
        if not (out / task.name / "adapter_config.json").is_file():  # an adapter is replaced, nothing else is
            check_new_folder(out / task.name)
    # All rows first: what is missing should not come out after hours of training.
    rows = [rows_from_hub(task) if args.from_hub else rows_from_folder(task, args.data) for task in tasks]
    option = "--from-hub" if args.from_hub else "--data FOLDER"
    if args.rows:
        rows = [(train.drawn(args.rows), evaluation, origin) for train, evaluation, origin in rows]
    jobs = [
        (task, train, evaluation, evaluated_on, f"{COMMAND} --task {task.name} {option}{_settings(args)}")
        for task, (train, evaluation, evaluated_on) in zip(tasks, rows, strict=True)
    ]
    _build(args, jobs, out)


def _all_tasks(args: argparse.Namespace) -> list[SourceTask]:
    """Those in a language that the encoder reads, and with `--from-hub` those that are there."""
    card = CARDS.get(args.encoder or DEFAULT)
    return [
        task
        for task in source_tasks().values()
        if (card is None or task.language in card.languages) and not (args.from_hub and task.hub is None)
    ]


def _library(encoder: str | None) -> Path:
    """The folder of an embedded encoder's adapters; others have no place in the studio."""
    if (encoder or DEFAULT) not in CARDS:
        raise UsageError("--task with an encoder of your own needs --out DIR.")
    return catalog.folder_of(encoder or DEFAULT)


def _train_own(args: argparse.Namespace) -> None:
    if missing := [f"--{name}" for name in ("text", "label", "name", "out") if not getattr(args, name)]:
        raise UsageError(f"--table needs {', '.join(missing)} too.")
    check_new_folder(args.out / args.name)
    dataset = read_dataset(args).split(validation=0, seed=args.seed)
    tell_unused(dataset, "learned from")
    title = args.title or args.name
    purpose = args.purpose or title
    task = SourceTask(
        name=args.name, group="topics", kind="classification", metric="macro_f1", epochs=None,
        title={"en": title, "ja": title}, purpose={"en": purpose, "ja": purpose},
        dataset=dataset.name, licence=OWN_LICENCE, separator=dataset.separator,
    )  # fmt: skip
    command = (
        f"{COMMAND} --table FILE --text {shlex.quote(args.text)} --label {shlex.quote(args.label)} "
        f"--name {args.name} --out DIR{_settings(args)}"
    )
    _build(args, [(task, _rows(dataset.train), _rows(dataset.test), "a fifth of the table", command)], args.out)


def _build(args: argparse.Namespace, jobs: Sequence[tuple[SourceTask, Rows, Rows, str, str]], out: Path) -> None:
    with Progress() as progress:
        progress.on_stage("loading")
        import torch

        from scalearn_core.devices import find
        from scalearn_core.encoders.encoder import Encoder
        from scalearn_core.training.build_sources import build_adapter

        if args.threads:
            torch.set_num_threads(args.threads)
        encoder = say_how_it_reads(Encoder.load(args.encoder)).to(find(args.device).kind)
        for task, train, evaluation, evaluated_on, command in jobs:
            progress.on_stage("adapter", task.name)
            with writing_to(out / task.name):
                card = build_adapter(
                    encoder, task, train, evaluation, evaluated_on, out,
                    command=command, seed=args.seed, on_step=progress.on_step,
                )  # fmt: skip
            print(
                f"{task.name}: {task.metric} {score_text(Interval(**card['score']))}, frozen head "
                f"{score_text(Interval(**card['frozen_head_score']))}; saved to {out / task.name}",
                flush=True,
            )


def _settings(args: argparse.Namespace) -> str:
    """The options of a card's command that are not the defaults. No path of this machine is among them."""
    encoder = "FOLDER" if args.encoder and Path(args.encoder).is_dir() else args.encoder
    options = [
        ("--encoder", encoder),
        ("--rows", args.rows),
        ("--sheet", args.sheet and shlex.quote(args.sheet)),
        ("--label-separator", args.label_separator and shlex.quote(args.label_separator)),
        ("--seed", args.seed),
        ("--device", args.device if args.device != "cpu" else None),
        ("--threads", args.threads),
    ]
    return "".join(f" {option} {value}" for option, value in options if value) + (
        " --skip-blank" if args.skip_blank else ""
    )


def _refuse(args: argparse.Namespace, mode: str, names: Sequence[str]) -> None:
    if options := ["--" + name.replace("_", "-") for name in names if getattr(args, name)]:
        raise UsageError(f"{', '.join(options)} cannot be used with {mode}. Leave it out.")


def _rows(split: Split) -> Rows:
    return Rows(list(split.texts), None, split.names())
