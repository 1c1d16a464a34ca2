"""The studio as a test drives it, and one model that is really trained for those tests that need one."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from streamlit.testing.v1 import AppTest

from scalearn_core import runs
from scalearn_core.adapters import catalog
from scalearn_core.data.mapping import Mapping
from scalearn_core.records.training import TrainingRecord
from scalearn_core.storage.locks import holding
from scalearn_core.workspace import datasets
from scalearn_core.workspace.samples import SAMPLES
from scalearn_ui.text import LANGUAGES
from tests.built import built_once
from tests.records import filled, training
from tests.samples import shortest, written

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(file.stem for file in (ROOT / "pages").glob("*.py"))
DOCUMENTS, SOURCES = 28, 2
CLASSES = ("Hardware", "Network and VPN")
"""Of the first sample, and near enough to each other that the methods disagree on a test document."""

Open = Callable[..., AppTest]


@pytest.fixture
def language(request: pytest.FixtureRequest) -> str:
    """One of the languages, by the test's name: `test_sweep.py` shows every view in each."""
    languages = sorted(LANGUAGES)
    return languages[crc32(request.node.name.encode()) % len(languages)]


@pytest.fixture
def studio() -> Open:
    """Opens a page in a language: `studio("data", "ja", run="...")`.

    AppTest treats a script beside a `pages/` folder as an old-style app and skips `studio.py`. A server does so
    only for its first session, so the tests run the text of `studio.py` from elsewhere, and a browser test the
    first session.
    """

    def open_page(page: str, language: str = "en", **query: str) -> AppTest:
        app = AppTest.from_string((ROOT / "studio.py").read_text("utf-8"), default_timeout=60)
        app.context = {"locale": language}
        app.run()
        app.switch_page(str(ROOT / "pages" / f"{page}.py"))
        for name, value in query.items():
            app.query_params[name] = value
        return app.run()

    return open_page


def small_table() -> bytes:
    """Some documents of the first sample, the same number of each class."""
    sample = SAMPLES["service_desk"]
    rows = shortest("service_desk", DOCUMENTS // len(CLASSES), CLASSES)
    return written([{"message": row[sample.text], "team": row[sample.label]} for row in rows])


@pytest.fixture(scope="session")
def trained_home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A workspace with one small trained model, and the id of its run."""
    return built_once(
        tmp_path_factory, "tickets", lambda home: train_into(home, small_table(), "tickets", "message", "team")
    )


def train_into(home: Path, table: bytes, title: str, text: str, label: str, **settings: object) -> str:
    """Train a model with some sources on a table, in a workspace of its own; returns the id of its run."""
    before = os.environ.get("SCALEARN_HOME")
    os.environ["SCALEARN_HOME"] = str(home)
    try:
        dataset = datasets.save_dataset(
            table, Mapping(text=text, label=label, blanks="leave_out"), filename=f"{title}.csv"
        )
        config = {
            "dataset": dataset,
            "sources": catalog.permissive()[:SOURCES],
            "variant": "scalearn_uniform",
            "recipe": "auto",
            "own_adapter": True,
            "device": "cpu",
            "seed": 13,
        }
        run_id = runs.submit("train", config | settings, title=title)
        wait_for_end(run_id)
        run = runs.get(run_id)
        assert run.status == "succeeded", run.error_text
        return run_id
    finally:
        if before is None:
            del os.environ["SCALEARN_HOME"]
        else:
            os.environ["SCALEARN_HOME"] = before


@pytest.fixture
def trained(trained_home: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of the trained run, with the test inside its workspace."""
    home, run_id = trained_home
    monkeypatch.setenv("SCALEARN_HOME", str(home))
    return run_id


def wait_for_end(run_id: str) -> None:
    """Return when the run's process is gone: its lock can then be had."""
    with holding(runs.folder(run_id) / "alive.lock"):
        pass


def result_of(run_id: str) -> dict[str, Any]:
    """A fresh copy of the run's `result.json`."""
    found: dict[str, Any] = json.loads((runs.folder(run_id) / "result.json").read_text("utf-8"))
    return found


def draw(page: Callable[[], None], found: object, language: str, kind: type = TrainingRecord) -> AppTest:
    """Run `page` with the result it is to show; a part of one is completed to a record of the kind."""
    app = AppTest.from_function(page, default_timeout=60)
    app.context = {"locale": language}
    if isinstance(found, dict) and kind is not dict:
        found = training(found) if kind is TrainingRecord else filled(kind, found)
    app.session_state["found"] = found
    app.run()
    assert not app.exception
    return app
