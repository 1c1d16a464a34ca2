"""What the shell says while it trains."""

from __future__ import annotations

import pytest

from scalearn_core.cli.progress import Progress


def test_where_no_adapter_learns_none_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(own_adapter=False) as progress:
        progress.on_stage("training")
    assert capsys.readouterr().err == "Scales and classifier\n"
    with Progress() as progress:
        progress.on_stage("training")
    assert capsys.readouterr().err == "Scales, task adapter and classifier\n"


def test_what_learns_beside_documents_without_label_is_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as progress:
        progress.on_stage("unlabelled")
        for part in (1, 2):
            progress.on_step(1, {"epoch": 1, "fraction": part / 2, "loss": 0.5, "part": part})
    told = capsys.readouterr().err
    assert "(1 of 2: model): epoch 1" in told and "(2 of 2: without sources): epoch 1" in told
