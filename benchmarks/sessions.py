"""Several people at once: sessions that go from page to page beside one training, on this build and another one.

    python -m benchmarks.sessions --workspace FOLDER --other CHECKOUT [--people 6] [--seconds 120] [--alone]

CHECKOUT is another build's working tree (`git worktree add CHECKOUT dcec981`); FOLDER is a workspace of the
older one with a stored table and a trained model; each build gets a copy of its own, and serves in turn, as a
user starts it. A session is what a browser is to the server, a websocket that asks for a page and takes all that
it sends until it is done; drawing it is the browser's, and the same for both. Every session opens all pages and
views in an order of its own, a second between two of them, and the training is the workspace's last one again
(`--alone`: without it). Printed are median and 95th percentile of seconds per page, errors, the processor time
of the server and its largest memory.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

HERE = Path(__file__).resolve().parents[1]
VIEWS = {
    "home": [""], "data": [""], "sources": [""], "train": [""], "run": [""],
    "results": ["summary", "classes", "confidence", "labels", "ladder"],
    "transfer": ["sources", "overlap", "strength", "record"],
    "scales": ["contribution", "raw", "change", "dimensions"],
    "classify": [""],
}  # fmt: skip
PAUSE = 1.0
SUBMIT = """
import json, sys
from pathlib import Path
from scalearn_core import runs
config = json.loads(Path(sys.argv[1]).read_text("utf-8"))["config"]
print(runs.submit("train", config, title="beside"))
"""
SERVE = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
CANCEL = "from scalearn_core import runs\nfor run in runs.recent():\n    runs.cancel(run.id)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--other", type=Path, required=True, metavar="CHECKOUT")
    parser.add_argument("--people", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--alone", action="store_true", help="no training beside")
    given = parser.parse_args()
    for _ in range(given.rounds):
        p95 = {name: serve(name, build, given) for name, build in {"other": given.other, "this": HERE}.items()}
        print(f"95th percentile, this build against the other: {p95['this'] / p95['other']:.2f} x", flush=True)


def serve(name: str, build: Path, given: argparse.Namespace) -> float:
    """Start a build's studio on a copy of the workspace and let the sessions loose; their 95th percentile."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "workspace"
        shutil.copytree(given.workspace, home)
        run = max(file.parent for file in home.glob("runs/*/config.json") if (file.parent / "model").is_dir())
        environment = {**os.environ, "SCALEARN_HOME": str(home), "PYTHONPATH": ""}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = subprocess.Popen(
            [*SERVE, f"--server.port={port}"],
            cwd=build, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health")
            if not given.alone:
                subprocess.run(
                    [sys.executable, "-c", SUBMIT, str(run / "config.json")], cwd=build, env=environment,
                    check=True, stdout=subprocess.DEVNULL,
                )  # fmt: skip
            taken, errors = asyncio.run(_all(f"ws://127.0.0.1:{port}/_stcore/stream", run.name, given))
            cpu, memory = _used(server.pid)
        finally:
            server.terminate()
            server.wait(30)
            subprocess.run(
                [sys.executable, "-c", CANCEL],
                cwd=build, env=environment, check=False,
            )  # fmt: skip
            time.sleep(6)  # what was cancelled has gone
    p50, p95 = np.percentile(taken, [50, 95])
    print(
        f"{name:6} {len(taken):4} pages, p50 {p50:.2f} s, p95 {p95:.2f} s, {errors} errors; "
        f"server {cpu / len(taken):.3f} s of processor time per page, {memory:.0f} MB",
        flush=True,
    )
    return float(p95)


def _wait(address: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("the server did not start")


async def _all(address: str, run: str, given: argparse.Namespace) -> tuple[list[float], int]:
    until = time.monotonic() + given.seconds
    sessions = [_session(address, run, until, seed) for seed in range(given.people)]
    results = await asyncio.gather(*sessions)
    return [second for taken, _ in results for second in taken], sum(errors for _, errors in results)


async def _session(address: str, run: str, until: float, seed: int) -> tuple[list[float], int]:
    """Seconds of each page change of one session, and how many pages ended otherwise than whole."""
    pages = [(page, view) for page, views in VIEWS.items() for view in views]
    order = random.Random(seed)
    taken, errors = list[float](), 0
    async with connect(
        address, subprotocols=["streamlit"], max_size=None, ping_interval=None,  # type: ignore[list-item]
        origin=address.replace("ws", "http", 1).removesuffix("/_stcore/stream"),  # type: ignore[arg-type]
    ) as socket_:  # fmt: skip
        await _page(socket_, "home", "")  # the first one opens the session
        while time.monotonic() < until:
            for page, view in order.sample(pages, len(pages)):
                query = f"run={run}" + (f"&view={view}" if view else "")
                began = time.monotonic()
                whole = await _page(socket_, page, "" if page in ("home", "data", "sources", "train") else query)
                taken.append(time.monotonic() - began)
                errors += not whole
                if time.monotonic() > until:
                    break
                await asyncio.sleep(PAUSE)
    return taken, errors


async def _page(socket_: Any, page: str, query: str) -> bool:
    """Ask for a page and take it to its end; whether it came whole, without a sentence on an error."""
    message = BackMsg()
    message.rerun_script.page_name = page
    message.rerun_script.query_string = query
    message.rerun_script.context_info.locale = "en"
    message.rerun_script.context_info.timezone = "UTC"
    await socket_.send(message.SerializeToString())
    whole = True
    while True:
        found = ForwardMsg()
        found.ParseFromString(await socket_.recv())
        kind = found.WhichOneof("type")
        if kind == "delta" and found.delta.new_element.WhichOneof("type") in ("exception", "alert"):
            element = found.delta.new_element
            whole &= element.HasField("alert") and element.alert.format != element.alert.ERROR
        elif kind == "script_finished":
            if found.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                continue  # a page that sent the session on to another one
            return whole and found.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY


def _used(pid: int) -> tuple[float, float]:
    """Processor seconds of a process so far, and the most MB it has held."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), int(peak.split()[1]) / 1024


if __name__ == "__main__":
    main()
