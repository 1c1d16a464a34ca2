"""Router of ScaLearn Studio: language, pages, then the requested page."""

from __future__ import annotations

from scalearn_core.config import let_threads_sleep
from scalearn_ui import shell

let_threads_sleep()
shell.open_app()
