"""A table as an office has it, in a real browser: read, mended, saved, brought again, deleted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

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
        page.get_by_role("button", name="削除").first.click()
        page.get_by_role("dialog").get_by_role("button", name="削除", exact=True).click()
        expect(page.get_by_role("button", name="詳細")).to_have_count(1)
        assert len(list(home.glob("datasets/*/recipe.json"))) == 1
