"""The views of the Scales page: what they say, what can be taken along, and what they do without."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from scalearn_core.explain.dimensions import dimension_summary
from scalearn_core.storage.codec import to_json
from scalearn_core.tables.export import csv_text
from scalearn_ui import text
from scalearn_ui.charts.scales import PICTURES, narrow_map, picture_config, spreads
from scalearn_ui.palette import DARK, LIGHT
from scalearn_ui.parts import scale_map
from scalearn_ui.text import Markdown
from scalearn_ui.views.scales import scale_change
from tests.records import training
from tests.ui.conftest import SOURCES, Open

LANGUAGES = list(text.LANGUAGES)


def result(**scales: object) -> dict[str, Any]:
    """As much of a result as these views read: two sources and an own adapter in two layers."""
    return {
        "dataset": {"name": "tickets", "fingerprint": "a", "labels": ["x", "y"]},
        "encoder": {"key": "english", "name": "MiniLM", "fingerprint": "e", "layers": 2},
        "recipe": "auto",
        "own_adapter": True,
        "sources": [{"name": name} for name in ("mnli", "sst2", "own")],
        "start": {"strengths": {"mnli": 1.0}, "share": 0.5, "documents": 40},
        "scales": {
            "shared": False,
            "per_dimension": False,
            "start": 0.0,
            "raw": [[0.7, 0.1, 1.2], [0.5, -0.2, 1.1]],
            "contribution": [[0.14, 0.01, 0.24], [0.10, -0.06, 0.11]],
            "output_size": [[0.2, 0.1, 0.2], [0.2, 0.3, 0.1]],
            "documents": 40,
            **scales,
        },
    }


def page(draw: Callable[[], None], found: dict[str, Any], language: str) -> AppTest:
    app = AppTest.from_function(draw, default_timeout=60)
    app.context = {"locale": language}
    app.session_state["found"] = training(found)
    return app.run()


def change_page() -> None:
    import streamlit as st

    from scalearn_ui.views.scales import scale_change

    scale_change.draw(None, st.session_state["found"])  # type: ignore[arg-type]


def dimensions_page() -> None:
    import streamlit as st

    from scalearn_ui.views.scales import scale_dimensions

    scale_dimensions.draw(None, st.session_state["found"])  # type: ignore[arg-type]


@pytest.mark.parametrize("view", ["contribution", "raw", "change", "dimensions", "seeds", "compare"])
def test_every_view_opens_from_its_link(studio: Open, trained: str, view: str, language: str) -> None:
    app = studio("scales", language, run=trained, view=view)
    assert not app.error and not app.exception
    assert app.get_by_key("view").value == view
    if view in ("contribution", "raw", "change"):
        wide, narrow = (json.loads(chart.proto.spec) for chart in app.get("plotly_chart"))
        rows = [trace for trace in wide["data"] if trace["type"] == "heatmap"]
        assert len(rows) == SOURCES + 1 == len(narrow["data"][0]["text"])
        assert wide["layout"]["title"]["text"] and "\\" not in wide["layout"]["title"]["text"]
        assert app.download_button(key="scale_map_csv")


def test_the_chosen_view_stands_in_the_link_by_its_key(studio: Open, trained: str, language: str) -> None:
    app = studio("scales", language, run=trained)
    app.get_by_key("view").set_value(text.sentences(language)["part.scales.change"]).run()
    assert app.query_params["view"] in ("change", ["change"])
    other = studio("scales", next(code for code in LANGUAGES if code != language), run=trained, view="change")
    assert other.get_by_key("view").value == "change"
    assert studio("scales", language, run=trained, view="nonsense").get_by_key("view").value == "contribution"


def test_change_is_learned_minus_start_in_percent_of_the_signal(language: str) -> None:
    found = result()
    # mnli began at half of 1.0: 0.5 of an output of 0.2. The own adapter began with nothing to say.
    assert scale_change.change(training(found)) == pytest.approx(np.array([[4, 1, 24], [0, -6, 11]]))
    words = text.sentences(language)
    app = page(change_page, found, language)
    assert not app.exception
    title = {"en": "Positive or negative review?", "ja": "レビューの好評・不評"}[language]
    assert app.info[0].value.count("−6.0") == 1 and title in app.info[0].value
    assert words["change.unit"] in app.caption[-1].value
    found["scales"]["contribution"] = [[0.1, 0, 0.24], [0.1, 0, 0.11]]
    assert [info.value for info in page(change_page, found, language).info] == [words["change.nothing"]]


def test_the_papers_start_is_the_same_for_all() -> None:
    found = result(start=1.0) | {"recipe": "paper"}
    moved = scale_change.change(training(found))
    assert moved == pytest.approx(
        100 * (np.array(found["scales"]["contribution"]) - found["scales"]["output_size"])
    )


def test_a_map_as_a_table_has_a_row_per_layer_and_source() -> None:
    found = result()
    shown = scale_map.of_result(
        training(found), np.array(found["scales"]["raw"]), column="scale", unit=Markdown("x"), decimals=2
    )  # fmt: skip
    table = scale_map.table(shown)
    assert list(table.columns) == ["layer", "source", "title", "scale"]
    assert len(table) == 6
    assert table["source"].tolist() == ["mnli", "mnli", "sst2", "sst2", "own", "own"], "strongest first, own last"
    assert table["scale"].tolist() == [0.7, 0.5, 0.1, -0.2, 1.2, 1.1]


def test_a_table_is_safe_in_a_spreadsheet() -> None:
    shown = scale_map.ScaleMap(
        np.array([[-0.5]]), ["=1+1"], ["@x"], "scale", Markdown("x"), 2, [0.0], "Title", "Footer"
    )
    written = list(csv.reader(io.StringIO(csv_text(scale_map.table(shown)))))
    assert written[1][1:] == ["'=1+1", "'@x", "-0.5"]


def test_dimensions_are_boxes_of_one_layer(language: str) -> None:
    omega = np.random.default_rng(0).normal(0, [[[0.1], [0.2], [0.1]], [[0.1], [0.6], [0.1]]], (2, 3, 384))
    found = result(per_dimension=True, dimensions=to_json(dimension_summary(omega)))
    app = page(dimensions_page, found, language)
    assert not app.exception
    assert app.select_slider[0].value == 2, "the layer with the widest spread first"
    box = json.loads(app.get("plotly_chart")[0].proto.spec)["data"][0]
    values = found["scales"]["dimensions"]["values"]
    order = scale_map.order(training(found))
    assert box["median"] == [values[1][row][3] for row in order]
    assert box["lowerfence"] == [values[1][row][1] for row in order]
    share = f"{100 * found['scales']['dimensions']['negative'][1][1]:.0f}%"
    assert "384" in app.info[0].value and share in app.info[0].value
    assert len(app.table[0].value) == 3
    app.select_slider[0].set_value(1).run()
    box = json.loads(app.get("plotly_chart")[0].proto.spec)["data"][0]
    assert box["median"] == [values[0][row][3] for row in order]


@pytest.mark.parametrize("per_dimension, key", [(False, "dimensions.uniform"), (True, "dimensions.earlier")])
def test_without_dimensions_it_says_why(per_dimension: bool, key: str, language: str) -> None:
    app = page(dimensions_page, result(per_dimension=per_dimension), language)
    assert [info.value for info in app.info] == [text.sentences(language)[key]]
    assert not app.get("plotly_chart")


def test_there_is_nothing_to_compare_one_model_with(studio: Open, trained: str, language: str) -> None:
    app = studio("scales", language, run=trained, view="compare")
    assert [info.value for info in app.info] == [text.sentences(language)["compare.none"]]


def test_a_wrong_second_model_in_the_link_is_told(studio: Open, trained: str) -> None:
    app = studio("scales", run=trained, view="compare", other="20200101-000000-aaaaaa")
    told = text.sentences("en")["error.run.unknown"].format(run="20200101-000000-aaaaaa")
    assert [error.value for error in app.error] == [told]


def test_a_phone_has_names_above_the_cells_and_all_numbers() -> None:
    few, many = (
        narrow_map(
            [[1.25, -3.0]] * layers, ["first", "<b>second</b>"], [str(n + 1) for n in range(layers)], decimals=1,
            starts=[1.0, 0.0], unit="%", x_title="Layer", palette=LIGHT,
        )
        for layers in (6, 12)
    )  # fmt: skip
    assert list(few.data[0].text[0]) == ["+1.2"] * 6 and list(few.data[0].text[1]) == ["−3.0"] * 6
    assert list(many.data[0].text[0]) == ["+1"] * 12, "narrow cells round"
    assert few.data[0].z[0][0] == 0.5 and few.data[0].zmax == 3.0**0.5 == -few.data[0].zmin
    assert [note.text for note in few.layout.annotations] == ["first", "&lt;b&gt;second&lt;/b&gt;"]
    assert "Layer" in few.layout.xaxis.title.text and "%" in few.layout.xaxis.title.text


def test_boxes_print_their_median() -> None:
    figure = spreads(["a", "b"], [[-1, -0.5, 0, 0.5, 1], [0, 1, 2, 3, 4]], x_title="X", decimals=1, palette=DARK)
    assert [mark.strip() for mark in figure.data[1].text] == ["0.0", "+2.0"]
    assert figure.layout.xaxis.range[0] < -1 and figure.layout.xaxis.range[1] > 4
    assert figure.layout.xaxis.title.text == "X"


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_has_a_name_and_its_kind(kind: str) -> None:
    config = picture_config(kind, "tickets_scale", button="図として保存")
    options = config["toImageButtonOptions"]
    assert isinstance(options, dict) and (options["format"], options["filename"]) == (kind, "tickets_scale")
    words = config["locales"]["studio"]["dictionary"]  # type: ignore[index]
    assert set(words.values()) == {"図として保存"}
