"""The studio itself stays light: no page and no view of one loads torch, transformers or what these load."""

from __future__ import annotations

import subprocess
import sys

from scalearn_ui.shell import MENU
from tests.ui.conftest import ROOT

VISIT = """
import sys
from pathlib import Path
from streamlit.testing.v1 import AppTest
run, *pages = sys.argv[1:]
app = AppTest.from_string(Path("studio.py").read_text("utf-8"), default_timeout=120).run()
for page in pages:
    name, _, view = page.partition("/")
    app.query_params["run"] = run
    app.query_params["view"] = view
    app.switch_page(str(Path("pages", f"{name}.py").absolute())).run()
    assert not app.exception and not app.error, page
    if view == "levers":
        app.slider[0].set_value(50).run()
    if name == "classify":
        app.text_area(key="one_text").set_value("the vpn drops again")
        app.button(key="classify_text").click().run()
        assert [line for line in app.subheader if "VPN" in line.value or "Hardware" in line.value]
    loaded = {"torch", "transformers", "sklearn"} & sys.modules.keys()
    assert not loaded, f"{page} loads {loaded}"
"""


def test_no_page_loads_torch(trained: str) -> None:
    views = {"transfer": ("sources", "levers"), "results": ("summary", "classes", "confidence", "ladder")}
    names = [name for section in MENU.values() for name in section]
    pages = [f"{name}/{view}" for name in names for view in views.get(name, ("",))]
    subprocess.run([sys.executable, "-c", VISIT, trained, *pages], cwd=ROOT, check=True)
