"""Do the marked words matter: how far the probability falls without them, against as many random words; and how
long.

    python -m benchmarks.explanation MODEL TABLE --text COLUMN [--documents 60]

MODEL is a folder that `train` wrote, TABLE one of its kind of documents. The first documents with at least five
words are explained by the engine that predicts. Seconds are wall time, the first document left out.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from scalearn_core.explain.document import explain_document
from scalearn_core.explain.words import Span, without, words_of
from scalearn_core.prediction.predictor import Predictor
from scalearn_core.tables.reader import read_table


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("table", type=Path)
    parser.add_argument("--text", required=True)
    parser.add_argument("--documents", type=int, default=60)
    asked = parser.parse_args()
    predictor = Predictor.load(asked.model)
    texts = [text for text in read_table(asked.table).frame[asked.text] if len(words_of(text)) >= 5]
    rng, marked, random, seconds, tokens = np.random.default_rng(0), [], [], [], []
    for text in texts[: asked.documents]:
        began = time.perf_counter()
        found = explain_document(predictor.model, text, probabilities=predictor.predict_proba)
        seconds.append(time.perf_counter() - began)
        tokens.append(predictor.model.encoder.tokenize([text]).lengths[0])
        if found.without_marked is None:
            continue
        drawn = rng.permutation(len(found.words))[: len(found.marked)].tolist()
        left = without(text, [Span(found.words[i].start, found.words[i].end) for i in drawn])
        place = predictor.labels.index(found.explained)
        marked.append(found.probability - found.without_marked)
        random.append(found.probability - float(predictor.predict_proba([left])[0, place]))
    print(f"{len(marked)} of {len(seconds)} documents have marked words; median {np.median(tokens):.0f} tokens")
    more = np.mean(np.array(marked) > np.array(random))
    print(f"the probability falls by {np.mean(marked):.3f} without the marked words, by {np.mean(random):.3f}")
    print(f"without as many random ones; by more in {more:.0%} of the documents")
    print(f"seconds per document: median {np.median(seconds[1:]):.2f}, 90th percentile "
          f"{np.quantile(seconds[1:], 0.9):.2f}; engine {predictor.engine.kind}")  # fmt: skip


if __name__ == "__main__":
    main()
