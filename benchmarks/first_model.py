"""From a sample to its result: the seconds that a run takes with what the Train page chooses by itself.

python -m benchmarks.first_model                            # the English sample
python -m benchmarks.first_model office_requests            # the Japanese one
python -m benchmarks.first_model office_requests --documents 60
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time

import pandas as pd

from scalearn_core import runs
from scalearn_core.adapters import catalog
from scalearn_core.data.mapping import Mapping
from scalearn_core.encoders.choice import choose_encoder
from scalearn_core.workspace import datasets
from scalearn_core.workspace.samples import SAMPLES


def train(sample_key: str, documents: int | None) -> tuple[runs.Run, float]:
    """Save the sample, train on it in a process of its own; how it ended, and the seconds."""
    sample = SAMPLES[sample_key]
    table = pd.read_csv(sample.path, encoding="utf-8-sig").head(documents).to_csv(index=False).encode()
    began = time.monotonic()
    dataset = datasets.save_dataset(
        table, Mapping(sample.text, sample.label, blanks="leave_out"), filename=f"{sample_key}.csv"
    )
    encoder = choose_encoder(datasets.get_dataset_info(dataset).languages).key
    config = {
        "dataset": dataset, "encoder": encoder, "sources": catalog.permissive(encoder), "own_adapter": True,
        "variant": "scalearn_uniform", "recipe": "auto", "device": "cpu", "seed": 13,
    }  # fmt: skip
    run = runs.submit("train", config, title=sample_key)
    while runs.get(run).active:
        time.sleep(0.2)
    return runs.get(run), time.monotonic() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sample", nargs="?", choices=sorted(SAMPLES), default="service_desk")
    parser.add_argument("--documents", type=int, help="only the first so many")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["SCALEARN_HOME"] = home
        run, seconds = train(arguments.sample, arguments.documents)
    print(f"{arguments.sample}: {run.status} after {seconds:.0f} s {run.error_text or ''}")


if __name__ == "__main__":
    main()
