"""`python -m scalearn_core`."""

from __future__ import annotations

import sys

from scalearn_core.cli import main

if __name__ == "__main__":
    sys.exit(main())
