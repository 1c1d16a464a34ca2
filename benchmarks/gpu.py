"""Training on a GPU: documents/s, the share of the card's measured matmul rate, and peak memory.

    python -m benchmarks.gpu [--device cuda] [--rounds 20]

MiniLM and a randomly initialised BERT of 12 layers and width 768, documents of 128 tokens, 8 sources, in bfloat16
where the card has it. `--device cpu --tiny` runs the same code on a small encoder, to check that it works.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from statistics import median

import torch
from torch.nn import functional as F
from transformers import BertConfig, BertModel

from scalearn_core import Encoder, ScaLearnModel
from scalearn_core.adapters.bottleneck import Adapter, new_adapter
from scalearn_core.devices import autocast
from scalearn_core.encoders.batching import TokenBudget
from scalearn_core.encoders.encoder import Tokens
from scalearn_core.encoders.prefix_cache import CachedDocuments
from scalearn_core.training.loop import accumulate

LENGTH, SOURCES, CLASSES = 128, 8, 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--tiny", action="store_true", help="a small encoder: a check, no figure")
    parser.add_argument("--documents", type=int, nargs="+", default=[32, 256], help="in a step")
    parser.add_argument("--rounds", type=int, default=20)
    given = parser.parse_args()
    if given.device == "cuda" and not torch.cuda.is_available():
        sys.exit("There is no CUDA device here; --device cpu --tiny checks the code without one.")
    device = torch.device(given.device)
    rate = matmul_rate(device, 256 if given.tiny else 8192)
    print(f"{_name(device)}: {rate / 1e12:.2f} Tflop/s in matrix products")
    encoders = {"tiny": (2, 64)} if given.tiny else {"MiniLM": (6, 384), "12x768": (12, 768)}
    for name, (layers, width) in encoders.items():
        # The speed does not depend on the weights: MiniLM's shape stands for MiniLM.
        encoder = random_encoder(layers, width).to(device)
        for documents in [4] if given.tiny else given.documents:
            measure(name, encoder, documents, 2 if given.tiny else given.rounds, rate)


def measure(name: str, encoder: Encoder, documents: int, rounds: int, rate: float) -> None:
    """Print the figures of training steps with so many documents."""
    device, layers, width = encoder.device, len(encoder.layers), encoder.width
    model = ScaLearnModel(encoder, sources(encoder), labels=[f"class {i}" for i in range(CLASSES)]).to(device)
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(5, encoder.model.config.vocab_size, (documents, LENGTH), generator=generator).tolist()
    tokens = Tokens(ids, [[0] * LENGTH] * documents, [False] * documents)
    cached, rows = CachedDocuments(encoder, tokens), list(range(documents))
    targets = (torch.arange(documents) % CLASSES).to(device)
    parameters = [*model.scales.parameters(), *model.head.parameters()]
    optimizer = torch.optim.AdamW(parameters, lr=1e-4)
    budget = TokenBudget.of(device.type)

    def loss(part: list[int]) -> torch.Tensor:
        with autocast(device):
            logits = model.logits(cached, part)
        return F.cross_entropy(logits.float(), targets[part])

    def step() -> None:
        model.train_mode(True)
        model.scales.draw_dropout()
        accumulate(optimizer, loss, rows, tokens.lengths, budget)
        optimizer.step()
        _wait(device)

    for _ in range(3):
        step()
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    seconds = []
    for _ in range(rounds):
        began = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - began)
    work = flops(layers, width, encoder.model.config.intermediate_size, model.sources[0].bottleneck(0).rank)
    achieved = work * documents / median(seconds)
    peak = torch.cuda.max_memory_allocated(device) // 2**20 if device.type == "cuda" else "?"
    print(
        f"{name:8} {documents:4} documents of {LENGTH} tokens in a step: "
        f"{documents / median(seconds):9.1f} documents/s, {achieved / 1e12:6.2f} Tflop/s = "
        f"{achieved / rate:.0%} of the matmul rate, peak memory {peak} MiB"
    )


def flops(layers: int, width: int, inner: int, rank: int) -> float:
    """Floating-point operations really needed for a document: layer 0 is opened, and no weight has a gradient."""
    products = 2 * LENGTH * (4 * width**2 + 2 * width * inner)
    attention = 2 * 2 * LENGTH**2 * width
    adapters = 2 * LENGTH * width * rank * SOURCES
    # Forward 2 and 2, backward 2 and 4 (attention: two per product); adapters: down, up, and back through both.
    return (layers - 1) * (2 * products + 3 * attention) + adapters * (4 * layers - 1)


def matmul_rate(device: torch.device, size: int) -> float:
    """Operations per second of one large product, in the precision that training uses; the best of ten."""
    left, right = (torch.randn(size, size, device=device) for _ in range(2))
    with autocast(device):
        kind = (left[:1] @ right).dtype
    left, right = left.to(kind), right.to(kind)
    seconds = []
    for _ in range(12):
        _wait(device)
        began = time.perf_counter()
        left @ right
        _wait(device)
        seconds.append(time.perf_counter() - began)
    return 2 * size**3 / min(seconds[2:])


def random_encoder(layers: int, width: int) -> Encoder:
    """A BERT of this shape with random weights, and no tokenizer: the documents are numbers already."""
    torch.manual_seed(0)
    config = BertConfig(
        num_hidden_layers=layers, hidden_size=width, num_attention_heads=12 if width >= 384 else 2,
        intermediate_size=4 * width, vocab_size=1000 if width < 128 else 30522,
    )  # fmt: skip
    model = BertModel(config, add_pooling_layer=False)
    return Encoder(model, None, name="random", source=None, pooling="mean", max_length=LENGTH)


def sources(encoder: Encoder) -> list[Adapter]:
    first = new_adapter(
        "source 0", layers=len(encoder.layers), width=encoder.width, model_type="bert", reduction_factor=16, seed=0
    ).frozen()
    return [replace(first, name=f"source {i}") for i in range(SOURCES)]


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _name(device: torch.device) -> str:
    return torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"


if __name__ == "__main__":
    main()
