"""`runs`: what the studio does with runs, from a shell. Needs no torch: the runs' own processes load it."""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict
from typing import Any

from scalearn_core import runs
from scalearn_core.runs import Run
from scalearn_core.runs.compared import Comparison, compare
from scalearn_core.runs.folders import run_folder

_POLL_SECONDS = 0.2
_WORDS = {"queued": "Waits for its turn.", "succeeded": "Done.", "cancelled": "Cancelled."}
_COLUMNS = "{id:22}  {kind:10}  {status:11}  {progress:>5.0%}  {title}"


def main(args: argparse.Namespace) -> int:
    """Do what `runs ACTION` names; the exit code."""
    match args.action:
        case "submit":
            from scalearn_core.cli.submit import submit

            return _tell(submit(args), as_json=args.json)
        case "list":
            return _list(args)
        case "wait":
            return _tell(args.id, as_json=args.json, code=_wait(args.id))
        case "cancel":
            runs.cancel(args.id)
        case "resume":
            runs.resume(args.id)
        case "rerun":
            return _rerun(args)
        case "log":
            return _log(args)
        case "delete":
            return _delete(args)
        case "reindex":
            return _reindex(args)
    return _tell(args.id, as_json=args.json)


def record(run: Run) -> dict[str, Any]:
    """What `--json` prints of a run (`docs/shell.md`)."""
    return {
        "id": run.id,
        "kind": run.kind,
        "title": run.title,
        "status": run.status,
        "progress": run.progress,
        "message": message(run),
        "pid": run.pid,
        "folder": str(run_folder(run.id)),
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "config": run.config,
        "owner": run.owner,
        "note": run.note,
        "pinned": run.pinned,
        "repeats": run.repeats,
    }


def message(run: Run) -> str:
    """One sentence on how a run is."""
    if run.error_text:
        return " ".join(run.error_text.splitlines())
    if run.status == "running":
        return "Asked to stop." if run.cancel_requested else f"At work: {run.stage}."
    return _WORDS.get(run.status, "Its process is gone.")


def _tell(run_id: str, *, as_json: bool, code: int = 0) -> int:
    run = runs.get(run_id)
    print(json.dumps(record(run), ensure_ascii=False) if as_json else _text(run))
    return code


def _text(run: Run) -> str:
    return "\n".join(
        (
            f"{run.id}  {run.kind}  {run.title}".rstrip(),
            f"{run.status}, {run.progress:.0%}. {message(run)}",
            str(run_folder(run.id)),
        )
    )


def _list(args: argparse.Namespace) -> int:
    listed = runs.recent(args.limit)
    if args.json:
        print(json.dumps([record(run) for run in listed], ensure_ascii=False))
    elif not listed:
        print("There are no runs yet.")
    for run in [] if args.json else listed:
        print(_COLUMNS.format_map(vars(run)))
    return 0


def _wait(run_id: str) -> int:
    """Wait for the end: 0 if the run succeeded, else 1."""
    while (run := runs.get(run_id)).active:
        time.sleep(_POLL_SECONDS)
    return 0 if run.status == "succeeded" else 1


def _rerun(args: argparse.Namespace) -> int:
    again = runs.rerun(args.id)
    if args.no_wait:
        return _tell(again, as_json=args.json)
    code = _wait(again)
    comparison = compare(args.id, again)
    if args.json:
        told = {"identical": comparison.identical, **asdict(comparison)}
        print(json.dumps(record(runs.get(again)) | {"comparison": told}, ensure_ascii=False))
        return code
    _tell(again, as_json=False)
    print(_compared(args.id, comparison))
    return code


def _compared(first: str, comparison: Comparison) -> str:
    if comparison.identical:
        return f"The same files as {first}, measured times and dates apart: {len(comparison.same)}."
    lines = [f"Not the same as {first}:"]
    lines += [f"  {name} differs" for name in comparison.different]
    lines += [f"  {name} is missing" for name in comparison.only_first]
    lines += [f"  {name} is new" for name in comparison.only_second]
    lines += [f"  {each.where}: {each.first} before, {each.second} now" for each in comparison.values]
    lines += [
        f"  version of {each.where[1:]}: {each.first} before, {each.second} now" for each in comparison.versions
    ]
    return "\n".join(lines)


def _log(args: argparse.Namespace) -> int:
    text = runs.log_tail(args.id, args.lines)
    print(json.dumps(record(runs.get(args.id)) | {"log": text}, ensure_ascii=False) if args.json else text)
    return 0


def _delete(args: argparse.Namespace) -> int:
    run = runs.get(args.id)
    runs.delete(args.id)
    print(
        json.dumps(record(run) | {"deleted": True}, ensure_ascii=False) if args.json else f"{run.id} is deleted."
    )
    return 0


def _reindex(args: argparse.Namespace) -> int:
    from scalearn_core.workspace.datasets import list_datasets

    runs.reindex()
    listed, datasets = runs.recent(-1), list_datasets()
    models = [run.id for run in listed if (run_folder(run.id) / "model").is_dir()]
    if args.json:
        found = {
            "runs": [record(run) for run in listed],
            "models": models,
            "datasets": [info.id for info in datasets],
        }
        print(json.dumps(found, ensure_ascii=False))
    else:
        print(f"Runs: {len(listed)}; models: {len(models)}; datasets: {len(datasets)}.")
    return 0
