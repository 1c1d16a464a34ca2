"""`workspace`: all of it, or one project, moves to another place."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from scalearn_core import config
from scalearn_core.audit import person
from scalearn_core.cli.handover import remember
from scalearn_core.cli.options import add_json
from scalearn_core.cli.progress import Progress
from scalearn_core.cli.usage import UsageError, check_new_file, writing_to
from scalearn_core.storage.codec import to_json


def add_workspace(command: argparse.ArgumentParser) -> None:
    actions = command.add_subparsers(dest="action", metavar="ACTION", required=True)
    pack = actions.add_parser("pack", help="write the workspace, or one project of it, as a zip")
    pack.add_argument("--out", type=Path, required=True, metavar="FILE.zip", help="a new file")
    pack.add_argument(
        "--dataset", metavar="D", help="only this dataset (name or id), its runs and models; default: everything"
    )
    pack.add_argument("--by", metavar="PERSON", help="who acts (default: the name given last, or the login)")
    opening = actions.add_parser("open", help="open such a zip in this workspace (SCALEARN_HOME)")
    opening.add_argument("file", type=Path, metavar="FILE.zip")
    opening.add_argument("--by", metavar="PERSON", help="who acts (default: the name given last, or the login)")
    for action in (pack, opening):
        add_json(action)


def workspace(args: argparse.Namespace) -> None:
    {"pack": _pack, "open": _open}[args.action](args)


def _pack(args: argparse.Namespace) -> None:
    from scalearn_core.governance.packing import pack

    if args.out.exists():
        raise UsageError(f"{args.out} exists already. Give the name of a new file.")
    check_new_file(args.out, formats=(".zip",))
    if config.workspace().resolve() in args.out.resolve().parents:
        raise UsageError(f"{args.out} lies in the workspace that is packed. Choose a place outside it.")
    remember(args.by)
    with writing_to(args.out):
        made = pack(args.out, dataset=None if args.dataset is None else _dataset(args.dataset))
    if args.json:
        print(json.dumps({**to_json(made), "files": len(made.files), "out": str(args.out)}))
        return
    what = "The workspace" if made.kind == "workspace" else "The project"
    print(
        f"{what} is packed in {args.out}: {len(made.datasets)} datasets, {len(made.runs)} runs, "
        f"{len(made.files)} files. It holds documents: treat it as you treat them."
    )
    print(f"Head of the audit trail: {made.head.n} {made.head.hash}")


def _dataset(named: str) -> str:
    """Id of a dataset that was named. Raises UsageError."""
    from scalearn_core.workspace.datasets import list_datasets

    known = list_datasets()
    found = next((info.id for info in known if named in (info.id, info.name)), None)
    if found is None:
        names = ", ".join(dict.fromkeys(info.name for info in known)) or "none"
        raise UsageError(f"There is no dataset {named} in the workspace. It has: {names}.")
    return found


def _open(args: argparse.Namespace) -> None:
    with Progress() as progress, writing_to(config.workspace()):
        progress.on_stage("loading")
        from scalearn_core.governance.opening import open_pack

        found = open_pack(args.file, who=None if args.by is None else person.person(args.by))
    if args.json:
        print(json.dumps(to_json(found), ensure_ascii=False))
        return
    print(f"Opened in {config.workspace()}: {len(found.datasets)} datasets, {len(found.runs)} runs.")
    if found.there:
        print(f"{found.there} datasets, runs, piles or logs were here already and stayed as they were.")
    if found.models:
        print(f"Registered as drafts, as an approval given elsewhere is none here: {', '.join(found.models)}.")
    for sentence in found.left:
        print(f"Not registered: {sentence}")
    for problem in found.problems:
        print(f"Not as recorded: {problem}")
