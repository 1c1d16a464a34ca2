"""The Japanese journey: a table, train, results, scales, classify, in a real browser with a Japanese interface."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from scalearn_core.workspace.samples import SAMPLES
from scalearn_ui import text
from scalearn_ui.views.results.verdict import VERDICT_BOX
from tests.e2e.conftest import Open, settled, shown, studio, title
from tests.samples import shortest, written

pytestmark = pytest.mark.e2e

TEAMS, DOCUMENTS = ("情報システム", "経理"), 12
"""Of the Japanese sample: these teams, so many documents of each, the shortest. How long all of it takes
is measured by `python -m benchmarks.first_model office_requests`."""
NEW_DOCUMENTS = {
    "自宅からVPNにつながらず、社内のファイルサーバーが見られません。": "情報システム",
    "出張の交通費を精算したいのですが、領収書をなくしました。どうすればよいですか。": "経理",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of its own: the other journeys tell languages apart by what stands on the page."""
    return tmp_path_factory.mktemp("japanese") / "workspace"


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    with studio(home) as found:
        yield found


def table() -> bytes:
    """The shortest documents of some teams of the sample."""
    sample = SAMPLES["office_requests"]
    rows = shortest("office_requests", DOCUMENTS, TEAMS)
    return written([{"本文": row[sample.text], "担当部署": row[sample.label]} for row in rows])


@pytest.fixture(scope="module")
def japanese(browser: Browser, address: str) -> str:
    """The run of a model trained with all defaults on a table that was brought along."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="ja-JP")
    page.set_default_timeout(60_000)
    page.goto(f"{address}/data")
    settled(page)
    page.locator("input[type=file]").set_input_files(
        {"name": "依頼.csv", "mimeType": "text/csv", "buffer": table()}
    )
    page.get_by_role("button", name="保存して学習へ進む").click()
    title(page, "モデルを学習する")
    expect(shown(page, "日本語")).to_be_visible()  # the language that was found, and what reads it
    page.get_by_role("button", name="学習を開始").click()
    title(page, "実行状況")
    page.get_by_role("button", name="結果を見る").click(timeout=900_000)
    title(page, "結果")
    expect(page.get_by_role("heading", name="精度はどの程度か")).to_be_visible()
    run = re.search(r"run=([\w-]+)", page.url)
    assert run is not None, page.url
    page.close()
    return run[1]


def test_the_encoder_for_japanese_was_chosen_and_learned(japanese: str, home: Path) -> None:
    result = json.loads((home / "runs" / japanese / "result.json").read_text("utf-8"))
    assert result["encoder"]["key"] == "multilingual"
    assert result["languages"] == {"ja": pytest.approx(1)}
    assert result["scores"]["scalearn"]["macro_f1"]["value"] > 0.7


def test_results_and_scales_are_in_japanese(japanese: str, open_page: Open) -> None:
    page = open_page(f"results?run={japanese}", locale="ja-JP")
    verdicts = [text.sentences("ja")[f"verdict.{code}"] for code in VERDICT_BOX]
    expect(shown(page, re.compile("|".join(re.escape(verdict) for verdict in verdicts)))).to_be_visible()
    page.get_by_text("誤り", exact=True).first.click()
    for team in TEAMS:
        expect(shown(page, team)).to_be_visible()
    page = open_page(f"transfer?run={japanese}", locale="ja-JP")
    page.get_by_role("button", name="各ソースの働きを見る").click()
    title(page, "スケール")
    expect(page.locator(".js-plotly-plot .heatmaplayer").first).to_be_attached()
    drawn = page.locator(".js-plotly-plot").first.inner_text()
    assert "日本語" in drawn  # titles of the Japanese sources
    assert "□" not in drawn


def test_new_japanese_documents_are_classified(japanese: str, open_page: Open, tmp_path: Path) -> None:
    page = open_page(f"classify?run={japanese}", locale="ja-JP")
    page.get_by_role("textbox").first.fill(next(iter(NEW_DOCUMENTS)))
    page.get_by_role("button", name="分類する", exact=True).click()
    expect(page.get_by_role("heading", level=3, name="情報システム")).to_be_visible(timeout=60_000)

    table = tmp_path / "新しい依頼.csv"
    table.write_bytes(("本文\r\n" + "\r\n".join(NEW_DOCUMENTS) + "\r\n").encode("cp932"))
    page = open_page(f"classify?run={japanese}", locale="ja-JP")
    page.get_by_text("表", exact=True).click()
    page.locator("input[type=file]").set_input_files(table)
    page.get_by_role("button", name=re.compile("2行")).click()
    with page.expect_download(timeout=120_000) as download:
        page.get_by_text(re.compile("ダウンロード")).first.click(timeout=120_000)
    content = Path(download.value.path()).read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert {row["本文"]: row["predicted"] for row in rows} == NEW_DOCUMENTS
