"""A real server and a real browser, and one workspace for all journeys: the first one's model serves the rest."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from scalearn_core.devices import usable_cores

ROOT = Path(__file__).resolve().parents[2]
READY = "[data-testid=stApp][data-test-script-state=notRunning]"
Open = Callable[..., Page]
expect.set_options(timeout=30_000)  # milliseconds: the other test process, or a neighbour, may have the core


@contextmanager
def studio(home: Path, **environment: str) -> Iterator[str]:
    """Start the studio as a user would, on a free port; the address of its home page."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "app.py",
        f"--server.port={port}",
        "--server.headless=true",
    ]
    log = home.parent / f"server-{port}.log"
    with log.open("wb") as stream:
        server = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "SCALEARN_HOME": str(home), **environment},
            stdout=stream, stderr=stream,
        )  # fmt: skip
    try:
        _wait_until_healthy(f"http://127.0.0.1:{port}/_stcore/health", server, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=20)


def _wait_until_healthy(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"The server did not start:\n{log.read_text('utf-8', errors='replace')}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("The browser journeys need Debian's Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        running = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield running
        running.close()


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("studio") / "workspace"


@pytest.fixture(scope="session")
def address(home: Path) -> Iterator[str]:
    """Of a studio with all cores, as a user's: the first model is measured on it, with no test beside."""
    with studio(home, OMP_NUM_THREADS=str(usable_cores())) as found:
        yield found


@pytest.fixture
def open_page(browser: Browser, address: str) -> Iterator[Open]:
    """Open a page in a fresh session, in a language and a window width."""
    contexts = []

    def open_(path: str = "", *, base: str = address, width: int = 1280, locale: str = "en-US") -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, locale=locale, accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto(f"{base}/{path}")
        settled(page)
        return page

    yield open_
    for context in contexts:
        context.close()


def settled(page: Page) -> None:
    """Wait until the script of the page has run to its end."""
    page.wait_for_selector(READY)


def title(page: Page, name: str) -> None:
    """Expect the page of that title."""
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible(timeout=30_000)


def shown(page: Page, text: str | re.Pattern[str]) -> Locator:
    """The first `text` that one can see: tables keep hidden copies of their cells for screen readers."""
    return page.get_by_text(text).filter(visible=True).first
