"""The options of all commands."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, NoReturn

from scalearn_core.cli import review_options
from scalearn_core.cli.adapter_options import add_sources, add_train_adapter
from scalearn_core.cli.forget import add_forget
from scalearn_core.cli.governance_options import add_audit, add_models
from scalearn_core.cli.handover import add_handover, add_passport
from scalearn_core.cli.options import (
    add_cluster,
    add_device,
    add_encoder,
    add_json,
    add_seeds,
    add_separator,
    add_table,
    add_training,
    add_unlabelled,
)
from scalearn_core.cli.report_options import add_report
from scalearn_core.cli.runs_options import add_runs
from scalearn_core.cli.serve_options import add_keys, add_serve
from scalearn_core.cli.sweep_options import add_sweep
from scalearn_core.cli.watch_options import add_watch
from scalearn_core.cli.which_model import add_model
from scalearn_core.cli.workspace import add_workspace
from scalearn_core.config import SPEEDS
from scalearn_core.studies import STUDIES


class Parser(argparse.ArgumentParser):
    """Tells of a wrong option in one line."""

    def __init__(self, **settings: object) -> None:
        super().__init__(allow_abbrev=False, **settings)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{message[0].upper()}{message[1:]}. See `{self.prog} --help`.\n")


def make_parser() -> Parser:
    """The parser of `python -m scalearn_core`; `command` is None when no command was given."""
    parser = Parser(
        prog="python -m scalearn_core",
        description="Train a text classifier on a table, reusing what earlier tasks taught.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, command in COMMANDS.items():
        described = f"{command.description} Exit codes: 0 done, 2 wrong input, 130 stopped with Ctrl-C."
        command.add_options(commands.add_parser(name, help=command.help, description=described))
    return parser


def _add_train(command: argparse.ArgumentParser) -> None:
    add_training(command)
    command.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="new or empty folder for the model"
    )


def _add_forecast(command: argparse.ArgumentParser) -> None:
    add_table(command, label=True)
    add_separator(command)
    add_unlabelled(command)
    command.add_argument(
        "--sources", metavar="A,B", help="names or adapter folders, or all (default: all with open licences)"
    )
    add_seeds(command)
    add_device(command)
    add_encoder(command, "by the language of the documents")
    add_json(command)


def _add_study(command: argparse.ArgumentParser) -> None:
    command.add_argument("study", choices=STUDIES)
    add_model(command)
    add_table(command, label=True)
    add_unlabelled(command)
    add_device(command)
    add_json(command)


def _add_evaluate(command: argparse.ArgumentParser) -> None:
    add_model(command)
    add_table(command, label=True)
    add_device(command)
    add_json(command)


def _add_predict(command: argparse.ArgumentParser) -> None:
    add_model(command)
    add_table(command, label=False)
    add_device(command)
    command.add_argument(
        "--speed", choices=SPEEDS, default="auto",
        help="exact: as in training; fast: 8-bit whatever it costs; auto (default): 8-bit where it costs nothing; "
        "bulk: for thousands of documents, each only as far as its answer needs",
    )  # fmt: skip
    command.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="CSV or Parquet to write; stopped, it goes on when"
        " called again"
    )  # fmt: skip
    add_cluster(command)


def _add_export(command: argparse.ArgumentParser) -> None:
    add_model(command)
    command.add_argument("--format", choices=("adapter", "onnx", "encoder"), required=True)
    command.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="new or empty folder for the export"
    )


class Command(NamedTuple):
    """A command of the shell."""

    work: str
    """"module:function" that does it, imported when it is asked for, so that `--help` is quick."""
    help: str
    """One line in the list of commands."""
    description: str
    add_options: Callable[[argparse.ArgumentParser], None]


# Long because it is one table, in which every command is looked for.
COMMANDS = {
    "train": Command(
        "scalearn_core.cli.train:train",
        "train a model on a table and say what it is worth",
        "Train a model. A fifth of the documents is kept for testing (recipe paper: a tenth to choose on).",
        _add_train,
    ),
    "forecast": Command(
        "scalearn_core.cli.study:forecast",
        "tell which sources promise to help, before any training",
        "Cross-validate each source on the documents a training would learn from; takes seconds.",
        _add_forecast,
    ),
    "study": Command(
        "scalearn_core.cli.study:study",
        "ask more of a trained model: its sources, its cost, its luck",
        "Ask one question of a trained model; the answer is added to its result.json.",
        _add_study,
    ),
    "sweep": Command(
        "scalearn_core.cli.sweep:sweep",
        "train on one table with several variants, seeds and sets of sources",
        "Train once for each combination, on this machine one after the other, or on a Ray cluster side by side; "
        "stopped, it goes on when called again.",
        add_sweep,
    ),
    "evaluate": Command(
        "scalearn_core.cli.evaluate:evaluate",
        "score a model on a table with labels",
        "Score a model on documents it was not trained on.",
        _add_evaluate,
    ),
    "predict": Command(
        "scalearn_core.cli.predict:predict",
        "classify the documents of a table",
        "Write the table again with its row numbers, the predicted label and its confidence.",
        _add_predict,
    ),
    "label": Command(
        "scalearn_core.cli.label:suggest",
        "suggest which documents of a table to label next",
        "Suggest which documents to label next: typical ones at first, then those a model is unsure of, and every "
        "fifth at random.",
        review_options.add_label_options,
    ),
    "explain": Command(
        "scalearn_core.cli.explain:explain",
        "say why a document gets its label",
        "Say which sources, words and training documents a document's label rests on.",
        review_options.add_explain_options,
    ),
    "update": Command(
        "scalearn_core.cli.update:update",
        "move a model a little by corrections, where a guard lets it pass",
        "Move scales and classifier by corrections, within a distance; refused where documents labelled before "
        "would be answered worse.",
        review_options.add_update_options,
    ),
    "shares": Command(
        "scalearn_core.cli.shares:shares",
        "estimate what share of a table each label has",
        "Estimate what share of a table each label has, from the model's answers and few labels drawn at random.",
        review_options.add_shares_options,
    ),
    "export": Command(
        "scalearn_core.cli.export:export",
        "write a model for other programs",
        "Write a model as one ordinary adapter (AdapterHub layout), as an ONNX graph, or its encoder as a folder.",
        _add_export,
    ),
    "report": Command(
        "scalearn_core.cli.report:report",
        "write the report for a meeting: slides or one sheet",
        "Write at most seven slides with charts that can be edited, or one A4 page, from a model's own evidence.",
        add_report,
    ),
    "watch": Command(
        "scalearn_core.cli.watch:watch_model",
        "tell whether a model in use is still as good as usual",
        "Keep a model's answers if wanted, and compare the last days with those before.",
        add_watch,
    ),
    "serve": Command(
        "scalearn_core.cli.serve:serve",
        "answer over HTTP with an approved model of the registry",
        "Answer POST /classify with the version in use, and with the next one as soon as it is put in use.",
        add_serve,
    ),
    "keys": Command(
        "scalearn_core.cli.serve:manage_keys",
        "keys of the service: add, list, revoke",
        "Make, list and revoke keys of the service; each is shown once and kept as a hash.",
        add_keys,
    ),
    "sources": Command(
        "scalearn_core.cli.adapters:sources",
        "list the prebuilt source adapters",
        "List the library of prebuilt source adapters.",
        add_sources,
    ),
    "train-adapter": Command(
        "scalearn_core.cli.adapters:train_adapter",
        "train source adapters: prebuilt ones or your own",
        "Rebuild adapters of the library (--task), or train one on a table of your own (--table).",
        add_train_adapter,
    ),
    "runs": Command(
        "scalearn_core.cli.runs:main",
        "start runs of the studio, follow, stop, resume and repeat them",
        "Work in processes of their own, in the studio's workspace. Exit code 1 of `wait` and `rerun`: the run"
        " did not succeed.",
        add_runs,
    ),
    "models": Command(
        "scalearn_core.cli.models:models",
        "the registry: versions, approvals, what is in use",
        "Keep models by name with their versions, decide on them, and tell which is in use.",
        add_models,
    ),
    "audit": Command(
        "scalearn_core.cli.audit:audit",
        "the audit trail: show, verify, export",
        "Show who did what and when, and verify that nothing was changed since.",
        add_audit,
    ),
    "workspace": Command(
        "scalearn_core.cli.workspace:workspace",
        "pack the workspace or one project of it, and open it in another place",
        "Pack all that was made, or one dataset with its runs and models, and open it elsewhere.",
        add_workspace,
    ),
    "forget": Command(
        "scalearn_core.cli.forget:forget",
        "remove a dataset, or all documents in which a person is found",
        "Remove documents wherever in the workspace they were written, and tell what remains.",
        add_forget,
    ),
    "passport": Command(
        "scalearn_core.cli.handover:passport",
        "one page on a model: what for, made of what, tested how, approved by whom",
        "Write the passport of a model; it prints the head of the audit trail.",
        add_passport,
    ),
    "handover": Command(
        "scalearn_core.cli.handover:handover",
        "a model for those who run it: one zip with a short program",
        "Write a model as a zip that runs with onnxruntime, tokenizers and numpy alone, with its passport.",
        add_handover,
    ),
}
"""Every command: here alone it is named, described and told where it is done."""
