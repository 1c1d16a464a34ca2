"""Prediction against the plain fp32 PyTorch encoder with the same length buckets: the two targets as ratios.

    python -m benchmarks.prediction [--threads 2] [--rounds 7] [--sources 9] [--large] [--model FOLDER]

Throughput on the documents of both sample tables, latency on one text of 60 tokens, interleaved, medians of the
ratios. The plain encoder computes no adapters and no head. By default scales and head are random over the
permissive sources; `--large` takes a randomly initialised 12x768 BERT with random adapters instead of the default
encoder. Macro-F1 is compared where it means something, on a trained model: see `fast_mode` in its result.json.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median


def main() -> None:
    arguments = _arguments()
    os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
    import torch

    from scalearn_core import ScaLearnModel, TextDataset
    from scalearn_core.encoders.batching import forward_batches
    from scalearn_core.onnx_graph.fast_mode import measure_fast_mode, read_ranges
    from scalearn_core.onnx_graph.graph import record
    from scalearn_core.onnx_graph.int8 import quantise
    from scalearn_core.onnx_graph.session import Session
    from scalearn_core.workspace.samples import SAMPLES

    torch.set_num_threads(arguments.threads)
    texts: list[str] = []
    for sample in SAMPLES.values():
        table = TextDataset.from_table(Path(sample.path), text=sample.text, label=sample.label)
        texts += table.frame["text"].tolist()
    model = ScaLearnModel.load(arguments.model) if arguments.model else _random_model(arguments)
    encoder = model.encoder
    texts = texts[: arguments.documents]
    tokens = encoder.tokenize(texts)
    one = encoder.tokenize(["my invoice is wrong since monday " * 30])
    one.ids[0], one.segments[0] = [*one.ids[0][:59], one.ids[0][-1]], one.segments[0][:60]
    graph = record(model)
    targets = model.predict_proba_of(tokens).argmax(1)
    ranges = measure_fast_mode(
        model, model.encoder.tokenize(texts[:128]), model.encoder.tokenize(texts[:8]), targets[:8]
    )["ranges"]
    sessions = {
        "ONNX Runtime fp32": Session(graph, encoder, threads=arguments.threads),
        "ONNX Runtime 8-bit": Session(quantise(graph, read_ranges(ranges)), encoder, threads=arguments.threads),
    }

    @torch.inference_mode()
    def plain(documents: object) -> None:
        for rows in forward_batches(documents.lengths, "cpu"):  # type: ignore[attr-defined]
            batch = encoder.pad(documents, rows)  # type: ignore[arg-type]
            encoder.pool(encoder.hidden_states(*batch), batch.attention_mask)

    ways: dict[str, Callable[[object], object]] = {"plain encoder, PyTorch": plain}
    ways["the model in PyTorch"] = model.predict_proba_of  # type: ignore[assignment]
    ways |= {name: session.predict_proba for name, session in sessions.items()}  # type: ignore[dict-item]
    seconds: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in ways}
    for turn in range(arguments.rounds + 1):
        for name, way in ways.items():
            for place, (documents, repeats) in enumerate(((tokens, 1), (one, 10))):
                began = time.perf_counter()
                for _ in range(repeats):
                    way(documents)
                if turn:
                    seconds[name][place].append((time.perf_counter() - began) / repeats)
    base = seconds["plain encoder, PyTorch"]
    for name, (many, single) in seconds.items():
        throughput = median(a / b for a, b in zip(base[0], many, strict=True))
        latency = median(b / a for a, b in zip(base[1], single, strict=True))
        print(
            f"{name:24} {len(tokens) / median(many):7.1f} documents/s = {throughput:.2f} x (target 1.6)   "
            f"one text {median(single) * 1000:6.1f} ms = {latency:.2f} x (target 0.5)"
        )
    fast = sessions["ONNX Runtime 8-bit"].predict_proba(tokens)
    print(
        f"labels of 8-bit and exact agree on {(fast.argmax(1) == targets).mean():.1%} of {len(tokens)} documents"
    )


def _random_model(arguments: argparse.Namespace):  # type: ignore[no-untyped-def]
    import torch

    from scalearn_core import Encoder, ScaLearnModel, catalog
    from tests.core.tiny import random_adapter

    encoder = Encoder.load(arguments.encoder)
    if arguments.large:
        from transformers import BertConfig, BertModel

        torch.manual_seed(0)
        with tempfile.TemporaryDirectory() as folder:
            BertModel(BertConfig(), add_pooling_layer=False).save_pretrained(folder)
            encoder.tokenizer.save_pretrained(folder)
            encoder = Encoder.load(folder)
        sources = [
            random_adapter(f"a{i}", seed=i, rank=48, layers=12, width=768) for i in range(arguments.sources)
        ]
    else:
        sources = catalog.load(catalog.permissive(arguments.encoder)[: arguments.sources], encoder)
    model = ScaLearnModel(encoder, sources, labels=["a", "b", "c", "d"])
    with torch.no_grad():
        for parameter in model.head.parameters():
            parameter.normal_(0.0, 0.2, generator=torch.Generator().manual_seed(0))
    return model


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--sources", type=int, default=9)
    parser.add_argument("--documents", type=int, default=400)
    parser.add_argument("--encoder", default="english", help="english (default) or multilingual")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--model", type=Path, help="a trained model's folder")
    return parser.parse_args()


if __name__ == "__main__":
    main()
