"""Do the intervals of `review/shares.py` hold the truth, and are they narrower than those of the labels alone?

    python -m benchmarks.shares FOLDER OUT [--tables ag_news,sib200_jpn,trec50,mpqa] [--simulations 300]

FOLDER and OUT as in `benchmarks.proposals`. A logistic regression of 8 documents per category answers for the
other documents of the pile; of these so many are drawn at random and labelled, again and again. Of every category
of at least 3% of the pile: how often the 95% interval holds its true share, and its mean width against that of
the labels alone.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks.proposals import COMMON, TABLES, read_task
from scalearn_core.review.proposals import live_head
from scalearn_core.review.shares import shares_of

PER_CATEGORY = 8
LABELS = (30, 60, 150)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--tables", default=",".join(TABLES))
    parser.add_argument("--simulations", type=int, default=300)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    print(f"{'table':12} {'labels':>6} {'categories':>10} {'held':>6} {'lowest':>7} {'width':>6} {'alone':>6}")
    for name in asked.tables.split(","):
        task = read_task(asked.folder, asked.out, name, 0)
        rng = np.random.default_rng(0)
        order = rng.permutation(len(task.answers))
        ranks = np.array([np.sum(task.answers[order[:i]] == task.answers[order[i]]) for i in range(len(order))])
        learned = order[ranks < PER_CATEGORY]
        pile = np.setdiff1d(np.arange(len(task.answers)), learned)
        head = live_head(task.pile[learned], task.answers[learned], task.categories)
        assert head is not None
        answers = task.answers[pile]
        categories = np.arange(task.categories)
        given, has = head.predict(task.pile[pile])[:, None] == categories, answers[:, None] == categories
        common = np.flatnonzero(has.mean(0) >= COMMON)
        labels = [str(category) for category in common]
        for number in LABELS:
            held, width, alone = np.zeros(len(common)), 0.0, 0.0
            for _ in range(asked.simulations):
                drawn = np.zeros(len(pile), dtype=np.bool_)
                drawn[rng.permutation(len(pile))[:number]] = True
                found = shares_of(labels, given[:, common], drawn, has[drawn][:, common])
                for place, each in enumerate(found):
                    assert each.low is not None and each.high is not None
                    assert each.alone_low is not None and each.alone_high is not None
                    held[place] += each.low <= has[:, common[place]].mean() <= each.high
                    width += each.high - each.low
                    alone += each.alone_high - each.alone_low
            of, total = held / asked.simulations, asked.simulations * len(common)
            row = f"{name:12} {number:>6} {len(common):>10} {of.mean():6.1%} {of.min():7.1%}"
            print(f"{row} {width / total:6.3f} {alone / total:6.3f}", flush=True)


if __name__ == "__main__":
    main()
