"""The options of `models` and `audit`."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import NamedTuple

from scalearn_core.cli.options import add_json, positive


class Action(NamedTuple):
    """One action of `models`."""

    help: str
    takes: str | None = "NAME"
    """"NAME" of a model, "DIR", "ZIP" or nothing."""
    decides: bool = True
    """Whether it is done by somebody, who may give a reason."""


MODELS = {
    "list": Action("all models, and what is in use", takes=None, decides=False),
    "show": Action("a model with its versions, what its evidence recommends, and its history", decides=False),
    "register": Action("keep a copy of a model folder as the next version of a name", takes="DIR"),
    "import": Action("keep a model handed over as a zip, after checking that it answers as stored", takes="ZIP"),
    "submit": Action("ask for a decision on a draft"),
    "approve": Action("approve a submitted version, or attest an approved one anew"),
    "reject": Action("reject a submitted version"),
    "use": Action("let an approved version answer"),
    "roll-back": Action("let the version answer that did before"),
    "retire": Action("take a version out of use for good; its files stay"),
    "delete": Action("remove the files of a version that is not in use"),
    "history": Action("which version was in use when, and who decided", decides=False),
}


def add_models(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, action in MODELS.items():
        of_action = actions.add_parser(
            name, help=action.help, description=f"{action.help[0].upper()}{action.help[1:]}."
        )
        if action.takes == "NAME":
            of_action.add_argument("name", nargs="?", metavar="NAME", help="of the model, or NAME@VERSION")
            of_action.add_argument("--model", metavar="NAME", help="the same")
            of_action.add_argument("--version", type=positive, metavar="N", help="default: the one that fits")
        elif action.takes is not None:
            of_action.add_argument("source", type=Path, metavar=action.takes)
            of_action.add_argument(
                "--name", "--model", metavar="NAME", help="of the model (default: the folder's)"
            )
        if action.decides:
            of_action.add_argument(
                "--by", metavar="PERSON", help="who acts (default: the name given last, or the login)"
            )
            of_action.add_argument("--reason", default="", metavar="TEXT", help="why; recorded")
        if name in ("use", "roll-back", "history"):
            of_action.add_argument(
                "--as", dest="alias", default="in_use", metavar="ALIAS", help="default: %(default)s"
            )
        if name == "approve":
            of_action.add_argument(
                "--until", type=day, metavar="DAY", help="last day of the approval (default: in 180 days)"
            )
        if name == "history":
            of_action.add_argument("--on", type=day, metavar="DAY", help="what was in use on this day")
        add_json(of_action)


def add_audit(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(dest="action", metavar="ACTION", required=True)
    show = actions.add_parser("show", help="the last entries of the audit trail")
    show.add_argument("--last", type=positive, default=20, metavar="N", help="default: %(default)s")
    show.add_argument("--about", metavar="TEXT", help="only entries whose action or facts hold this text")
    verify = actions.add_parser("verify", help="whether trail, models and passports are as they were recorded")
    verify.add_argument(
        "files", nargs="*", type=Path, metavar="FILE", help="passports, hand-over zips or archives to check too"
    )
    verify.add_argument("--head", metavar="HASH", help="a head kept elsewhere, which the trail must contain")
    export = actions.add_parser("export", help="write the audit trail as a file")
    export.add_argument(
        "--out", type=Path, metavar="FILE", help=".jsonl (as it is) or .csv; default: to the terminal"
    )
    archive = actions.add_parser(
        "archive",
        help="move old entries to a file; their hashes stay",
        description="Move entries older than a day to a file, and leave their hashes there, so that the chain"
        " is verified as before. Steps of models, roles, passports, hand-overs and deletions always stay.",
    )
    archive.add_argument("--before", type=day, required=True, metavar="DAY", help="the first day that stays whole")
    archive.add_argument("--out", type=Path, required=True, metavar="FILE.jsonl", help="a new file")
    archive.add_argument("--yes", action="store_true", help="do it; without this it is only told what would go")
    archive.add_argument("--by", metavar="PERSON", help="who acts (default: the name given last, or the login)")
    for action in (show, verify, export, archive):
        add_json(action)


def day(text: str) -> date:
    """A day as 2026-03-31."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"a day such as 2026-03-31 was expected, but {text} was found") from None
