"""Keys of the service."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from scalearn_core.cli import main
from scalearn_core.errors import ConfigError
from scalearn_core.serving import keys


def test_a_key_opens_until_it_is_revoked(workspace: Path) -> None:
    key, secret = keys.add("  the  mail room ")
    assert key.name == "the mail room"
    found = keys.load().opens(secret)
    assert found is not None and found.id == key.id
    assert keys.load().opens(secret[:-1]) is None and keys.load().opens("") is None
    assert secret not in keys.file().read_text("utf-8"), "only its hash is kept"
    keys.revoke(key.id)
    assert keys.load().opens(secret) is None
    assert keys.load().valid == ()


def test_a_damaged_file_lets_nobody_in(workspace: Path) -> None:
    keys.add("a")
    keys.file().write_text("[]", "utf-8")
    with pytest.raises(ConfigError, match="cannot be read"):
        keys.load()


def test_keys_made_at_the_same_time_are_all_kept(workspace: Path) -> None:
    threads = [threading.Thread(target=keys.add, args=(f"key {number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys.load().keys) == 8


def test_from_the_shell(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "add", "mail room", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["secret"].startswith("scalearn_")
    assert main(["keys", "list", "--json"]) == 0
    told = capsys.readouterr().out
    assert json.loads(told)[0]["name"] == "mail room" and made["secret"] not in told and "sha256" not in told
    assert main(["keys", "revoke", made["key"]]) == 0
    assert main(["keys", "revoke", "nobody"]) == 2
    assert "There is no key nobody." in capsys.readouterr().err
    assert main(["keys", "add"]) == 2
    assert main(["serve", "--model", "tickets", "--host", "0.0.0.0"]) == 2
    assert "there is no key" in capsys.readouterr().err
