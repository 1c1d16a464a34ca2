"""Labelling by keyboard in a real browser, with a Japanese interface; the server ends in the middle."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from scalearn_core.review import store
from scalearn_core.review.standing import standing
from scalearn_ui import text
from tests.e2e.conftest import settled, shown, studio, title
from tests.samples import shortest, written

pytestmark = pytest.mark.e2e

WORDS = text.sentences("ja")
CATEGORIES = "情報システム: パソコンや接続\n経理：請求や精算"


def opened(browser: Browser, address: str, path: str) -> Page:
    page = browser.new_context(viewport={"width": 1280, "height": 900}, locale="ja-JP").new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{address}/{path}")
    settled(page)
    return page


def test_mails_are_labelled_by_keyboard_and_none_is_lost(
    browser: Browser, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = shortest("office_requests", 10, ("情報システム", "経理"))
    with studio(workspace) as address:
        page = opened(browser, address, "label")
        title(page, WORDS["label.title"])
        page.get_by_role("textbox", name=WORDS["who.name"]).fill("田中 葵")
        page.get_by_role("button", name=WORDS["who.keep"]).click()
        content = written([{"本文": row["本文"]} for row in rows])
        files = [{"name": "mails.csv", "mimeType": "text/csv", "buffer": content}]
        page.locator("input[type=file]").set_input_files(files)  # type: ignore[arg-type]
        page.get_by_role("textbox", name=WORDS["label.categories"]).fill(CATEGORIES)
        page.get_by_role("textbox", name=WORDS["label.categories"]).press("Control+Enter")
        page.get_by_role("button", name=WORDS["label.begin"]).click()
        expect(shown(page, WORDS["label.why.typical"])).to_be_visible(timeout=120_000)
        [info] = store.piles()
        for number, key in enumerate("12212", 1):
            settled(page)  # a key pressed while the next document is being drawn is not taken
            page.wait_for_timeout(300)
            page.keyboard.press(key)
            expect(shown(page, f"のうち{number}件に")).to_be_visible()
        settled(page)
        page.wait_for_timeout(300)
        page.keyboard.press("u")
        expect(shown(page, "のうち4件に")).to_be_visible()
    said = standing(store.entries(info.id)).labelled
    assert [entry.labels[0] for entry in said.values()] == ["情報システム", "経理", "経理", "情報システム"]
    assert {entry.who for entry in said.values()} == {"田中 葵"}
    with studio(workspace) as address:
        page = opened(browser, address, f"label?pile={info.id}")
        expect(shown(page, "のうち4件に")).to_be_visible()
        page.locator("[class*='st-key-say_2_'] button").click()
        expect(shown(page, "のうち5件に")).to_be_visible()
    assert len(standing(store.entries(info.id)).labelled) == 5
