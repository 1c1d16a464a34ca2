"""`forget`: remove a dataset, or all documents in which a person is found, wherever they were written."""

from __future__ import annotations

import argparse
import json

from scalearn_core.cli.handover import remember
from scalearn_core.cli.options import add_json
from scalearn_core.governance.forget import Forgotten, forget_dataset, forget_search
from scalearn_core.storage.codec import to_json


def add_forget(command: argparse.ArgumentParser) -> None:
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument("--search", metavar="TEXT", help="all documents that contain it, such as a name")
    what.add_argument("--dataset", metavar="ID", help="a dataset of the workspace")
    command.add_argument("--yes", action="store_true", help="do it; without this it is only told what would go")
    command.add_argument("--by", metavar="PERSON", help="who acts (default: the name given last, or the login)")
    add_json(command)


def forget(args: argparse.Namespace) -> None:
    """Tell what would go, or remove it."""
    remember(args.by)
    found = (
        forget_search(args.search, do=args.yes)
        if args.search is not None
        else forget_dataset(args.dataset, do=args.yes)
    )
    print(json.dumps(to_json(found), ensure_ascii=False) if args.json else _sentences(found))


def _sentences(found: Forgotten) -> str:
    verb = "Removed" if found.done else "Would be removed (--yes does it)"
    files = ", ".join(f"{count} {name}" for name, count in found.files.items()) or "no other file"
    names, models = ", ".join(found.datasets) or "no dataset", found.remains["models"]
    lines = [f"{verb}: {found.documents} documents of {names}; {files}."]
    lines.append(
        f"Remains: {models} registered models, which hold no text but may have learned from it, and hashes and"
        f" counts in the audit trail ({found.remains['audit_entries']} entries)."
    )
    if found.packages:
        places = ", ".join(found.packages)
        lines.append(f"Packages with documents left the workspace; remove them there: {places}.")
    if found.left:
        lines.append(f"Still found in: {', '.join(found.left)}.")
    return "\n".join(lines)
