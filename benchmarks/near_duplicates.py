"""Our search for near duplicates beside datasketch's MinHashLSH: seconds, memory, and what each finds.

    pip install datasketch==2.0.0                           # no part of the studio: for this comparison alone
    python -m benchmarks.near_duplicates                    # 3,000 documents, each compared with each as the truth
    python -m benchmarks.near_duplicates --time 100000      # seconds and peak memory beyond the texts
    python -m benchmarks.near_duplicates --time 1000000 --only ours [--template]

The documents are of 35 words, drawn with the frequencies of a language (Zipf) from 20,000 made-up ones, some 250
characters; a third of them are copies of which one to four words were changed. With `--template` all begin with
the same 30 words, and a tenth are one letter that differs in its number alone. A pair counts as found if both
documents are of one group, and as true if all-pairs comparison puts them into one. datasketch is run with 128
permutations and a threshold of 0.85, tuned for recall as its documentation says (`weights`); its candidates are
compared exactly, as ours are, and its hash is Python's own and not SHA-1, which is slower.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import resource
import time
from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from scalearn_core.data.near_duplicates import NEAR, grams, group_near, jaccard, normalised

Groups = NDArray[np.int64]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--time", type=int, metavar="DOCUMENTS")
    parser.add_argument("--only", choices=METHODS)
    parser.add_argument("--template", action="store_true")
    arguments = parser.parse_args()
    methods = [arguments.only] if arguments.only else list(METHODS)
    if arguments.time:
        for name in methods:
            process = multiprocessing.get_context("spawn").Process(
                target=measure, args=(name, arguments.time, arguments.template)
            )
            process.start()
            process.join()
        return
    texts = documents(3000, template=arguments.template)
    true = pairs_of(all_pairs(texts))
    for name in methods:
        found = pairs_of(METHODS[name](texts))
        print(
            f"{name:10} recall {len(found & true) / len(true):.4f}  precision {len(found & true) / len(found):.4f}"
        )
    print(f"true pairs {len(true)}")


def measure(name: str, number: int, template: bool) -> None:
    texts = documents(number, template=template)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, processor = time.perf_counter(), time.process_time()
    groups = METHODS[name](texts)
    seconds, processor = time.perf_counter() - began, time.process_time() - processor
    megabytes = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    repeats = int((groups != np.arange(number)).sum())
    length = np.mean([len(text) for text in texts])
    print(
        f"{name:10} {number} documents of {length:.0f} characters: {seconds:.1f} s "
        f"({processor:.1f} s of processor time), {megabytes:.0f} MB beyond them, {repeats} repeat another",
        flush=True,
    )


def documents(number: int, *, template: bool) -> list[str]:
    draw = random.Random(13)
    known = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(2, 11))) for _ in range(20_000)]
    often = np.cumsum(1 / (np.arange(len(known)) + 3.0)).tolist()
    head = " ".join(draw.choices(known, k=30)) + " " if template else ""
    letter = " ".join(draw.choices(known, k=30))
    texts: list[str] = []
    while len(texts) < number:
        words = draw.choices(known, cum_weights=often, k=35)
        if template and draw.random() < 0.1:
            texts.append(f"{head}{letter} {len(texts)}")
            continue
        texts.append(head + " ".join(words))
        if len(texts) % 3 == 2:
            for place in draw.sample(range(len(words)), draw.randint(1, 4)):
                words[place] = draw.choice(known)
            texts.append(head + " ".join(words))
    texts = texts[:number]
    draw.shuffle(texts)
    return texts


def with_datasketch(texts: Sequence[str]) -> Groups:
    from datasketch import MinHash, MinHashLSH

    bare = [normalised(text) for text in texts]
    index = MinHashLSH(threshold=NEAR, num_perm=128, weights=(0.1, 0.9))
    made = MinHash(num_perm=128, hashfunc=lambda gram: hash(gram) & 0xFFFFFFFF)
    links = []
    for number, text in enumerate(bare):
        mine = grams(text)
        sketch = made.copy()
        sketch.update_batch(list(mine))
        near = [other for other in index.query(sketch) if jaccard(mine, grams(bare[other])) >= NEAR]
        links += [(other, number) for other in near]
        index.insert(number, sketch)
    return linked(len(texts), links)


def all_pairs(texts: Sequence[str]) -> Groups:
    sets = [grams(normalised(text)) for text in texts]
    near = [(i, j) for i, j in combinations(range(len(sets)), 2) if jaccard(sets[i], sets[j]) >= NEAR]
    return linked(len(texts), near)


def linked(number: int, links: Sequence[tuple[int, int]]) -> Groups:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends = np.array(links, dtype=np.int64).reshape(-1, 2)
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(number, number))
    component = connected_components(graph, directed=False)[1]
    _, first, inverse = np.unique(component, return_index=True, return_inverse=True)
    return np.asarray(first[inverse], dtype=np.int64)


def pairs_of(groups: Groups) -> set[tuple[int, int]]:
    """Every two documents of one group."""
    order = np.argsort(groups, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)
    return {pair for part in parts for pair in combinations(part.tolist(), 2)}


METHODS: dict[str, Callable[[Sequence[str]], Groups]] = {"ours": group_near, "datasketch": with_datasketch}

if __name__ == "__main__":
    main()
