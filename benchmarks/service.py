"""How fast does the service answer, and is anything lost while a new version is put in use?

    python -m benchmarks.service                # trains two small models, registers them, and loads the service

A real server process on loopback. Clients wait for each answer before they ask again; texts are those of the first
sample, one per request. Printed: p50 and p95 in milliseconds at 1, 8 and 32 clients, the engine's own time for
the same texts, and requests and failures while version 2 takes the place of version 1.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from scalearn_core.prediction.predictor import Predictor

CLIENTS, TURNS = (8, 32), 5
SECONDS, LONGEST_SWAP = 10.0, 300.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="of each measurement; default: %(default)s")
    parser.add_argument("--model", type=Path, help="a trained model folder with its evidence; default: train one")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SCALEARN_HOME"] = str(Path(folder) / "workspace")
        first = args.model or trained(Path(folder) / "first")
        put_in_use(first)
        texts = sample_texts()
        with server() as port:
            load(port, texts, 1, 2.0)
            engine = engine_of(first)
            alone: list[float] = []
            one: list[float] = []
            for _ in range(TURNS):  # in turns, as the machine may be busy with other things
                alone += engine_times(engine, texts, args.seconds / TURNS)
                one += load(port, texts, 1, args.seconds / TURNS)[0]
            ratio = np.quantile(one, 0.95) / np.quantile(alone, 0.95)
            print(f"engine alone: p50 {np.median(alone):.1f} ms, p95 {np.quantile(alone, 0.95):.1f} ms")
            print(f"1 client: p50 {np.median(one):.1f} ms, p95 {np.quantile(one, 0.95):.1f} ms: {ratio:.2f} times")
            for clients in CLIENTS:
                times, failed, _ = load(port, texts, clients, args.seconds)
                p50, p95 = np.quantile(times, [0.5, 0.95])
                rate = len(times) / args.seconds
                print(f"{clients:>2} clients: p50 {p50:.1f} ms, p95 {p95:.1f} ms, {rate:.0f}/s, {failed} failed")
            changed = other_version(first, Path(folder) / "second")
            swap = threading.Thread(target=put_in_use, args=[changed])
            swap.start()
            times, failed, versions = load(port, texts, 8, LONGEST_SWAP, until=2)
            swap.join()
            print(f"new version: {len(times)} answered, {failed} failed, versions {sorted(versions)}")


def trained(folder: Path) -> Path:
    """A model with two sources on a part of the first sample."""
    run("train", "--table", "assets/samples/service_desk.csv", "--text", "message", "--label", "team",
        "--sources", "banking77,snips", "--out", folder)  # fmt: skip
    return folder


def other_version(first: Path, folder: Path) -> Path:
    """The same model with its scales turned a little: another model, as far as identity goes."""
    from scalearn_core.evidence.places import place_of
    from scalearn_core.scaling.model import ScaLearnModel

    model = ScaLearnModel.load(place_of(first).model)
    for parameter in model.scales.parameters():
        parameter.data += 0.01
    model.save(folder)
    return folder


def put_in_use(folder: Path) -> None:
    """Register, submit, approve, use."""
    run("models", "register", folder, "--name", "tickets", "--by", "Ada")
    run("models", "submit", "tickets", "--reason", "benchmark")
    run("models", "approve", "tickets", "--reason", "benchmark")
    run("models", "use", "tickets", "--reason", "benchmark")


def run(*arguments: object) -> None:
    command = [sys.executable, "-m", "scalearn_core", *map(str, arguments)]
    subprocess.run(command, check=True, capture_output=True, text=True)


def sample_texts() -> list[str]:
    from scalearn_core.workspace.samples import SAMPLES, sample_bytes

    table = io.StringIO(sample_bytes("service_desk").decode("utf-8-sig"))
    return [row[SAMPLES["service_desk"].text] for row in csv.DictReader(table)]


def engine_of(folder: Path) -> Predictor:
    from scalearn_core.evidence.places import place_of
    from scalearn_core.prediction.predictor import Predictor

    predictor = Predictor.load(place_of(folder).model)
    predictor.predict(["warm"])
    return predictor


def engine_times(predictor: Predictor, texts: list[str], seconds: float) -> list[float]:
    """Milliseconds for one text at a time, in this process."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        began = time.perf_counter()
        predictor.predict([texts[len(times) % len(texts)]])
        times.append(1000 * (time.perf_counter() - began))
    return times


@contextmanager
def server() -> Iterator[int]:
    """A service in a process of its own; gives its port."""
    command = [sys.executable, "-m", "scalearn_core", "serve", "--model", "tickets", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        found = re.search(r":(\d+)/classify", process.stdout.readline())
        assert found, "the service did not start"
        yield int(found[1])
    finally:
        process.terminate()
        process.wait(30)


def load(
    port: int, texts: list[str], clients: int, seconds: float, *, until: int | None = None
) -> tuple[list[float], int, set[int]]:
    """Milliseconds of each answer, failures, and the versions that answered; ends early at the version `until`."""
    times: list[float] = []
    failures: list[str] = []
    versions: set[int] = set()
    end = time.perf_counter() + seconds

    def ask(number: int) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        place = number
        while time.perf_counter() < end and until not in versions:
            place += 1
            body = json.dumps({"texts": [texts[place % len(texts)]]})
            began = time.perf_counter()
            try:
                connection.request("POST", "/classify", body, {"Content-Type": "application/json"})
                response = connection.getresponse()
                answer = json.loads(response.read())
            except (OSError, ValueError) as error:
                failures.append(str(error))
                connection.close()
                continue
            times.append(1000 * (time.perf_counter() - began))
            if response.status == 200 and len(answer["answers"]) == 1:
                versions.add(answer["version"])
            else:
                failures.append(str(answer))
        connection.close()

    in_threads(ask, clients)
    return times, len(failures), versions


def in_threads(work: Callable[[int], None], count: int) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
