"""`serve` and `keys`: a model of the registry over HTTP, and who may ask it."""

from __future__ import annotations

import argparse
import ipaddress
import json
import logging
import os
import socket
from importlib.util import find_spec
from typing import TYPE_CHECKING

from scalearn_core.cli.progress import Progress
from scalearn_core.cli.summary import table
from scalearn_core.cli.usage import UsageError
from scalearn_core.errors import ConfigError
from scalearn_core.serving import keys

if TYPE_CHECKING:
    from scalearn_core.serving.live import Live


def serve(args: argparse.Namespace) -> None:
    """Answer until it is stopped."""
    if not all(map(find_spec, ("fastapi", "uvicorn"))):
        raise ConfigError("serve.missing_package")
    local = _is_loopback(args.host)
    has_keys = bool(keys.load().valid)
    if not local and not has_keys:
        raise ConfigError("serve.no_key", host=args.host)
    listening = _listen(args.host, args.port)
    with Progress() as progress:
        progress.on_stage("loading")
        live = _loaded(args)
    import uvicorn

    from scalearn_core.serving.app import service

    app = service(live, open_to_all=local)
    port = listening.getsockname()[1]
    version = f" version {live.served.version}" if live.served.version else " (not approved)"
    who = (
        "with a key"
        if has_keys
        else "by anybody on this computer; `keys add NAME` makes a key that is then needed"
    )
    print(f"{live.served.model}{version} answers at http://{args.host}:{port}/classify, {who}.", flush=True)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    settings = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, timeout_keep_alive=30,
        timeout_graceful_shutdown=30, lifespan="on",
    )  # fmt: skip
    uvicorn.Server(settings).run(sockets=[listening])


def _loaded(args: argparse.Namespace) -> Live:
    from scalearn_core.devices import find
    from scalearn_core.serving.live import Live

    return Live(args.model, unapproved=args.unapproved, device=find(args.device or "cpu").kind)


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise UsageError(
            f"Port {port} of {host} cannot be used ({os.strerror(error.errno or 0)}). Choose another --port."
        ) from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def manage_keys(args: argparse.Namespace) -> None:
    """Make, list or revoke keys."""
    if args.action == "list":
        known = keys.load().keys
        shown = [{name: value for name, value in vars(key).items() if name != "sha256"} for key in known]
        if args.json:
            print(json.dumps(shown, ensure_ascii=False))
        elif known:
            rows = [(key.id, key.name, key.created, key.revoked or "-") for key in known]
            print("\n".join(table(("key", "name", "made", "revoked"), rows)))
        else:
            print("There is no key yet: `keys add NAME` makes one.")
        return
    if not args.name:
        raise UsageError(f"`keys {args.action}` needs the name of a key.")
    if args.action == "add":
        key, secret = keys.add(args.name)
        if args.json:
            print(json.dumps({"key": key.id, "name": key.name, "secret": secret}, ensure_ascii=False))
        else:
            print(f"Key {key.id} for {key.name}. It is shown this once:\n{secret}")
        return
    gone = keys.revoke(args.name)
    facts = {"key": gone.id, "name": gone.name, "revoked": gone.revoked}
    print(
        json.dumps(facts, ensure_ascii=False)
        if args.json
        else f"Key {gone.id} ({gone.name}) opens nothing any more."
    )
