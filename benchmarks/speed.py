"""The speed of training on a CPU, against what the engine must hold; every figure is a ratio within this run.

    python -m benchmarks.speed [targets | paper | folding | budgets | products]
                               [--documents FOLDER] [--encoder multilingual] [--threads N] [--clock cpu]

FOLDER holds a train.csv with a column "text"; by default the documents are the service desk sample. What is
compared takes turns step by step, so that a busy moment meets both; figures are medians over rounds. On a machine
that others use too, `--threads 1 --clock cpu` counts the processor time of this process, not that on the wall.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from benchmarks.layer import by_autograd, forward_and_backward, kept_bytes, peak_bytes
from scalearn_core import Encoder, ScaLearnModel, catalog
from scalearn_core.adapters.bottleneck import Adapter
from scalearn_core.encoders.batching import CPU_TOKENS, TokenBudget, training_batches
from scalearn_core.encoders.cards import CARDS, DEFAULT
from scalearn_core.encoders.encoder import Tokens
from scalearn_core.encoders.prefix_cache import CachedDocuments
from scalearn_core.export.encoder import as_transformers_has_it
from scalearn_core.heads.modules import two_layer_head
from scalearn_core.scaling.sources import StackedSources
from scalearn_core.training.contrastive import contrastive_loss
from scalearn_core.training.loop import accumulate, seeded
from scalearn_core.training.recipe_auto import Learner, new_own_adapter, start_scales
from scalearn_core.workspace.samples import SAMPLES

CLASSES = 4
STEP = 32
"""Documents in a step."""
PAPER_LENGTH = 128
"""The paper's scripts pad every document to so many tokens."""

WHAT = ["targets", "paper", "folding", "budgets", "products", "peak"]

Step = Callable[[list[int]], None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="?", default="targets", choices=WHAT)
    parser.add_argument("--documents", type=Path, metavar="FOLDER")
    parser.add_argument("--encoder", choices=tuple(CARDS), default=DEFAULT)
    parser.add_argument("--count", type=int, default=256, help="documents")
    parser.add_argument("--steps", type=int, help="only so many of the steps of an epoch, for a busy machine")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--no-memory", action="store_true", help="leave out the peak memory, which takes six processes"
    )
    parser.add_argument("--threads", type=int, metavar="N")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    parser.add_argument("--sources", type=int, default=8, help="of `peak`, which `targets` starts by itself")
    given = parser.parse_args()
    if given.threads:
        torch.set_num_threads(given.threads)
    bench = Bench(given)
    ways = [bench.targets, bench.paper, bench.folding, bench.budgets, bench.products, bench.peak]
    ways[WHAT.index(given.what)]()


class Bench:
    """The documents, and each way to train on them as a function of one step's rows."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.given = given
        self.clock = time.process_time if given.clock == "cpu" else time.perf_counter
        self.encoder = Encoder.load(given.encoder)
        self.tokens = self.encoder.tokenize(_texts(given.documents, given.count))
        self.targets_ = torch.arange(len(self.tokens)) % CLASSES
        self.batches = training_batches(self.tokens.lengths, STEP, np.random.default_rng(0))[: given.steps]
        self.documents = sum(map(len, self.batches))
        self.cached = CachedDocuments(self.encoder, self.tokens)

    def targets(self) -> None:
        real = sum(self.tokens.lengths[row] for rows in self.batches for row in rows)
        padded = sum(len(rows) * max(self.tokens.lengths[row] for row in rows) for rows in self.batches)
        print(
            f"{self.documents} documents of {real / self.documents:.0f} tokens, {STEP} in a step, "
            f"{padded / real:.3f} x padded, {torch.get_num_threads()} threads, {self.given.clock} clock"
        )
        ways = {"plain": self.plain} | {str(count): self.ours(count) for count in (8, 1, 32)}
        seconds = self.interleaved(ways)
        for name, rounds in seconds.items():
            print(f"    {name:>5}: {self.documents / median(rounds):6.1f} documents/s")
        what = "training, 8 sources, against the plain encoder forward and backward"
        _say(what, seconds["plain"], seconds["8"], "at least 1.15")
        _say("a training step, 32 sources against 1", seconds["32"], seconds["1"], "at most 1.6")
        if self.given.no_memory:
            return
        peaks = {count: [self._peak_of(count) for _ in range(3)] for count in (1, 32)}
        _say("peak memory of training, 32 sources against 1", peaks[32], peaks[1], "at most 1.3")

    def paper(self) -> None:
        seconds = self.interleaved({"paper": self.as_in_paper(8), "8": self.ours(8)})
        _say("training, 8 sources, against the paper's way", seconds["paper"], seconds["8"], "about 4.5 to 5")

    def budgets(self) -> None:
        budgets = (128, 256, 384, 512, 768, 1024, 2048, 10**9)
        seconds = self.interleaved({str(tokens): self.ours(8, tokens) for tokens in budgets})
        for tokens, rounds in seconds.items():
            print(f"{tokens:>11} tokens at a time: {self.documents / median(rounds):6.1f} documents/s")

    def products(self) -> None:
        """A step of recipe "auto", 8 sources and the task adapter, in float32 and with bfloat16 products."""
        learner = self.learner(8)
        seconds = self.interleaved({"float32": self.by_pairs(learner), "bfloat16": self.by_pairs(learner.quick())})
        for name, rounds in seconds.items():
            print(f"{name:>12}: {self.documents / median(rounds):6.1f} documents/s")
        _say(
            "training, 8 sources, bfloat16 against float32",
            seconds["float32"],
            seconds["bfloat16"],
            "at least 1.5",
        )

    def learner(self, count: int) -> Learner:
        sources = self.sources(count)
        own = new_own_adapter(self.encoder, sources, seed=0)
        model = ScaLearnModel(self.encoder, sources, labels=[f"class {i}" for i in range(CLASSES)])
        return Learner(self.encoder, model.stack, start_scales(model, np.full(count, 0.2), own_adapter=True), own)

    def by_pairs(self, learner: Learner) -> Step:
        """Loss and gradient of one step of recipe "auto"."""
        parameters = [each for tensors in learner.parameters().values() for each in tensors]
        budget = TokenBudget(CPU_TOKENS)

        def step(rows: list[int]) -> None:
            learner.scales.draw_dropout()
            loss = contrastive_loss(learner.embed(self.cached, rows, budget), self.targets_[rows])
            torch.autograd.grad(loss, parameters)

        return step

    def folding(self) -> None:
        """One layer's scaled sum, one scale per source, forward and backward: autograd, and `ScaledUp`."""
        for count in (8, 32):
            stack, z = StackedSources(self.sources(count)), torch.randn(CPU_TOKENS, self.encoder.width)
            omega = torch.randn(count, 1)
            ways = {"autograd": by_autograd(stack), "ScaledUp": stack.scaled_sum}
            found: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(8 * self.given.rounds):
                for name, way in ways.items():
                    began = self.clock()
                    forward_and_backward(way, z, omega)
                    found[name].append(self.clock() - began)
            for name, seconds in found.items():
                kept = kept_bytes(ways[name], z, omega, stack) / 2**20
                print(f"{count:3} sources, {name:9} {1000 * median(seconds):6.2f} ms, keeps {kept:5.2f} MiB")

    def peak(self) -> None:
        step = self.ours(self.given.sources)
        for rows in self.batches:
            step(rows)
        print(peak_bytes())

    def interleaved(self, steps: dict[str, Step]) -> dict[str, list[float]]:
        """Seconds for all documents, per round, of each way of making a step; the first round only warms up."""
        seconds: dict[str, list[float]] = {name: [] for name in steps}
        for number in range(self.given.rounds + 1):
            totals = dict.fromkeys(steps, 0.0)
            for rows in self.batches:
                for name, step in steps.items():
                    began = self.clock()
                    step(rows)
                    totals[name] += self.clock() - began
            for name, total in totals.items():
                if number:
                    seconds[name].append(total)
        return seconds

    @cached_property
    def plain_model(self) -> Any:
        """The encoder as transformers has it."""
        return as_transformers_has_it(self.encoder)

    def plain(self, rows: list[int]) -> None:
        """The plain encoder, padded to the longest of a batch of like length; gradients of activations only."""
        encoder, batch = self.encoder, self.encoder.pad(self.tokens, rows)
        hidden = self.plain_model.embeddings.word_embeddings(batch.input_ids).requires_grad_()
        output = self.plain_model(
            inputs_embeds=hidden, attention_mask=batch.attention_mask, token_type_ids=batch.token_type_ids
        ).last_hidden_state
        encoder.pool(output, batch.attention_mask).square().mean().backward()

    def ours(self, count: int, tokens: int = CPU_TOKENS) -> Step:
        """A step as `train_scales` makes it."""
        labels = [f"class {i}" for i in range(CLASSES)]
        model = ScaLearnModel(self.encoder, self.sources(count), labels=labels)
        nn.init.normal_(model.head[-1].weight)
        parameters = [*model.scales.parameters(), *model.head.parameters()]
        optimizer = torch.optim.AdamW(parameters, lr=1e-4)
        budget = TokenBudget(tokens)

        def loss(part: list[int]) -> torch.Tensor:
            return F.cross_entropy(model.logits(self.cached, part), self.targets_[part])

        def step(rows: list[int]) -> None:
            model.train_mode(True)
            model.scales.draw_dropout()
            accumulate(optimizer, loss, rows, self.tokens.lengths, budget)
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()

        return step

    def as_in_paper(self, count: int) -> Step:
        """The paper's code: one adapter after the other, `[batch, seq, T, width]`, padded, all dropout on."""
        encoder, sources = self.encoder, self.sources(count)
        omega = nn.Parameter(torch.full((len(encoder.layers), count, encoder.width), 2 / count))
        head = two_layer_head(encoder.width, CLASSES, generator=torch.Generator().manual_seed(0))
        optimizer = torch.optim.AdamW([omega, *head.parameters()], lr=1e-4)
        cut = [[row[:PAPER_LENGTH] for row in part] for part in (self.tokens.ids, self.tokens.segments)]
        padded = Tokens(*cut, cut=self.tokens.cut)

        def adapt(layer: int, z: torch.Tensor, f: torch.Tensor | None) -> torch.Tensor:
            stacked = torch.stack([source.output(layer, z) for source in sources]).permute(1, 2, 0, 3)
            return (F.dropout(omega[layer], 0.3) * stacked).sum(dim=2)

        def step(rows: list[int]) -> None:
            batch = encoder.pad(padded, rows)
            room = (0, PAPER_LENGTH - batch.input_ids.shape[1])
            ids, mask, segments = (F.pad(part, room) for part in batch if part is not None)
            encoder.model.train()
            hidden = encoder.hidden_states(ids, mask, segments, adapt=adapt)
            optimizer.zero_grad()
            F.cross_entropy(head(encoder.pool(hidden, mask)), self.targets_[rows]).backward()
            nn.utils.clip_grad_norm_([omega, *head.parameters()], 1.0)
            optimizer.step()
            encoder.model.eval()

        return step

    def sources(self, count: int) -> list[Adapter]:
        """So many of the library, again under other names where it has fewer."""
        names = catalog.permissive(self.given.encoder)[: min(count, 8)]
        loaded = catalog.load(names, self.encoder)
        return [replace(loaded[i % len(loaded)], name=f"source {i}") for i in range(count)]

    def _peak_of(self, count: int) -> float:
        given = {name: getattr(self.given, name) for name in ("documents", "encoder", "count", "steps", "threads")}
        options = [f"--{name}={value}" for name, value in given.items() if value]
        command = [sys.executable, "-m", "benchmarks.speed", "peak", f"--sources={count}", *options]
        return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def _texts(folder: Path | None, count: int) -> list[str]:
    """The first `count` documents after a shuffle that is always the same."""
    sample = SAMPLES["service_desk"]
    file, column = (sample.path, sample.text) if folder is None else (folder / "train.csv", "text")
    with file.open(encoding="utf-8", newline="") as stream:
        texts = [row[column] for row in csv.DictReader(stream)]
    return [texts[i] for i in np.random.default_rng(0).permutation(len(texts))[:count]]


def _say(what: str, above: Sequence[float], below: Sequence[float], target: str) -> None:
    ratios = [a / b for a, b in zip(above, below, strict=True)]
    spread = f"rounds {min(ratios):.2f} to {max(ratios):.2f}"
    print(f"{what}: {median(above) / median(below):.2f} x ({spread}; target {target})", flush=True)


if __name__ == "__main__":
    with seeded(0):
        main()
