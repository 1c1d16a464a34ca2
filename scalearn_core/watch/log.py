"""The log of answers: off, with a keyed hash of each text, or with the texts; off until somebody turns it on.

`watch/<model>/` in the workspace holds a file per day (UTC) with one line per document, and `settings.json`. The
key of the hashes, `watch/key`, never leaves the workspace: without it, guessing a text does not find its hash.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from scalearn_core.config import open_workspace, workspace
from scalearn_core.records.watch import LogMode
from scalearn_core.runs.folders import write_json
from scalearn_core.storage.damage import DAMAGED_FILE
from scalearn_core.storage.files import read_json
from scalearn_core.storage.locks import holding

FOLDER, SETTINGS, KEY, LOCK = "watch", "settings.json", "key", "log.lock"
MODES: tuple[LogMode, ...] = ("off", "hashed", "full")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\.jsonl")
_MODEL = re.compile(r"[0-9a-f]{16,64}")


@dataclass(frozen=True)
class Answer:
    """One document that was answered."""

    time: str
    """ISO 8601, UTC."""
    labels: tuple[str, ...]
    confidence: float
    hash: str
    """HMAC-SHA256 of the text."""
    text: str | None
    """None where only hashes are kept."""

    @property
    def day(self) -> str:
        return self.time[:10]


def folder_of(model_id: str) -> Path:
    """Where a model's answers are kept, whether or not there are any. Raises ValueError: no identity."""
    if not _MODEL.fullmatch(model_id):
        raise ValueError(f"no identity of a model: {model_id[:40]}")
    return workspace().absolute() / FOLDER / model_id[:32]


def mode_of(model_id: str) -> LogMode:
    """How a model's answers are kept; "off" where nobody chose."""
    try:
        mode = read_json(folder_of(model_id) / SETTINGS)["log"]
    except DAMAGED_FILE:
        return "off"
    return mode if mode in MODES else "off"


def set_mode(model_id: str, mode: LogMode) -> None:
    """Choose it; what was kept before stays. Raises OSError."""
    open_workspace()
    write_json(folder_of(model_id) / SETTINGS, {"log": mode})


def keep(
    model_id: str,
    texts: Sequence[str],
    labels: Sequence[Sequence[str]],
    confidences: Sequence[float],
    *,
    now: datetime | None = None,
) -> int:
    """Add answers to the log, as its mode says; returns how many were written.

    Args:
        texts, labels, confidences: of each document.
        now: when they were answered; by default this moment.

    Raises:
        OSError: the log cannot be written.
    """
    mode = mode_of(model_id)
    if mode == "off" or not texts:
        return 0
    key, moment = _key(), (now or datetime.now(UTC)).astimezone(UTC)
    time = moment.isoformat(timespec="seconds")
    lines = []
    for text, given, confidence in zip(texts, labels, confidences, strict=True):
        row = {
            "time": time,
            "labels": list(given),
            "confidence": round(float(confidence), 4),
            "hash": hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest(),
        }
        lines.append(json.dumps(row | ({"text": text} if mode == "full" else {}), ensure_ascii=False))
    folder = folder_of(model_id)
    content = ("\n".join(lines) + "\n").encode("utf-8", "replace")
    with holding(folder / LOCK):
        descriptor = os.open(folder / f"{time[:10]}.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, content)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    return len(lines)


def answers(model_id: str, since: date | None = None) -> list[Answer]:
    """What was kept, oldest first; a line that was cut off by a crash is left out."""
    return list(_read(folder_of(model_id), since))


def forget(model_id: str) -> int:
    """Delete a model's log; returns the number of days that were deleted. Raises OSError."""
    days = [file for file in folder_of(model_id).glob("*.jsonl") if _DAY.fullmatch(file.name)]
    for file in days:
        file.unlink()
    return len(days)


def _read(folder: Path, since: date | None) -> Iterator[Answer]:
    for file in sorted(folder.glob("*.jsonl")):
        if not _DAY.fullmatch(file.name) or (since is not None and file.name[:10] < since.isoformat()):
            continue
        for line in file.read_text("utf-8", errors="replace").split("\n"):
            try:
                row = json.loads(line)
                yield Answer(
                    str(row["time"]), tuple(map(str, row["labels"])), float(row["confidence"]), str(row["hash"]),
                    row.get("text"),
                )  # fmt: skip
            except (ValueError, KeyError, TypeError, AttributeError):
                continue


def _key() -> bytes:
    """Made at first use, for this workspace alone; readable by its owner alone."""
    place = open_workspace() / FOLDER / KEY
    place.parent.mkdir(exist_ok=True)
    with holding(place.with_name("key.lock")):
        if not place.is_file() or place.stat().st_size != 32:
            draft = place.with_name(".key.tmp")
            draft.unlink(missing_ok=True)
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            os.write(descriptor, secrets.token_bytes(32))
            os.close(descriptor)
            draft.replace(place)
        return place.read_bytes()
