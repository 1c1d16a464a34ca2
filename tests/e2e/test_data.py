"""A table as an office has it, in a real browser: read, mended, saved, brought again, deleted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from scalearn_ui.text import sentences
from tests.e2e.conftest import Open, settled, studio, title

pytestmark = pytest.mark.e2e

TOPICS = ("請求", "配送", "返品")
SENTENCES = (
    "請求書の金額が先月と違うので確認してください",
    "荷物がまだ届かないため到着日を教えてほしい",
    "箱が壊れていたので商品を送り返したい",
)


def table(rows: int, copies: int) -> bytes:
    """A Japanese Excel export: cp932, CRLF, a title above the header; some rows stand there twice."""
    lines = [
        f'{i:04d},"{SENTENCES[i % 3]}（受付{i * 37 % 1000}番、担当{i}）",{TOPICS[i % 3]}' for i in range(rows)
    ]
    lines += lines[:copies]
    return "\r\n".join(["問い合わせ一覧,,", "番号,本文,種類", *lines, ""]).encode("cp932")


def give(page: Page, content: bytes) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": "問い合わせ.csv", "mimeType": "text/csv", "buffer": content}
    )
    page.get_by_role("button", name="保存して学習へ進む").wait_for(timeout=60_000)
    settled(page)


def test_a_table_is_read_mended_saved_brought_again_and_deleted(open_page: Open, tmp_path: Path) -> None:
    home = tmp_path / "workspace"
    with studio(home) as base:
        page = open_page("data", base=base, locale="ja-JP")
        give(page, table(60, 20))
        expect(page.get_by_text("Shift_JIS")).to_be_visible()
        page.get_by_role("button", name="同じ文書は1件だけ残す").click()
        expect(page.get_by_role("button", name="元に戻す")).to_be_visible()
        page.get_by_role("button", name="元に戻す").click()
        expect(page.get_by_role("button", name="元に戻す")).to_have_count(0)
        settled(page)  # a click while the page is being drawn anew may be lost
        page.get_by_role("button", name="同じ文書は1件だけ残す").click()
        expect(page.get_by_role("button", name="元に戻す")).to_be_visible()
        page.get_by_role("button", name="保存して学習へ進む").click()
        title(page, "モデルを学習する")
        [recipe] = [json.loads(path.read_text("utf-8")) for path in home.glob("datasets/*/recipe.json")]
        assert (recipe["encoding"], recipe["documents"], len(recipe["steps"])) == ("cp932", 60, 1)

        page = open_page("data", base=base, locale="ja-JP", width=390)
        give(page, table(63, 0))
        page.get_by_role("button", name="保存して学習へ進む").click()
        title(page, "モデルを学習する")
        page = open_page("data", base=base, locale="ja-JP")
        expect(page.get_by_text("問い合わせ（第2版）")).to_be_visible(timeout=30_000)
        expect(page.get_by_role("button", name="詳細")).to_have_count(2)
        page.get_by_role("button", name="詳細").first.click()
        expect(page.get_by_text("追加3件")).to_be_visible(timeout=30_000)
        page.get_by_role("button", name="データ一覧へ").click()
        expect(page.get_by_role("button", name="詳細")).to_have_count(2)
        settled(page)
        page.get_by_role("button", name="削除").first.click()
        page.get_by_role("dialog").get_by_role("button", name="削除", exact=True).click()
        expect(page.get_by_role("button", name="詳細")).to_have_count(1)
        assert len(list(home.glob("datasets/*/recipe.json"))) == 1


DROP = """kind => {
    const zone = document.querySelector('[data-testid=stFileUploaderDropzone]'), carried = new DataTransfer()
    const file = new File(['a'], 'large.csv')
    Object.defineProperty(file, 'size', {value: 6e8})
    carried.items.add(file)
    if (kind === 'change') {
        const input = zone.querySelector('input')
        Object.defineProperty(input, 'files', {value: [file]})
        input.dispatchEvent(new Event('change', {bubbles: true}))
    } else for (const name of ['dragenter', 'dragover'])
        zone.dispatchEvent(new DragEvent(name, {bubbles: true, cancelable: true, dataTransfer: carried}))
}"""
WORDS = """() => [...document.querySelectorAll('[data-testid=stFileUploader], [data-testid=stFileUploader] *')]
    .map(element => getComputedStyle(element, '::after').content).filter(words => words[0] === '"')
    .map(words => words.slice(1, -1))"""
VISIBLE = """() => [...document.querySelectorAll('[data-testid=stFileUploader] *')].filter(element =>
    element.children.length === 0 && element.innerText && parseFloat(getComputedStyle(element).fontSize) > 0
    && element.offsetWidth > 1 && !element.matches('[data-testid=stIconMaterial]'))
    .map(element => element.innerText)"""


@pytest.mark.parametrize(("locale", "language"), [("ja-JP", "ja"), ("en-US", "en")])
def test_the_uploader_has_the_studios_words(open_page: Open, locale: str, language: str) -> None:
    words = sentences(language)
    page = open_page("data", locale=locale)
    page.wait_for_function(f"({WORDS})().length === 2")
    assert page.evaluate(WORDS) == [words["uploader.button"], words["uploader.limit"]]
    assert page.evaluate(VISIBLE) == [words["table.upload"]], "no word of Streamlit's own"
    page.evaluate(DROP, "drag")
    page.wait_for_function(f"({WORDS})().length === 3")
    assert words["uploader.drop"] in page.evaluate(WORDS)
    assert page.evaluate(VISIBLE) == [words["table.upload"]]
    page = open_page("data", locale=locale)
    page.wait_for_function(f"({WORDS})().length === 2")
    page.evaluate(DROP, "change")
    page.wait_for_function(f"({WORDS})().length === 1")
    assert page.evaluate(WORDS) == [words["uploader.refused"]]
    page.locator("[data-testid=stFileChip]").hover()
    tip = page.locator("[data-testid=stTooltipErrorContent]")
    tip.wait_for(state="attached")
    expect(tip).to_be_hidden()
