"""Old entries leave the trail, the chain stays whole, and nobody can empty an entry in silence."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from scalearn_core.audit import trail
from scalearn_core.audit.retention import archive
from scalearn_core.audit.trail import archived, folder, head, line_of, record
from scalearn_core.audit.verify import read_copy, read_trail
from scalearn_core.cli import main
from scalearn_core.governance.verify import verify

TOMORROW = datetime.now(UTC).date() + timedelta(days=1)


def some() -> None:
    for action in ("data.upload", "run.train", "roles.change", "run.predict", "passport.write"):
        facts = {"sha256": None} if action == "roles.change" else {"sha256": "ab" * 32}
        record(action, facts, who="Aiko Sato")


def test_old_entries_go_to_a_file_and_their_hashes_stay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    some()
    before, out = read_trail().entries, tmp_path / "old.jsonl"
    told = ["audit", "archive", "--before", TOMORROW.isoformat(), "--out", str(out), "--by", "Ben", "--json"]
    assert main(told) == 0
    assert not out.exists() and read_trail().entries == before, "only told"
    assert main([*told, "--yes"]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (found["entries"], found["kept"]) == (3, 2)
    assert found["actions"] == {"data.upload": 1, "run.train": 1, "run.predict": 1}
    now = read_trail()
    assert now.broken is None and [entry.hash for entry in now.entries[:5]] == [entry.hash for entry in before]
    assert [entry.action for entry in now.entries] == [
        "audit.archived", "audit.archived", "roles.change", "audit.archived", "passport.write", "audit.archive",
    ]  # fmt: skip
    assert found["head"] == {"n": 6, "hash": now.head.hash} and head() == now.head
    assert b"Aiko" not in b"".join(line_of(entry) for entry in now.entries if entry.action == "audit.archived")
    assert [json.loads(line)["n"] for line in out.read_bytes().splitlines()] == [1, 2, 4]
    assert verify([out]).whole
    record("data.upload", {}, who="Ben")
    assert read_trail().broken is None, "and it goes on"
    out.write_bytes(out.read_bytes().replace(b"Aiko", b"Akio"))
    assert [problem.code for problem in verify().problems] == ["changed"]


def test_an_entry_emptied_by_hand_is_named() -> None:
    some()
    entries = list(read_trail().entries)
    entries[2] = archived(entries[2])
    (folder() / trail.TRAIL).write_bytes(b"".join(map(line_of, entries)))
    found = read_trail().broken
    assert found is not None and (found.code, found.where) == ("emptied", "trail.jsonl line 3")


def test_what_is_left_of_an_entry_is_guarded_as_before(tmp_path: Path) -> None:
    some()
    archive(TOMORROW, tmp_path / "old.jsonl", who="Ben")
    content = (folder() / trail.TRAIL).read_bytes()
    for place in range(len(content)):
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        found = read_copy(changed, "copy").broken
        at = content[:place].count(b"\n") + 1
        last_hash = at == content.count(b"\n")
        # A changed hash of an archived entry is found by the next one that is chained to it.
        assert found is not None, (place, last_hash)
        assert int(found.where.split()[-1]) in (at, at + 1)


def test_a_process_killed_in_between_leaves_a_whole_trail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    some()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(trail.Trail, "rewrite", _killed)
        archive(TOMORROW, tmp_path / "old.jsonl", who="Ben")
    assert read_trail().broken is None
    assert archive(TOMORROW, tmp_path / "again.jsonl", who="Ben").entries == 3
    assert read_trail().broken is None


def test_nothing_old_is_nothing_done(tmp_path: Path) -> None:
    some()
    found = archive(date(2020, 1, 1), tmp_path / "old.jsonl", who="Ben")
    assert (found.entries, found.sha256) == (0, None) and not (tmp_path / "old.jsonl").exists()
    assert len(read_trail().entries) == 5


def _killed(*_: object) -> None:
    raise KeyboardInterrupt
