"""The shell: `python -m scalearn_core COMMAND` does what the studio does, by the same code.

Exit codes: 0 when done, 1 where a run that was waited for did not succeed, 2 on wrong input with one sentence on
stderr, 130 when stopped with Ctrl-C.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Sequence

from scalearn_core.cli.parser import COMMANDS, make_parser
from scalearn_core.cli.recording import record_command
from scalearn_core.cli.usage import UsageError
from scalearn_core.cli.which_model import take_model
from scalearn_core.config import let_threads_sleep
from scalearn_core.errors import ScaLearnError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command (by default the process's own arguments) and return its exit code.

    Raises:
        SystemExit: from argparse, after `--help` (0) or a wrong option (2).
    """
    let_threads_sleep()
    _print_in_any_encoding()
    parser = make_parser()
    args = parser.parse_args(arguments)
    if args.command is None:
        parser.print_help()
        return 0
    module, function = COMMANDS[args.command].work.split(":")
    try:
        take_model(args)
        code: int | None = getattr(importlib.import_module(module), function)(args)
        sys.stdout.flush()
        if not code:
            record_command(args)
        return code or 0
    except (ScaLearnError, UsageError) as error:
        print(" ".join(str(error).splitlines()), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped before the end; nothing was written.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # `... | head` has read enough; the work itself is done by then
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _print_in_any_encoding() -> None:
    """A label in Japanese must not end a training on a terminal that cannot show it."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
