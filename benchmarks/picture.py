"""The picture of the README: the heatmap of the first sample's scales, as the studio shows it.

    python -m benchmarks.picture docs/studio.png

Starts the studio on an empty workspace, opens the result that comes with the first sample, and takes the picture
in a real browser (Debian's Chromium).
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.e2e.conftest import settled, studio

LONGEST = 120_000
"""Milliseconds that a step may take."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    chromium = shutil.which("chromium")
    if chromium is None:
        parser.error("Chromium is missing: apt-get install chromium")
    with (
        tempfile.TemporaryDirectory() as folder,
        studio(Path(folder) / "workspace") as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 980}, locale="en-US")
        page.set_default_timeout(LONGEST)
        page.goto(address)
        settled(page)
        page.get_by_role("button", name="Try it with the sample").click()
        page.get_by_role("button", name="Train it here").wait_for()
        page.goto(page.url.replace("/results", "/scales"))
        page.wait_for_selector(".js-plotly-plot .heatmaplayer", state="attached")
        settled(page)
        page.wait_for_timeout(1_000)  # the figure's own animation
        page.screenshot(path=out)
        browser.close()
    print(f"{out}: {out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
