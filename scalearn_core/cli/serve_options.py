"""The options of `serve` and `keys`."""

from __future__ import annotations

import argparse

from scalearn_core.cli.options import add_device, add_json

PORT = 8600


def add_serve(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--model", required=True, metavar="NAME", help="of the registry: the version in use, or NAME@2"
    )
    command.add_argument(
        "--host", default="127.0.0.1", help="others than this computer need keys; default: %(default)s"
    )
    command.add_argument(
        "--port", type=_port, default=PORT, metavar="P", help="0: a free one; default: %(default)s"
    )
    command.add_argument(
        "--unapproved",
        action="store_true",
        help="also versions that nobody approved, and model folders: for trying",
    )
    add_device(command)


def add_keys(command: argparse.ArgumentParser) -> None:
    command.add_argument("action", choices=("add", "list", "revoke"))
    command.add_argument("name", nargs="?", metavar="NAME", help="who uses the key; to revoke, its name or id")
    add_json(command)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"a port from 0 to 65535 was expected, but {text} was found")
    return int(text)
