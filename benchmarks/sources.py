"""How long "which sources help" takes: leave one source out of 20, for 1,000 documents on 2 cores.

    python -m benchmarks.sources FOLDER [--documents 1000] [--sources 20] [--threads 2] [--whole]

FOLDER holds train.csv with the columns text,label; of its first documents four fifths are training documents,
of which the study looks at `effort.MOST_TRAIN` at most. The scales are 0.1 everywhere, untrained: what they are
does not change the time. `--whole` runs the whole study (each left out, alone and added, overlap, strengths,
pair). Printed are seconds on the clock and of processor time, which other work on the machine lengthens less.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--sources", type=int, default=20)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--whole", action="store_true")
    arguments = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
    import numpy as np
    import torch

    from scalearn_core import Encoder, ScaLearnModel, TextDataset, catalog
    from scalearn_core.evidence.trained import TrainedModel
    from scalearn_core.explain import ablation, effort
    from scalearn_core.explain.refit import Mixes
    from scalearn_core.heads.logistic import FrozenHead
    from scalearn_core.studies import sources
    from scalearn_core.training.stage_one import TaskData

    torch.set_num_threads(arguments.threads)
    lines = (arguments.folder / "train.csv").read_text("utf-8").splitlines(keepends=True)
    content = "".join(lines[: arguments.documents + 1]).encode()
    data = TextDataset.from_table(content, text="text", label="label", name=arguments.folder.name)
    data = data.split(test=0.2, validation=0.0)
    encoder = Encoder.load()
    names = [card.name for card in catalog.cards()][: arguments.sources]
    model = ScaLearnModel(encoder, catalog.load(names, encoder), labels=data.labels)
    with torch.no_grad():
        model.scales.omega.fill_(0.1)
    model.encoder.hidden_states(*encoder.pad(encoder.tokenize(["warm up"]), [0]))
    print(
        f"{len(data.train)} + {len(data.test)} documents of {data.name}, {len(data.labels)} classes, "
        f"{len(names)} sources, {arguments.threads} threads"
    )

    def leave_one_out() -> None:
        train, test = data.train.drawn(effort.MOST_TRAIN, 13), data.test.drawn(effort.MOST_TEST, 13)
        mixes = Mixes(model, TaskData.read(encoder, train), TaskData.read(encoder, test), seed=13)
        everything = ablation.try_mix(mixes, mixes.omega, mixes.whole)
        ablation.leave_one_out(mixes, everything)

    _timed("leave one out", leave_one_out)
    if arguments.whole:
        none = FrozenHead(np.zeros((len(data.labels), encoder.width), np.float32), np.zeros(0, np.float32), 1.0)
        trained_model = TrainedModel(model, data, {"seed": 13}, none)
        _timed("the whole study", lambda: sources.study(trained_model, lambda share: None))


def _timed(what: str, work: Callable[[], object]) -> None:
    began, processor = time.perf_counter(), time.process_time()
    work()
    clock, busy = time.perf_counter() - began, time.process_time() - processor
    print(f"{what}: {clock:.0f} s on the clock, {busy:.0f} s of processor time")


if __name__ == "__main__":
    main()
