"""The trained model that tests of pages share serves here too."""

from __future__ import annotations

from tests.ui.conftest import trained_home

__all__ = ["trained_home"]
