"""Equal trainings give equal bytes on a GPU too: only operations that promise it are allowed while one runs."""

from __future__ import annotations

import pytest
import torch

from scalearn_core.devices import repeatable
from scalearn_core.training.loop import seeded


def allowed() -> tuple[bool, bool]:
    return torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()


def test_a_cpu_is_left_as_it_is() -> None:
    before = allowed()
    with repeatable():
        assert allowed() == ((True, False) if torch.cuda.is_available() else before)
    assert allowed() == before


def test_with_a_gpu_the_settings_come_back_even_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    before = allowed()
    with pytest.raises(ZeroDivisionError), seeded(3):
        assert allowed() == (True, False)
        raise ZeroDivisionError
    assert allowed() == before
