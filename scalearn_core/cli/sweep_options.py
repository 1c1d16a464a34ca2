"""The options of `sweep`."""

from __future__ import annotations

import argparse
from pathlib import Path

from scalearn_core.cli.options import add_cluster, add_training, seed
from scalearn_core.config import VARIANTS


def add_sweep(command: argparse.ArgumentParser) -> None:
    """Those of a training, and what is varied instead of `--variant`, `--seed` and `--sources`."""
    add_training(command)
    group = command.add_argument_group("what is varied; every combination is trained")
    group.add_argument("--variants", metavar="A,B", help=f"of {', '.join(VARIANTS)} (default: --variant)")
    group.add_argument("--seeds", type=seeds, metavar="1,2,3", help="of the training (default: --seed)")
    group.add_argument(
        "--subsets", metavar="A,B;C;all", help="sets of sources, with ; between them (default: --sources)"
    )
    command.add_argument(
        "--out", type=Path, required=True, metavar="DIR",
        help="folder for sweep.json and the probabilities of each trial; trials that are there are not repeated",
    )  # fmt: skip
    add_cluster(command)


def seeds(text: str) -> list[int]:
    """Whole numbers with commas between them."""
    return [seed(part.strip()) for part in text.split(",")]
