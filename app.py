"""Router of ScaLearn Studio: language, pages, then the requested page."""

from __future__ import annotations

from scalearn_ui import shell

shell.open_app()
