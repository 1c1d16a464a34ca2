"""Documents that say too little or too much, and a column that holds no texts at all."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from scalearn_core.checks.finding import Finding, Remedy, Severity
from scalearn_core.checks.scan import SHORT_TEXT, TINY_TEXT, Scan, evenly, those
from scalearn_core.data.recipe import Step
from scalearn_core.encoders.cards import CARDS, EncoderCard

SIZES: tuple[tuple[int, str, Severity], ...] = (
    (TINY_TEXT, "tiny_texts", "warning"),
    (SHORT_TEXT, "short_texts", "hint"),
)
TOKENISED = 200
"""Documents that are tokenised to learn how long a token is."""
TOKENISED_CHARACTERS = 5_000
"""Of each."""
QUICKLY_READ = 2_000_000
"""Bytes of a tokenizer that is read in a tenth of a second; one of 17 MB takes a second or two."""
MANY_LONG = 0.1
"""Share of the documents above which cut texts are a warning."""
IDS_LOOKED_AT = 2000
ALMOST_ALL = 0.9
"""Share of the documents that must look like ids, and of these that must differ."""

_ID = re.compile(r"(?=[^\d]*\d)[\w\-./:#+,%$]{1,40}", re.ASCII)
_NUMBER = re.compile(r"[-+$]?\d[\d.,]*%?", re.ASCII)


def little_text(scan: Scan) -> list[Finding]:
    """`tiny_texts`: fewer than three letters or digits; `short_texts`: more, but fewer than ten characters."""
    findings = []
    for kind, code, severity in SIZES:
        numbers = np.flatnonzero(scan.size == kind)
        if len(numbers):
            rows = tuple(scan.rows[numbers].tolist())
            left = len(scan) - len(numbers)
            values = {"concerned": len(numbers), "documents": len(scan), "share": len(numbers) / len(scan)}
            step = Step("leave_out_rows", code, rows=rows)
            remedy = Remedy("leave_out_texts", (step,), {"concerned": len(numbers), "left": left})
            findings.append(Finding(code, severity, values, rows, remedies=(remedy,) if left else ()))
    return findings


def long_texts(scan: Scan, texts: pd.Series[str], encoder_key: str | None) -> list[Finding]:
    """`long_texts`: about how much of the texts an encoder does not read.

    Estimated from the characters per token of some of those documents that could be too long at all.
    """
    card = CARDS.get(encoder_key or "")
    if card is None:
        return []
    candidates = np.flatnonzero(scan.lengths > card.max_length)  # a token is one character or more
    if not len(candidates):
        return []
    some = candidates[evenly(len(candidates), TOKENISED)]
    readable = card.max_length * characters_per_token(card, [text.strip() for text in those(texts, some)])
    long = np.flatnonzero(scan.lengths > readable)
    if not len(long):
        return []
    cut = 1 - readable / scan.lengths[long]
    share = len(long) / len(scan)
    values = {
        "concerned": len(long),
        "documents": len(scan),
        "share": share,
        "cut": float((cut * scan.lengths[long]).sum() / scan.lengths.sum()),
        "readable": round(readable),
        "encoder": card.key,
    }
    severity: Severity = "warning" if share > MANY_LONG else "hint"
    worst_first = np.argsort(-cut, kind="stable")
    notes = tuple(f"{part:.0%}" for part in cut[worst_first].tolist())
    return [Finding("long_texts", severity, values, tuple(scan.rows[long[worst_first]].tolist()), notes)]


def characters_per_token(card: EncoderCard, texts: Sequence[str]) -> float:
    """Of these texts, by the encoder's tokenizer where it is read in a moment, else by what its card says."""
    texts = [text[:TOKENISED_CHARACTERS] for text in texts]
    characters = sum(map(len, texts))
    weights = card.weights.find() if card.weights is not None else None
    file = card.tokenizer.find() if card.tokenizer is not None else weights and weights.with_name("tokenizer.json")
    if file is None or not file.is_file() or file.stat().st_size > QUICKLY_READ:
        return characters / (sum(len(text.encode()) for text in texts) / card.bytes_per_token)
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return characters / sum(len(encoding.ids) for encoding in tokenizer.encode_batch(texts))


def id_column(scan: Scan, texts: pd.Series[str], columns: Mapping[str, Sequence[str]] | None) -> list[Finding]:
    """`id_column`: the texts are ids or numbers; `id_column_other` if another column of the table holds texts.

    Args:
        columns: all columns of the table the dataset was read from.
    """
    chosen = evenly(len(texts), IDS_LOOKED_AT)
    looked_at = those(texts, chosen)
    share = _share(_ID, looked_at)
    differ = len(np.unique(scan.same)) / len(scan)
    if share < ALMOST_ALL or (differ < ALMOST_ALL and _share(_NUMBER, looked_at) < ALMOST_ALL):
        return []
    values = {"share": share, "example": looked_at[0].strip(), "documents": len(scan), "looked_at": len(looked_at)}
    words = {name: _words(cells) for name, cells in (columns or {}).items()}
    best = max(words, key=words.__getitem__, default="")
    if words.get(best, 0) > 2:
        return [Finding("id_column_other", "serious", {**values, "column": best})]
    return [Finding("id_column", "serious", values)]


def _share(pattern: re.Pattern[str], texts: Sequence[str]) -> float:
    return sum(pattern.fullmatch(text.strip()) is not None for text in texts) / len(texts)


def _words(cells: Sequence[str]) -> float:
    """Words of a cell on average; three signs of Japanese count as one."""
    step = max(1, len(cells) // IDS_LOOKED_AT)
    some = list(cells[::step])
    return sum(len(re.findall(r"[A-Za-zÀ-ɏ]{2,}|[^\W\d_A-Za-zÀ-ɏ]{3}", cell)) for cell in some) / max(1, len(some))
