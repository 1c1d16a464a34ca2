"""`passport` and `handover`: a model for those who approve it, and for those who run it."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

from scalearn_core.audit import person
from scalearn_core.audit.trail import record
from scalearn_core.cli.options import add_json, positive
from scalearn_core.cli.progress import Progress
from scalearn_core.cli.usage import UsageError, check_new_folder, check_no_link, writing_to
from scalearn_core.governance.resolve import resolve
from scalearn_core.storage.files import write_atomically

ENDINGS = (".html", ".json")


def add_passport(command: argparse.ArgumentParser) -> None:
    _add_model(command)
    command.add_argument("--out", type=Path, required=True, metavar="FILE", help=".html (a page) or .json")
    command.add_argument("--meant", default="", metavar="TEXT", help="what the model is for, in your words")
    command.add_argument("--not-meant", default="", metavar="TEXT", help="what it is not for, in your words")
    _add_language(command)
    add_json(command)


def add_handover(command: argparse.ArgumentParser) -> None:
    _add_model(command)
    command.add_argument(
        "--out", type=Path, required=True, metavar="FILE.zip", help="a zip; without that ending a folder for a hub"
    )
    command.add_argument(
        "--documents", type=_count, default=6, metavar="N",
        help="test documents that go with it, personal data blanked out, 0 for none (default: %(default)s)",
    )  # fmt: skip
    _add_language(command)
    add_json(command)


def passport(args: argparse.Namespace) -> None:
    """Write the passport as a page or as JSON."""
    from scalearn_core.governance.passport import json_text, passport_of
    from scalearn_core.governance.passport_page import page

    if args.out.suffix.lower() not in ENDINGS:
        raise UsageError(f"{args.out} does not end in .html or .json. Give it one of these endings.")
    remember(args.by)
    resolved = resolve(args.model)
    made = passport_of(resolved.place, resolved.version, meant=args.meant, not_meant=args.not_meant)
    text = json_text(made) if args.out.suffix.lower() == ".json" else page(made, args.language)
    with writing_to(args.out):
        check_no_link(args.out)
        write_atomically(args.out, text.encode())
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    version = {"model": made.model.name, "version": made.model.version} if made.model.version else {}
    record("passport.write", {**version, "path": str(args.out.absolute()), "sha256": sha256, "seal": made.seal})
    told = {"out": str(args.out), "sha256": sha256, "seal": made.seal, "model_id": made.model.model_id}
    head = {"n": made.audit_head.n, "hash": made.audit_head.hash}
    print(json.dumps({**told, "audit_head": head}) if args.json else f"Passport written to {args.out}.")


def handover(args: argparse.Namespace) -> None:
    """Write the zip or the folder, after running it once."""
    if args.out.suffix.lower() == ".zip":
        if args.out.is_dir():
            raise UsageError(f"{args.out} is a folder. Give the name of a file.")
        with writing_to(args.out):
            check_no_link(args.out)
    else:
        check_new_folder(args.out)
    remember(args.by)
    resolved = resolve(args.model)
    with Progress() as progress, writing_to(args.out):
        progress.on_stage("loading")
        from scalearn_core.governance.handover import hand_over

        sha256 = hand_over(resolved, args.out, documents=args.documents, language=args.language)
    told = {"out": str(args.out), "sha256": sha256, "documents": args.documents, "checked": True}
    print(json.dumps(told) if args.json else f"Written to {args.out}; run once, it answers as the model does.")


def _add_model(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--model", required=True, metavar="M", help="name in the registry (NAME, NAME@2), id of a run, or a folder"
    )
    command.add_argument("--by", metavar="PERSON", help="who acts (default: the name given last, or the login)")


def _add_language(command: argparse.ArgumentParser) -> None:
    command.add_argument("--language", choices=("en", "ja"), default="en", help="default: %(default)s")


def remember(name: str | None) -> None:
    """Who acts, for this command and the next ones."""
    if name is not None and person.kept() != (who := person.person(name)):
        person.keep(who)


def _count(text: str) -> int:
    return 0 if text == "0" else positive(text)
