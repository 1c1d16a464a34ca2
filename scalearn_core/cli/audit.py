"""`audit`: the audit trail from a shell."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys

from scalearn_core.audit import retention, trail
from scalearn_core.audit.person import acting
from scalearn_core.audit.trail import Entry, canonical
from scalearn_core.audit.verify import ReadTrail, read_trail
from scalearn_core.cli.handover import remember
from scalearn_core.cli.summary import table
from scalearn_core.cli.usage import UsageError, check_new_file, check_no_link, writing_to
from scalearn_core.governance.roles import check_right
from scalearn_core.governance.verify import verify
from scalearn_core.storage.codec import to_json
from scalearn_core.storage.files import write_atomically
from scalearn_core.tables.export import safe_cell


def audit(args: argparse.Namespace) -> None:
    {"show": _show, "verify": _verify, "export": _export, "archive": _archive}[args.action](args)


def _show(args: argparse.Namespace) -> None:
    recorded = read_trail()
    entries = recorded.entries
    if args.about:
        entries = tuple(e for e in entries if args.about in e.action or args.about.encode() in canonical(e.facts))
    entries = entries[-args.last :]
    if args.json:
        print(json.dumps([to_json(entry) for entry in entries], ensure_ascii=False))
    elif entries:
        rows = [(str(e.n), e.time, e.who, e.action, _facts(e)) for e in entries]
        print("\n".join(table(("n", "time", "who", "action", "facts"), rows)))
    elif not recorded.broken:
        print("Nothing is recorded yet.")
    _refuse_broken(recorded)


def _refuse_broken(recorded: ReadTrail) -> None:
    """After what could be read: what cannot must not look like an end."""
    if recorded.broken:
        sys.stdout.flush()
        raise UsageError(f"Not as recorded from {recorded.broken.where} on. `audit verify` says more.")


def _verify(args: argparse.Namespace) -> None:
    found = verify(args.files, head=args.head)
    if args.json:
        print(json.dumps(to_json(found), ensure_ascii=False))
    else:
        print(
            f"Checked: entries {found.entries}, versions of models {found.models}, passports {found.passports}. "
            f"Head: {found.head.n} {found.head.hash}"
        )
        for problem in found.problems:
            print(f"  {problem.where}: {problem.code.replace('_', ' ')}")
        if found.whole:
            print(
                "All is as it was recorded. Compare the head with one kept elsewhere: "
                "whoever can write the trail can also write all of it anew."
            )
    if not found.whole:
        first = found.problems[0]
        sys.stdout.flush()
        raise UsageError(f"Not as recorded: {first.where} ({first.code.replace('_', ' ')}).")


def _export(args: argparse.Namespace) -> None:
    recorded = read_trail()
    entries = recorded.entries
    ending = args.out.suffix.lower() if args.out else ".json" if args.json else ".jsonl"
    if ending not in (".json", ".jsonl", ".csv"):
        raise UsageError(f"{args.out} does not end in .jsonl, .json or .csv. Give it one of these endings.")
    content = {".json": _json, ".jsonl": _lines, ".csv": _csv}[ending](entries)
    if args.out is None:
        sys.stdout.write(content)
        _refuse_broken(recorded)
        return
    with writing_to(args.out):
        check_no_link(args.out)
        write_atomically(args.out, content.encode("utf-8", errors="surrogatepass"))
    told = {"out": str(args.out), "entries": len(entries), "head": to_json(trail.head())}
    print(json.dumps(told) if args.json else f"{len(entries)} entries written to {args.out}")
    _refuse_broken(recorded)


def _archive(args: argparse.Namespace) -> None:
    if args.out.exists():
        raise UsageError(f"{args.out} exists already. Give the name of a new file.")
    check_new_file(args.out, formats=(".jsonl",))
    remember(args.by)
    who = acting().name
    check_right(who, "retention")
    with writing_to(args.out):
        found = retention.archive(args.before, args.out, who=who, do=args.yes)
    if args.json:
        print(json.dumps(to_json(found)))
        return
    went = ", ".join(f"{count} {action}" for action, count in sorted(found.actions.items())) or "nothing"
    verb = f"Moved to {args.out}" if found.done else "Would be moved (--yes does it)"
    print(f"{verb}: {found.entries} entries ({went}); of them the trail keeps number and hash alone.")
    print(f"{found.kept} older entries stay: registry, roles, passports and deletions rest on them.")
    if found.done and found.entries:
        print(f"Keep {args.out.name}: who did what stands there alone. `audit verify {args.out}` compares it.")
    print(f"Head: {found.head.n} {found.head.hash}")


def _json(entries: tuple[Entry, ...]) -> str:
    return json.dumps([to_json(entry) for entry in entries], ensure_ascii=False) + "\n"


def _lines(entries: tuple[Entry, ...]) -> str:
    """As the trail has them, so that the chain can be checked from the file alone."""
    return "".join(trail.line_of(entry).decode("utf-8", errors="surrogatepass") for entry in entries)


def _csv(entries: tuple[Entry, ...]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("n", "time", "who", "action", "facts", "previous", "hash"))
    for e in entries:
        writer.writerow((e.n, e.time, safe_cell(e.who), e.action, _facts(e), e.previous, e.hash))
    return "\ufeff" + out.getvalue()


def _facts(entry: Entry) -> str:
    shown = {key: value for key, value in entry.facts.items() if key != "files"}
    return canonical(shown).decode("utf-8", errors="replace")
