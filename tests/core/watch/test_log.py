"""The log of answers: off until it is turned on, and no texts where there should be none."""

from __future__ import annotations

import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scalearn_core.watch import log

MODEL = "ab" * 32
TEXTS = ["Ms Kowalski cannot log in 🖨", "請求書が届きません\n\x07"]


def keep(**settings: object) -> int:
    return log.keep(MODEL, TEXTS, [("IT",), ()], [0.93, 0.4], **settings)  # type: ignore[arg-type]


def test_nothing_is_kept_until_somebody_wants_it(workspace: Path) -> None:
    assert (log.mode_of(MODEL), keep(), log.answers(MODEL)) == ("off", 0, [])
    assert not (workspace / "watch").exists()


def test_hashed_keeps_no_text(workspace: Path) -> None:
    log.set_mode(MODEL, "hashed")
    assert keep() == 2 and keep() == 2
    kept = log.answers(MODEL)
    assert [(answer.labels, answer.confidence, answer.text) for answer in kept[:2]] == [
        (("IT",), 0.93, None),
        ((), 0.4, None),
    ]
    assert kept[0].hash == kept[2].hash != kept[1].hash
    content = b"".join(file.read_bytes() for file in workspace.rglob("*") if file.is_file())
    assert b"Kowalski" not in content and "請求".encode() not in content


def test_the_hash_needs_the_key_of_the_workspace(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.set_mode(MODEL, "hashed")
    keep()
    assert stat.S_IMODE((workspace / "watch" / "key").stat().st_mode) == 0o600
    here = log.answers(MODEL)[0].hash
    monkeypatch.setenv("SCALEARN_HOME", str(tmp_path / "other"))
    log.set_mode(MODEL, "hashed")
    keep()
    assert log.answers(MODEL)[0].hash != here


def test_full_keeps_texts_and_forget_deletes_them(workspace: Path) -> None:
    log.set_mode(MODEL, "full")
    yesterday = datetime.now(UTC) - timedelta(days=1)
    keep(now=yesterday)
    keep()
    assert [answer.text for answer in log.answers(MODEL)] == TEXTS * 2
    assert len(log.answers(MODEL, since=datetime.now(UTC).date())) == 2
    files = sorted((workspace / "watch" / MODEL[:32]).glob("*.jsonl"))
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600] * 2
    assert log.forget(MODEL) == 2
    assert log.answers(MODEL) == []


def test_a_line_cut_off_by_a_crash_loses_no_other(workspace: Path) -> None:
    log.set_mode(MODEL, "full")
    keep()
    file = next((workspace / "watch").rglob("*.jsonl"))
    file.write_bytes(file.read_bytes() + b'{"time": "2026-11-')
    assert len(log.answers(MODEL)) == 2


def test_many_may_write_at_once(workspace: Path) -> None:
    log.set_mode(MODEL, "full")
    threads = [threading.Thread(target=keep) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(log.answers(MODEL)) == 32


@pytest.mark.parametrize("model", ["../../etc", "", "AB" * 32, "a/b"])
def test_names_never_become_paths(model: str) -> None:
    with pytest.raises(ValueError, match="no identity"):
        log.folder_of(model)


def test_damaged_settings_mean_off(workspace: Path) -> None:
    log.set_mode(MODEL, "full")
    (log.folder_of(MODEL) / "settings.json").write_text('{"log": "everything"}', "utf-8")
    assert log.mode_of(MODEL) == "off"
