"""Where the shell writes: only where a file or folder belongs, and only what its name says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scalearn_core.cli.usage import UsageError, check_new_file, check_new_folder
from tests.core.test_cli import assert_refused, shell


def refused_file(file: Path, table: Path) -> str:
    with pytest.raises(UsageError) as caught:
        check_new_file(file, source=table)
    return str(caught.value)


def test_a_file_is_written_only_where_one_belongs(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("text\nhello\n", "utf-8")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "link.csv").symlink_to(table)
    (tmp_path / "dangling.csv").symlink_to(tmp_path / "nowhere.csv")
    (tmp_path / "device.csv").symlink_to("/dev/null")
    os.mkfifo(tmp_path / "pipe.csv")
    assert "is a folder" in refused_file(tmp_path / "folder.csv", table)
    for name in ("link.csv", "dangling.csv", "device.csv"):
        assert "is a link" in refused_file(tmp_path / name, table)
    assert "is a device or a pipe" in refused_file(tmp_path / "pipe.csv", table)
    assert "is a device or a pipe" in refused_file(Path("/dev/null"), table)
    assert "is the table itself" in refused_file(table, table)
    assert table.read_text("utf-8") == "text\nhello\n"
    check_new_file(tmp_path / "new" / "out.CSV", source=table)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["out.xlsx", "out.json", "out.csv.gz", "out.parquet", "out", ".csv", "csv"])
def test_an_ending_that_is_not_written_is_refused(name: str, tmp_path: Path) -> None:
    assert "does not end in .csv" in refused_file(tmp_path / name, tmp_path / "table.csv")


def test_a_folder_is_not_written_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "mine")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for name in ("link", "dangling"):
        with pytest.raises(UsageError, match="is a link"):
            check_new_folder(tmp_path / name)
    for place in (Path("/dev/null"), tmp_path / "mine" / ".."):
        with pytest.raises(UsageError):
            check_new_folder(place)


def test_a_rebuilt_adapter_does_not_replace_what_a_link_points_to(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "adapter_config.json").write_text("{}", "utf-8")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "trec6").symlink_to(tmp_path / "mine")
    told = shell("train-adapter", "--task", "trec6", "--data", tmp_path, "--out", tmp_path / "out")
    assert_refused(told, "is a link")
    assert (tmp_path / "mine" / "adapter_config.json").read_text("utf-8") == "{}"
