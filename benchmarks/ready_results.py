"""Train the results that come with the samples (`assets/ready/`), as the New training page would by itself.

python -m benchmarks.ready_results                        # all that are shipped
python -m benchmarks.ready_results service_desk
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time

from scalearn_core import runs
from scalearn_core.evidence import ready
from scalearn_core.evidence.upgrade import read_training
from scalearn_core.workspace import datasets
from scalearn_core.workspace.samples import SAMPLES, sample_bytes

STUDIED = {
    "product_reviews": ("sources", "learning_curve", "seeds"),
    "service_desk": (),
}
"""The samples with a result that is shipped, and the questions it answers beside (`scalearn_core/studies`)."""


def make(key: str) -> str:
    """Train a sample in a process of its own, ask the studies, and keep all of it; the verdict in a line."""
    sample = SAMPLES[key]
    dataset = datasets.save_dataset(sample_bytes(key), sample.mapping, filename=sample.path.name, plan=sample.plan)
    config = ready.default_training(dataset, own_adapter=sample.own_adapter) | {"device": "cpu"}
    run = done("train", config, key)
    for study in STUDIED[key]:
        done("study", {"model_run": run, "study": study, "device": "cpu"}, key)
    ready.keep(runs.folder(run), key)
    record = read_training(ready.FOLDER / key)
    return f"{key}: {record.verdict.code}, {record.verdict.gain:+.1f}, {record.seconds['total']:.0f} s"


def done(kind: str, config: dict[str, object], title: str) -> str:
    """Run something to its end; its id. Raises RuntimeError where it does not succeed."""
    run = runs.submit(kind, config, title=title)
    while runs.get(run).active:
        time.sleep(0.5)
    ended = runs.get(run)
    if ended.status != "succeeded":
        raise RuntimeError(f"{title}, {kind}: {ended.status} {ended.error_text or ''}")
    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("samples", nargs="*", metavar="sample", help=", ".join(STUDIED))
    samples = parser.parse_args().samples or STUDIED
    with tempfile.TemporaryDirectory() as home:
        os.environ["SCALEARN_HOME"] = home
        for key in samples:
            print(make(key), flush=True)


if __name__ == "__main__":
    main()
