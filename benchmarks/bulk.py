"""Bulk prediction against an older build, file to file: documents per second, and what it costs.

    python -m benchmarks.bulk --old CHECKOUT --old-model FOLDER --model FOLDER --table FILE --exact FILE

Both builds run as a user runs them, `python -m scalearn_core predict`, in turns: the older one at its own speed
"auto", this one at "bulk". Reading, loading and writing are included. `--exact` is what `predict --speed exact`
wrote of the same table by the same model, or some rows of it. The model of the older build is the same one, in the
folder that build writes.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score

from scalearn_core.config import UNSURE
from scalearn_core.evaluation.intervals import wilson_interval

ROOT = Path(__file__).parents[1]
BINS = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    for name in ("--old", "--old-model", "--model", "--table", "--exact"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--text", default="text")
    parser.add_argument("--label", default="label")
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args()
    ways = {"old, auto": (asked.old, asked.old_model, "auto"), "bulk": (ROOT, asked.model, "bulk")}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    processor: dict[str, list[float]] = {name: [] for name in ways}
    written: dict[str, list[bytes]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.csv"
        for _ in range(asked.rounds):
            for name, (checkout, model, speed) in ways.items():
                command = [
                    sys.executable, "-m", "scalearn_core", "predict", "--model", str(model.absolute()),
                    "--table", str(asked.table.absolute()), "--text", asked.text, "--speed", speed,
                    "--out", str(out),
                ]  # fmt: skip
                before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
                told = subprocess.run(command, cwd=checkout, check=True, capture_output=True, text=True)
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                seconds[name].append(time.monotonic() - began)
                processor[name].append(
                    after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                )  # fmt: skip
                written[name].append(out.read_bytes())
                print(f"{name}: {seconds[name][-1]:.1f} s, processor {processor[name][-1]:.1f} s", flush=True)
                print("\n".join(line for line in told.stdout.splitlines() if line.startswith("Same")), flush=True)
        found = {}
        for name in ways:
            out.write_bytes(written[name][-1])
            found[name] = read(out)
    exact = read(asked.exact)
    places = pd.Index(found["bulk"]["row"]).get_indexer(exact["row"]) if "row" in exact else np.arange(len(exact))
    for name, table in found.items():
        tell(name, table.iloc[places], exact, exact[asked.label], len(table) / median(seconds[name]))
    tell("exact", exact, exact, exact[asked.label], None)
    print(f"the same bytes each time: {len(set(written['bulk'])) == 1}")
    for what, measured in (("wall clock", seconds), ("processor time", processor)):
        ratio = median(a / b for a, b in zip(measured["old, auto"], measured["bulk"], strict=True))
        print(f"{what}: {ratio:.2f} x (target 3)")


def read(file: Path) -> pd.DataFrame:
    return pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def tell(name: str, table: pd.DataFrame, exact: pd.DataFrame, labels: pd.Series, rate: float | None) -> None:
    """Answers, macro-F1, and whether confidences mean what they say."""
    same = wilson_interval(int((table["predicted"].to_numpy() == exact["predicted"].to_numpy()).sum()), len(exact))
    right, sure = table["predicted"].to_numpy() == labels.to_numpy(), table["confidence"].astype(float).to_numpy()
    place = np.minimum((sure * BINS).astype(int), BINS - 1)
    error = sum(abs(right[place == k].mean() - sure[place == k].mean()) * (place == k).mean() for k in set(place))
    low, low_exact = sure < UNSURE, exact["confidence"].astype(float).to_numpy() < UNSURE
    print(
        f"{name:10} {'' if rate is None else f'{rate:6.0f} documents/s  '}"
        f"same answers {same.value:.2%} ({same.low:.2%} to {same.high:.2%})  "
        f"macro-F1 {100 * f1_score(labels, table['predicted'], average='macro'):.2f}  "
        f"calibration error {100 * error:.2f} points  "
        f"below {UNSURE}: {low.sum()}, of them below it when exact {(low & low_exact).sum()}"
    )


if __name__ == "__main__":
    main()
