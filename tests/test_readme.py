"""The README's Python block runs as it stands, on a part of the sample it names."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from scalearn_core.workspace.samples import SAMPLES
from tests.samples import shortest, written

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "OMP_NUM_THREADS": "1"}
EACH = 12
"""So many documents of each of the six teams."""


def test_the_python_block_runs(tmp_path: Path) -> None:
    block = re.search(r"```python\n(.+?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert block is not None
    named = SAMPLES["service_desk"].path.relative_to(ROOT)
    assert f'"{named}"' in block[1]
    (tmp_path / named).parent.mkdir(parents=True)
    (tmp_path / named).write_bytes(written(shortest("service_desk", EACH)))
    done = subprocess.run(
        [sys.executable, "-c", block[1]],
        cwd=tmp_path, env={**ENVIRONMENT, "HOME": str(tmp_path)},
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    scores, counts, label = done.stdout.strip().splitlines()
    assert "value" in scores
    assert "'scales': 18" in counts  # 6 layers, 2 sources and the own adapter
    assert label == "['Facilities']"


DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PLACES = (
    "app.py",
    "studio.py",
    "pages/",
    "scalearn_core/",
    "scalearn_ui/",
    "assets/",
    "tests/",
    "docs/",
    "benchmarks/",
    "findings/",
)


def test_every_file_the_documents_name_exists() -> None:
    """What is linked, and what stands in backquotes and begins with a place of this repository."""
    missing = []
    for document in DOCUMENTS:
        content = document.read_text("utf-8")
        for target in re.findall(r"\]\(([^)#\s]+)\)", content):
            if not target.startswith("http") and not (document.parent / target).exists():
                missing.append(f"{document.name} links {target}")
        for named in re.findall(r"`([\w./-]+)`", content):
            if named.startswith(PLACES) and "." in named + "/." and not list(ROOT.glob(named.rstrip("/"))):
                missing.append(f"{document.name} names {named}")
    assert not missing, "\n".join(missing)
