"""What a user does, in a real browser. The first journey trains the model that the others look at."""

from __future__ import annotations

import csv
import io
import re
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from scalearn_ui.headers import HEADERS
from tests.e2e.conftest import Open, settled, shown, studio, title
from tests.e2e.machine import slowness

pytestmark = pytest.mark.e2e

FIRST_MODEL_SECONDS = 180
"""From the click on a sample to Results, on two cores (issue: the first slice)."""
PAGES = ("", "data", "sources", "train", "run", "results", "transfer", "scales", "classify", "glossary")
NARROW, WIDE = 390, 1280
"""Of a telephone's window and of a desk's, in pixels."""


@dataclass(frozen=True)
class Trained:
    run: str
    seconds: float
    slowness: float
    """Of the machine, before and after (`machine.py`)."""


@pytest.fixture(scope="session")
def trained(browser: Browser, address: str) -> Trained:
    """The first journey: sample, defaults, train, results. Measured as a user lives it."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en-US")
    page.goto(address)
    settled(page)
    before = slowness()
    started = time.monotonic()
    page.get_by_role("button", name="Service-desk tickets").click()
    page.get_by_role("button", name=re.compile("Train it here|Start training")).click()
    title(page, "Runs")
    page.get_by_role("button", name="See the results").click(timeout=900_000)
    title(page, "Results")
    expect(page.get_by_text("How good is it?")).to_be_visible()
    seconds = time.monotonic() - started
    run = re.search(r"run=([\w-]+)", page.url)
    assert run is not None, page.url
    page.close()
    return Trained(run[1], seconds, (before + slowness()) / 2)


def test_a_deep_link_into_a_fresh_server_goes_through_the_router(open_page: Open, tmp_path: Path) -> None:
    with studio(tmp_path / "workspace") as fresh:
        page = open_page("results", base=fresh)
        title(page, "Results")
        expect(page.get_by_role("link", name="Home")).to_be_visible()  # the menu: studio.py has run
        assert "/results" in page.url
        with urllib.request.urlopen(fresh) as answer:
            assert {name: answer.headers[name] for name in HEADERS} == HEADERS, "in no foreign frame"


@pytest.mark.alone
def test_the_first_model_is_ready_in_time(trained: Trained) -> None:
    print(f"\nfirst model: {trained.seconds:.0f} s, on a machine {trained.slowness:.1f} times slower than usual")
    assert trained.seconds < FIRST_MODEL_SECONDS * trained.slowness


def test_results_and_scales_explain_themselves(trained: Trained, open_page: Open) -> None:
    page = open_page(f"results?run={trained.run}")
    title(page, "Results")
    verdicts = re.compile(
        r"(Reusing sources helped|No clear gain over the plain|because of the sources|Worse than the plain"
        r"|due to the sources was not tested|made no difference at all|The sources are not used)"
    )
    expect(shown(page, verdicts)).to_be_visible()
    expect(shown(page, "What to do next:")).to_be_visible()
    for part, heading in (
        ("Did it help?", "How good is it?"),
        ("Mistakes", "What is mistaken for what?"),
        ("Cost", "What did it cost?"),
        ("Another table", "Try it on another table"),
    ):
        page.get_by_text(part, exact=True).first.click()
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
    page = open_page(f"results?run={trained.run}&view=ladder")  # a link to a part of the page
    expect(page.get_by_text("Classifier on top", exact=True)).to_be_visible()  # the head, beside the scales
    page = open_page(f"results?run={trained.run}")
    page.get_by_role("button", name="See which sources help").click()
    title(page, "Which sources help")
    page.get_by_role("button", name="See what each source added").click()
    title(page, "Scales")
    expect(page.get_by_text("How to read it.")).to_be_visible()
    expect(page.locator(".js-plotly-plot .heatmaplayer").first).to_be_attached()


def test_one_text_is_classified(trained: Trained, open_page: Open) -> None:
    page = open_page(f"classify?run={trained.run}")
    page.get_by_role("textbox").first.fill("My laptop battery is swollen and the case does not close any more")
    page.get_by_role("button", name="Classify", exact=True).click()
    expect(shown(page, "Hardware")).to_be_visible(timeout=60_000)


def test_a_table_is_classified_and_downloaded(trained: Trained, open_page: Open, tmp_path: Path) -> None:
    table = tmp_path / "new.csv"
    table.write_bytes("件名,本文\r\n一,VPN drops every hour\r\n二,=1+1 payslip is missing\r\n".encode("cp932"))
    page = open_page(f"classify?run={trained.run}")
    page.get_by_text("A table", exact=True).click()
    page.locator("input[type=file]").set_input_files(table)
    page.get_by_role("button", name="Classify 2 rows").click()
    with page.expect_download(timeout=120_000) as download:
        page.get_by_text("Download the classified table").click(timeout=120_000)
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["件名"] for row in rows] == ["一", "二"]
    assert rows[1]["本文"] == "'=1+1 payslip is missing"
    assert all(row["predicted"] for row in rows)


def test_an_own_table_is_stored_and_a_run_can_be_cancelled(
    trained: Trained, open_page: Open, tmp_path: Path
) -> None:
    table = tmp_path / "Anfragen.csv"
    lines = [
        f"Text number {i} about {'rain' if i % 2 else 'trains'};{'weather' if i % 2 else 'travel'}"
        for i in range(60)
    ]
    table.write_text("\n".join(["body;topic", *lines]), "utf-8")
    page = open_page("data")
    page.locator("input[type=file]").set_input_files(table)
    page.get_by_role("button", name="Save and go to training").click(timeout=30_000)
    title(page, "Train a model")
    page.get_by_role("button", name="Start training").click()
    title(page, "Runs")
    page.reload()  # a run survives a refresh
    settled(page)
    expect(page.get_by_role("button", name="Cancel the run")).to_be_visible()
    page.get_by_role("button", name="Cancel the run").click()
    expect(shown(page, "Cancelled")).to_be_visible(timeout=30_000)


def test_a_wrong_file_gets_one_sentence(trained: Trained, open_page: Open, tmp_path: Path) -> None:
    table = tmp_path / "photo.csv"
    table.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    page = open_page("data")
    page.locator("input[type=file]").set_input_files(table)
    expect(page.get_by_role("alert").first).to_be_visible()
    assert "Traceback" not in page.content()


def test_a_hostile_label_or_link_calls_nobody(trained: Trained, open_page: Open, tmp_path: Path) -> None:
    bait = "![px](http://127.0.0.1:9/leak.png)"
    table = tmp_path / "hostile.csv"
    rows = [f'"text number {i}","{bait if i < 4 else "plain"}"' for i in range(24)]
    table.write_text("\n".join(["body,topic", *rows]), "utf-8")
    page = open_page("data")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator("input[type=file]").set_input_files(table)
    expect(page.get_by_role("button", name="Save and go to training")).to_be_visible()
    expect(shown(page, bait)).to_be_visible()
    page.goto(f"{page.url.split('/data')[0]}/results?run={bait}")
    settled(page)
    assert not [url for url in asked if ":9/" in url and "/results" not in url], asked


@pytest.mark.parametrize("locale", ["en-US", "ja-JP"])
def test_every_page_shows_in_both_languages_at_both_widths(
    trained: Trained, open_page: Open, address: str, locale: str
) -> None:
    page = open_page(width=NARROW, locale=locale)  # one browser's worth of cached scripts, a fresh session each
    for path in PAGES:
        query = f"?run={trained.run}" if path in ("run", "results", "transfer", "scales") else ""
        page.set_viewport_size({"width": NARROW, "height": 900})
        page.goto(f"{address}/{path}{query}")
        settled(page)
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_be_visible()
        japanese = re.search(r"[぀-ヿ一-鿿]", page.locator("section.main, [data-testid=stMain]").inner_text())
        assert bool(japanese) is (locale == "ja-JP"), path
        assert _overflow(page) <= 1, f"{path} is wider than a telephone's window"
        page.set_viewport_size({"width": WIDE, "height": 900})  # as a window that is dragged
        expect(heading).to_be_visible()
        assert _overflow(page) <= 1, f"{path} is wider than the window"
        assert page.get_by_text("went wrong in the studio").count() == 0


OVERFLOW = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(
    () => done(document.documentElement.scrollWidth - document.documentElement.clientWidth))))"""


def _overflow(page: Page) -> int:
    """Pixels by which the page is wider than its window, once the window's size has been drawn."""
    return int(page.evaluate(OVERFLOW))
