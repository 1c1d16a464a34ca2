"""The report for a meeting: offered on Results, with the numbers of the studio."""

from __future__ import annotations

import io
import re
from itertools import chain

import pytest
from pptx import Presentation

from scalearn_core import runs
from scalearn_core.report.make import report_of
from scalearn_core.workspace.price import Price, load_price
from scalearn_ui import text
from tests.ui.conftest import Open, result_of


def told(run_id: str, language: str, **settings: object) -> str:
    content = report_of(runs.folder(run_id), ".pptx", language, **settings)  # type: ignore[arg-type]
    shapes = list(chain.from_iterable(slide.shapes for slide in Presentation(io.BytesIO(content)).slides))
    cells = [cell.text for shape in shapes if shape.has_table for row in shape.table.rows for cell in row.cells]
    return "\n".join([*(shape.text_frame.text for shape in shapes if shape.has_text_frame), *cells])


@pytest.mark.parametrize("language", text.LANGUAGES)
def test_numbers_are_those_of_the_page(studio: Open, trained: str, language: str) -> None:
    app = studio("results", language, run=trained)
    table = app.main.get("arrow_data_frame")[0].value if app.main.get("arrow_data_frame") else app.table[0].value
    shown = {row[0]: row[1] for row in table.itertuples(index=False)}
    words, found = text.sentences(language), told(trained, language)
    for method in ("scalearn", "frozen_head"):
        score = re.match(r"[\d.]+", shown[words[f"method.{method}"]])
        assert score is not None and score[0] in found
    comparison = result_of(trained)["comparison"]
    assert f"{100 * comparison['difference']:+.1f}".replace("-", "−").replace("+0.0", "0.0") in found


def test_the_heatmap_is_that_of_scales(trained: str) -> None:
    found = told(trained, "en")
    for layer in result_of(trained)["scales"]["contribution"]:
        for share in layer:
            rounded = round(100 * share, 1)
            assert (f"{rounded:+.1f}".replace("-", "−") if rounded else "0.0") in found


def test_results_offers_the_report_and_asks_once_what_a_document_costs(
    studio: Open, trained: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "first_language", lambda: language)
    words = text.sentences(language)
    app = studio("results", language, run=trained)
    labels = [button.label for button in app.main.get("download_button")]
    assert {words["report.slides"], words["report.sheet"]} <= {*labels}
    try:
        assert load_price() is None
        number = next(each for each in app.number_input if each.label == words["price.minutes"])
        number.set_value(6.0)
        next(button for button in app.button if button.label == words["price.keep"]).click().run()
        kept = load_price()
        assert kept is not None and kept.minutes == 6.0
        assert "price.change" in words and not app.exception
        assert str(kept.currency) in told(trained, language, price=kept)
    finally:
        for file in runs.folder(trained).parents[1].glob("price.json"):
            file.unlink()


@pytest.mark.parametrize("value", [float("nan"), -1.0, float("inf")])
def test_a_price_is_a_number(value: float) -> None:
    with pytest.raises(ValueError, match="minutes"):
        Price(value, 1.0, 1.0, "EUR")
