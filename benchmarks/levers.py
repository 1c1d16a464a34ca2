"""How long the levers take to answer, on a trained model of the workspace.

    python -m benchmarks.levers RUN [--threads 2] [--rounds 15]

Prints the seconds that opening takes (once per model), and of one answer (`LeverBoard.look`: the scales folded,
the watched documents classified, scored and compared) median and largest over levers that all differ, in
milliseconds. Processor time stands beside it, because a busy machine tells little by the clock.
"""

from __future__ import annotations

import argparse
import os
import time
from statistics import median


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("run", help="id of a finished training")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
    import torch

    from scalearn_core.explain.lever_settings import Levers
    from scalearn_core.jobs.levers import open_board

    torch.set_num_threads(arguments.threads)
    began = time.perf_counter()
    board = open_board(arguments.run)
    opened = time.perf_counter() - began
    names = board.model.stack.names
    wall, processor = [], []
    for number in range(arguments.rounds):
        levers = Levers({names[number % len(names)]: 0.05 * number})
        clock, cpu = time.perf_counter(), time.process_time()
        board.look(levers)
        wall.append(1000 * (time.perf_counter() - clock))
        processor.append(1000 * (time.process_time() - cpu))
    tokens = sum(len(ids) for ids in board.model.encoder.tokenize(board.split.texts).ids)
    print(f"{len(board.split)} documents, {tokens} tokens, {len(names)} sources, {arguments.threads} threads")
    print(f"opening {opened:6.1f} s, once")
    print(f"one answer {median(wall):6.0f} ms (largest {max(wall):.0f}), processor {median(processor):.0f} ms")


if __name__ == "__main__":
    main()
