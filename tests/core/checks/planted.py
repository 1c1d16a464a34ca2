"""Tables of made-up words whose classes can be told, with a share of wrong labels in them."""

from __future__ import annotations

import random

from scalearn_core.data.dataset import TextDataset
from tests.core.checks.made import made

LATIN = "abcdefghijklmnopqrstuvwxyz"
KANJI = "".join(chr(0x4E00 + 7 * place) for place in range(400))


def with_wrong_labels(
    documents: int, classes: int, wrong: float, *, letters: str = LATIN, seed: int = 1
) -> tuple[TextDataset, set[int]]:
    """The table, and the row numbers of the wrong labels.

    Three words of ten are of the document's class, the others of any. Between words of kanji are no spaces.
    """
    draw = random.Random(seed)
    spaced = letters == LATIN

    def word() -> str:
        return "".join(draw.choices(letters, k=draw.randint(3, 8) if spaced else draw.randint(2, 3)))

    common = [word() for _ in range(300)]
    own = [[word() for _ in range(30)] for _ in range(classes)]
    rows, planted = [], set()
    for number in range(documents):
        true = given = number % classes
        words = [draw.choice(own[true] if draw.random() < 0.3 else common) for _ in range(12)]
        if draw.random() < wrong:
            given = (true + draw.randrange(1, classes)) % classes
            planted.add(number + 2)
        rows.append(((" " if spaced else "").join(words), f"class {given}"))
    return made(rows), planted
