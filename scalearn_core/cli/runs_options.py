"""The options of `runs`."""

from __future__ import annotations

import argparse

from scalearn_core.cli.options import add_json, add_training, positive
from scalearn_core.runs.kinds import LAUNCHERS

ACTIONS = {
    "list": "the newest runs, newest first",
    "show": "one run as it is now",
    "wait": "wait until a run has ended",
    "cancel": "ask a run to stop",
    "resume": "let a run that failed, was cancelled or was interrupted go on from its last checkpoint",
    "rerun": "repeat a run, and compare what came out",
    "log": "the last lines of a run's log",
    "delete": "remove a run that has ended, with the model it made",
}
"""What can be done with runs that are there."""


def add_runs(command: argparse.ArgumentParser) -> None:
    """`runs ACTION`; each has `--json`."""
    actions = command.add_subparsers(dest="action", metavar="ACTION", required=True)
    submit = actions.add_parser("submit", help="queue a training, and print its id at once")
    add_training(submit)
    submit.add_argument(
        "--launcher", choices=LAUNCHERS,
        help="where it works: here, or on the Ray cluster at RAY_ADDRESS (default: SCALEARN_LAUNCHER, else local)",
    )  # fmt: skip
    submit.add_argument("--cpus", type=positive, metavar="N", help="asked of the cluster (default: 1)")
    submit.add_argument(
        "--gpus",
        type=positive,
        metavar="N",
        help="asked of the cluster (default: 1 with --device cuda)",
    )
    submit.add_argument("--title", metavar="TEXT", help="what lists show (default: the table's name)")
    for name, help_text in ACTIONS.items():
        action = actions.add_parser(name, help=help_text, description=f"{help_text[0].upper()}{help_text[1:]}.")
        if name == "list":
            action.add_argument("--limit", type=positive, default=50, metavar="N", help="default: %(default)s")
        else:
            action.add_argument("id", metavar="ID", help="as `runs list` prints it")
        if name == "log":
            action.add_argument("--lines", type=positive, default=200, metavar="N", help="default: %(default)s")
        if name == "rerun":
            action.add_argument("--no-wait", action="store_true", help="print the new run's id at once")
        add_json(action)
    reindex = actions.add_parser("reindex", help="make the list of runs anew from their folders")
    add_json(reindex)
