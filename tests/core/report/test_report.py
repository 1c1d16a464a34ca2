"""Slides and the sheet, read again: few, native, the same each time, and harmless whatever the names are."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pptx import Presentation

from scalearn_core.errors import ModelError
from scalearn_core.report.look import blended
from scalearn_core.report.make import report_of
from scalearn_core.report.words import LANGUAGES
from scalearn_core.workspace.price import Price
from scalearn_ui.palette import LIGHT
from tests.core.report.made import evidence

PRICE = Price(minutes=3, hourly=40, mistake=20, currency="EUR")
MOST = 7


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return evidence(tmp_path_factory.mktemp("evidence"))


@pytest.fixture(scope="module")
def decks(folder: Path) -> dict[str, bytes]:
    return {language: report_of(folder, ".pptx", language, price=PRICE) for language in LANGUAGES}


def shapes(content: bytes) -> list[Any]:
    return list(chain.from_iterable(slide.shapes for slide in Presentation(io.BytesIO(content)).slides))


def words(content: bytes) -> str:
    found = []
    for shape in shapes(content):
        if shape.has_text_frame:
            found.append(shape.text_frame.text)
        if shape.has_table:
            found += [cell.text for row in shape.table.rows for cell in row.cells]
    return "\n".join(found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_most_seven_slides_each_with_a_title(decks: dict[str, bytes], language: str) -> None:
    deck = Presentation(io.BytesIO(decks[language]))
    assert len(deck.slides) == MOST
    assert all(slide.shapes.title.text for slide in deck.slides)
    assert bool(re.search("[ぁ-ん]", words(decks[language]))) is (language == "ja")
    assert deck.slide_width / deck.slide_height == pytest.approx(16 / 9, abs=0.001)


def test_charts_can_be_edited_and_hold_text_as_text(decks: dict[str, bytes]) -> None:
    charts = [shape.chart for shape in shapes(decks["en"]) if shape.has_chart]
    assert len(charts) == 4
    for chart in charts:
        sheet = load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} <= {"s", "n"}, "a formula would run when the chart is edited"
        assert [cell.hyperlink for cell in cells if cell.hyperlink] == []
    labels = list(charts[1].plots[0].categories)
    assert "=1+1 請求" in labels and "Access and <b>passwords</b>" in labels


def test_bars_have_their_intervals(decks: dict[str, bytes]) -> None:
    chart = next(shape.chart for shape in shapes(decks["en"]) if shape.has_chart)
    bars = chart._chartSpace.xpath(".//c:errBars//c:numCache/c:pt/c:v")
    assert len(bars) == 2 * len(list(chart.plots[0].categories))
    assert all(float(bar.text) >= 0 for bar in bars)


def test_the_heatmap_is_a_table_with_colours(decks: dict[str, bytes]) -> None:
    table = next(shape.table for shape in shapes(decks["en"]) if shape.has_table)
    cells = [[cell.text for cell in row.cells] for row in table.rows]
    assert cells[1][1:] == ["+10.0", "+5.0"] and cells[3] == ["Your task adapter", "+30.0", "+20.0"]
    assert str(table.cell(3, 1).fill.fore_color.rgb).lower() == blended(1.0)


def test_no_mark_shows_that_is_no_letter(decks: dict[str, bytes]) -> None:
    for content in decks.values():
        assert not re.search(r"_x00|\x07|\r", words(content))
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            assert not any(name.startswith("/") or ".." in name for name in parts.namelist())


def test_japanese_has_a_japanese_font(decks: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(decks["ja"])) as parts:
        theme = parts.read("ppt/theme/theme1.xml").decode()
    assert theme.count('<a:ea typeface="Yu Gothic"') == 2
    assert "ＭＳ" not in theme


@pytest.mark.parametrize("form", [".pptx", ".html"])
def test_the_same_evidence_gives_the_same_bytes(folder: Path, decks: dict[str, bytes], form: str) -> None:
    first = decks["ja"] if form == ".pptx" else report_of(folder, form, "ja", price=PRICE)
    assert report_of(folder, form, "ja", price=PRICE) == first


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_loads_and_runs_nothing(folder: Path, language: str) -> None:
    page = report_of(folder, ".html", language, price=PRICE).decode()
    assert "<script" not in page and "<img" not in page and "<b>passwords" not in page
    assert re.findall(r"(?:src|href)\s*=", page.replace("&lt;img src=x&gt;", "")) == []
    assert "&lt;script&gt;" in page


def test_what_was_not_measured_is_not_claimed(tmp_path: Path) -> None:
    """Without a learning curve and a price there is a slide less, no saving, and a risk that says so."""
    content = report_of(evidence(tmp_path / "a", curve=False), ".pptx", "en")
    assert len(Presentation(io.BytesIO(content)).slides) == MOST - 1
    text = words(content)
    assert "What labelling more would bring has not been measured." in text
    assert "saves" not in text.replace("what it saves", "")


def test_few_documents_are_not_approved(tmp_path: Path) -> None:
    parts = {"verdict": {"helped": None, "code": "few_documents", "gain": 0.0, "interval": [-1.0, 1.0]}}
    text = words(report_of(evidence(tmp_path / "a", right=0.3, **parts), ".pptx", "en"))
    assert "Approve" not in text
    assert "Do not use this model" in text


def test_documents_are_quoted_as_they_were_and_only_if_wanted(folder: Path, decks: dict[str, bytes]) -> None:
    assert "“=HYPERLINK(1) 文書 " in words(decks["en"])
    assert "HYPERLINK" not in words(report_of(folder, ".pptx", "en", examples=False))


def test_the_head_of_the_audit_trail_is_printed(folder: Path) -> None:
    text = words(report_of(folder, ".pptx", "en", audit_head="feedbeef" * 8))
    assert text.count("audit trail feedbeeffeedbeef") == MOST


def test_a_folder_without_evidence_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no result\.json"):
        report_of(tmp_path, ".pptx", "en")
    (evidence(tmp_path / "a") / "test_predictions.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ModelError, match="damaged"):
        report_of(tmp_path / "a", ".pptx", "en")


def test_colours_are_those_of_the_studio() -> None:
    assert (f"#{blended(1)}", f"#{blended(-1)}", f"#{blended(0)}") == (
        LIGHT.fill,
        LIGHT.fill_opposite,
        LIGHT.ground,
    )


def test_libreoffice_opens_the_slides(decks: dict[str, bytes], tmp_path: Path) -> None:
    """Needs Debian's libreoffice-impress; every slide becomes one page."""
    office = shutil.which("soffice")
    assert office, "apt-get install libreoffice-impress"
    files = []
    for language, content in decks.items():
        files.append(tmp_path / f"{language}.pptx")
        files[-1].write_bytes(content)
    command = [office, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", tmp_path, *files], check=True, capture_output=True, timeout=300)
    for language in decks:
        printed = (tmp_path / f"{language}.pdf").read_bytes()
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == MOST
