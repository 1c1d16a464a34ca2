"""A pass that trains nothing: each encoder of the studio against the default, and tokens computed at a time.

    python -m benchmarks.forward [--documents 160] [--rounds 5] [--threads N]

Documents are those of the service desk sample. Ways take turns, figures are medians over rounds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from statistics import median

import torch

from scalearn_core import Encoder, TextDataset
from scalearn_core.encoders.batching import CPU_TOKENS, ordered_batches
from scalearn_core.encoders.cards import CARDS, DEFAULT
from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Tokens
from scalearn_core.workspace.samples import SAMPLES

BUDGETS = (256, CPU_TOKENS, 1024, 4096)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--documents", type=int, default=160)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, metavar="N")
    given = parser.parse_args()
    if given.threads:
        torch.set_num_threads(given.threads)
    sample = SAMPLES["service_desk"]
    dataset = TextDataset.from_table(sample.path, text=sample.text, label=sample.label)
    texts = dataset.frame["text"].tolist()[: given.documents]
    encoders = {key: Encoder.load(key) for key in CARDS}

    def embedding(encoder: Encoder) -> Callable[[], object]:
        return lambda: embed(encoder, encoder.tokenize(texts))

    seconds = in_turns({key: embedding(encoder) for key, encoder in encoders.items()}, given.rounds)
    for key, found in seconds.items():
        print(f"{key}: {len(texts) / found:.1f} documents/s, {seconds[DEFAULT] / found:.2f} x {DEFAULT}")
    for key, encoder in encoders.items():
        tokens = encoder.tokenize(texts)
        seconds = in_turns({str(budget): _forward(encoder, tokens, budget) for budget in BUDGETS}, given.rounds)
        times = ", ".join(f"{name}: {found / seconds[str(CPU_TOKENS)]:.2f} x" for name, found in seconds.items())
        print(f"{key}, time by tokens at a time, against {CPU_TOKENS}: {times}")


@torch.no_grad()
def _run(encoder: Encoder, tokens: Tokens, budget: int) -> None:
    for rows in ordered_batches(tokens.lengths, budget):
        encoder.hidden_states(*encoder.pad(tokens, rows))


def _forward(encoder: Encoder, tokens: Tokens, budget: int) -> Callable[[], object]:
    return lambda: _run(encoder, tokens, budget)


def in_turns(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Median seconds of each way over the rounds, after one that is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            if number:
                seconds[name].append(time.perf_counter() - began)
    return {name: median(found) for name, found in seconds.items()}


if __name__ == "__main__":
    main()
