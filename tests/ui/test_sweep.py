"""Every page with each of its views in each language, with a model that was really trained."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from scalearn_core import runs
from scalearn_ui import text
from tests.ui.conftest import PAGES, ROOT, Open

JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
KINDS = ("title", "header", "subheader", "markdown", "caption", "info", "success", "warning", "metric")
"""What is looked for words; what asks for input has them in its label."""


def views(page: str) -> Iterator[tuple[str, str]]:
    """The page by itself, and each view that its module lists."""
    tree = ast.parse((ROOT / "pages" / f"{page}.py").read_text("utf-8"))
    listed = [node.value for node in tree.body if isinstance(node, ast.Assign) and "VIEWS" in ast.unparse(node)]
    yield from ((page, view) for view in (ast.literal_eval(listed[0]) if listed else ("",)))


SHOWN = [shown for page in PAGES for shown in views(page)]


def test_the_search_finds_the_views() -> None:
    assert {("results", "ladder"), ("scales", "change"), ("transfer", "levers"), ("home", "")} <= {*SHOWN}


def words(app: AppTest) -> list[str]:
    """All sentences in the page itself; the menu names both languages."""
    shown = [element for kind in KINDS for element in app.main.get(kind)]
    return [str(getattr(element, "value", "")) for element in shown]


@pytest.mark.parametrize("language", text.LANGUAGES)
@pytest.mark.parametrize(("page", "view"), SHOWN)
def test_every_view_of_every_page_in_both_languages(
    studio: Open, trained: str, page: str, view: str, language: str
) -> None:
    app = studio(page, language, run=trained, **({"view": view} if view else {}))
    assert not app.exception and not app.error
    assert app.title[0].value == text.sentences(language)[f"{page}.title"]
    if view:
        assert app.get_by_key("view").value == view
    shown = words(app)
    assert [sentence for sentence in shown if re.search(r"\{\w*\}|\bnan\b", sentence)] == []
    spoken = [sentence for sentence in shown if JAPANESE.search(sentence)]
    assert bool(spoken) is (language == "ja"), spoken


@pytest.mark.parametrize("language", text.LANGUAGES)
def test_a_stored_dataset_in_both_languages(studio: Open, trained: str, language: str) -> None:
    app = studio("data", language, dataset=runs.get(trained).config["dataset"])
    assert not app.exception and not app.error
    assert bool([sentence for sentence in words(app) if JAPANESE.search(sentence)]) is (language == "ja")
