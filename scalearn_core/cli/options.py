"""Options that several commands share, and what they take."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from scalearn_core.config import DEFAULT_VARIANT, LONG_TEXTS, RECIPES, VARIANTS
from scalearn_core.encoders.cards import CARDS
from scalearn_core.tables.delimited import DELIMITERS
from scalearn_core.tables.encodings import ENCODINGS
from scalearn_core.tables.quoting import QUOTES

DEVICES = ("cpu", "cuda", "mps")
NO_SEPARATOR = "none"
"""What `--label-separator` calls one label per document."""
HIGHEST_SEED = 2**32 - 1
"""scikit-learn takes none above."""


def add_table(command: argparse.ArgumentParser, *, label: bool, option: str = "--table") -> None:
    command.add_argument(
        option, dest="table", type=Path, required=True, metavar="FILE",
        help="CSV, TSV, XLSX, ODS, JSON Lines, Parquet, or a folder written by `datasets`",
    )  # fmt: skip
    command.add_argument(
        "--text", required=True, nargs="+", metavar="COLUMN",
        help="column with the documents; the cells of more than one, such as subject and body, are joined",
    )  # fmt: skip
    command.add_argument("--sheet", metavar="NAME", help="sheet of a workbook (default: the first visible one)")
    command.add_argument("--encoding", choices=ENCODINGS, metavar="NAME", help="default: detected")
    command.add_argument("--delimiter", type=delimiter, metavar="MARK", help=", ; | or tab (default: detected)")
    command.add_argument(
        "--quotes",
        choices=QUOTES,
        help='around cells: "..." with "" inside (double), "..." with \\" inside (backslash), '
        "'...' (apostrophe), or none (default: detected)",
    )
    command.add_argument(
        "--no-header", dest="header", action="store_const", const=False, help="the first row is a document"
    )
    command.add_argument(
        "--header-row",
        dest="header",
        type=positive,
        metavar="N",
        help="row with the column names (default: detected)",
    )
    if label:
        command.add_argument("--label", required=True, metavar="COLUMN", help="column with their labels")
        add_skip_blank(command)


def add_skip_blank(command: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    command.add_argument(
        "--skip-blank",
        action="store_true",
        help="leave out rows without label too (default: they are documents without label)",
    )


def add_unlabelled(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--unlabelled",
        type=Path,
        metavar="FILE",
        help="further documents without label, in the columns of --text or the file's only column of texts",
    )


def add_training_table(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("the table the model was trained on (default: what lies beside the model)")
    group.add_argument("--trained-on", metavar="FILE", help="the table")
    group.add_argument("--trained-text", nargs="+", metavar="COLUMN", help="its column with the documents")
    group.add_argument("--trained-label", metavar="COLUMN", help="its column with the labels")


def add_separator(command: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    command.add_argument(
        "--label-separator", metavar="TEXT",
        help=f"what separates the labels of a document, or {NO_SEPARATOR} (default: detected)",
    )  # fmt: skip


def add_seeds(command: argparse.ArgumentParser) -> None:
    """Luck of the training, and which documents are tested on: two things."""
    command.add_argument(
        "--seed", type=seed, default=13, metavar="N", help="of the training; default: %(default)s"
    )
    division = command.add_argument_group("test documents (a fifth of all, the same whatever --seed is)")
    way = division.add_mutually_exclusive_group()
    way.add_argument("--test-column", metavar="COLUMN", help="test on the rows marked in this column")
    way.add_argument("--newest-by", metavar="COLUMN", help="test on the newest fifth by the dates in this column")
    division.add_argument(
        "--test-values", metavar="A,B", help="cells of --test-column that mark them (default: test and the like)"
    )
    division.add_argument(
        "--near-duplicates",
        action="store_true",
        help="keep rows that say nearly the same on one side of the split",
    )
    division.add_argument(
        "--group-column",
        metavar="COLUMN",
        help="keep rows with the same cell on one side of the split",
    )
    division.add_argument(
        "--day-first",
        action=argparse.BooleanOptionalAction,
        help="whether 3/4/2024 is in April (default: detected)",
    )
    division.add_argument(
        "--split-seed", type=seed, default=13, metavar="N", help="of the random split; default: %(default)s"
    )


def add_device(command: argparse.ArgumentParser) -> None:
    command.add_argument("--device", choices=DEVICES, help="default: the fastest there is")


def add_cluster(command: argparse.ArgumentParser) -> None:
    """What of a Ray cluster is used; nothing, unless `--workers` says so."""
    group = command.add_argument_group("on a Ray cluster (needs requirements-ray.txt)")
    group.add_argument("--workers", type=positive, metavar="N", help="so many processes, on all its machines")
    group.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="of a running cluster (default: RAY_ADDRESS, else one of this machine for this call)",
    )
    group.add_argument("--cpus", type=positive, default=1, metavar="N", help="of each worker (default: 1)")
    group.add_argument("--gpus", type=positive, default=0, metavar="N", help="of each worker (default: none)")


def add_encoder(command: argparse.ArgumentParser, default: str) -> None:
    command.add_argument(
        "--encoder",
        metavar="NAME",
        help=f"one of the studio's ({', '.join(CARDS)}), a folder, or a hub id; default: {default}",
    )


def add_json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON instead of text")


def add_training(command: argparse.ArgumentParser) -> None:
    """A table, and how a model is trained on it."""
    add_table(command, label=True)
    add_separator(command)
    add_unlabelled(command)
    command.add_argument(
        "--sources", metavar="A,B", help="names or adapter folders, or all (default: all with open licences)"
    )
    command.add_argument(
        "--variant", choices=tuple(VARIANTS), default=DEFAULT_VARIANT, help="default: %(default)s"
    )
    command.add_argument("--recipe", choices=tuple(RECIPES), default="auto", help="default: %(default)s")
    command.add_argument(
        "--own-adapter",
        action=argparse.BooleanOptionalAction,
        help="whether an adapter trained on the table is one more source (default: with recipe auto)",
    )
    add_seeds(command)
    command.add_argument(
        "--long-texts",
        choices=LONG_TEXTS,
        default="head",
        help="what is read of documents beyond the encoder's length: their beginning (head), beginning and end, or"
        " up to eight passages (default: %(default)s)",
    )
    add_device(command)
    add_encoder(command, "by the language of the documents")
    add_json(command)


def seed(text: str) -> int:
    """A seed that every part takes."""
    if not text.isdecimal() or int(text) > HIGHEST_SEED:
        raise argparse.ArgumentTypeError(
            f"a whole number from 0 to {HIGHEST_SEED} was expected, but {text} was found"
        )
    return int(text)


def positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1 was expected, but {text} was found")
    return int(text)


def adapter_name(text: str) -> str:
    """A name that can be a folder, a part of a weight's key (no dot) and an item of a list (no comma)."""
    if not re.fullmatch(r"[\w-]{1,60}", text):
        raise argparse.ArgumentTypeError(
            f"letters, digits, _ and - were expected (60 at most), but {text} was found"
        )
    return text


def delimiter(text: str) -> str:
    """The delimiter of a text table; a tab is given by name, as a shell hardly lets one through."""
    character = {"tab": "\t", "\\t": "\t"}.get(text, text)
    if character not in DELIMITERS:
        raise argparse.ArgumentTypeError(f"one of , ; | or tab was expected, but {text} was found")
    return character
