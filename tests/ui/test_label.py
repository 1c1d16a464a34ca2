"""The page Label: from a table without categories to labels that are saved at once, and to a training."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from scalearn_core.encoders.embedding import embed
from scalearn_core.encoders.encoder import Encoder
from scalearn_core.heads.logistic import unit
from scalearn_core.records.labelling import Category, PileDocument, PileInfo
from scalearn_core.review import store
from scalearn_core.review.standing import standing
from scalearn_core.workspace import datasets
from scalearn_ui import text
from tests.ui.conftest import Open
from tests.ui.tables import clean_rows, keys, told, written


@pytest.fixture
def pile() -> str:
    """Twenty-four documents, read by the real encoder."""
    texts = [row[0] for row in clean_rows(24)]

    def info(pile_id: str) -> PileInfo:
        return PileInfo(pile_id, "mails", store.now(), "english", None, len(texts), "message", "category")

    documents = [PileDocument(n + 2, each) for n, each in enumerate(texts)]
    made = store.create_pile(info, documents, [Category("damaged", "x"), Category("late", "")])
    encoder = Encoder.load()
    store.save_embeddings(made, unit(embed(encoder, encoder.tokenize(texts))).astype(np.float32))
    return made


def named(app: AppTest) -> AppTest:
    """The name is asked once, by whichever test of a shared workspace comes first."""
    if "who_name" not in {field.key for field in app.text_input}:
        return app
    app.text_input(key="who_name").input("Aoi 田中")
    return app.button(key="who_keep").click().run()


def test_a_table_becomes_a_pile_that_is_read_by_a_run(studio: Open, language: str) -> None:
    app = named(studio("label", language))
    content = written(["message"], [[row[0]] for row in clean_rows(12)]).encode()
    app.file_uploader(key="label_file").upload("mails.csv", content).run()
    assert app.button(key="label_begin").disabled
    app.text_area(key="label_categories").input("damaged: broken things\nlate：遅延\nlate").run()
    app.button(key="label_begin").click().run()
    [info] = store.piles()
    assert info.documents == 12 and info.separator is None
    assert store.codebook(info.id) == (Category("damaged", "broken things"), Category("late", "遅延"))
    assert not app.exception and not app.error


def test_a_tiny_pile_is_not_asked_for_more_than_it_has(studio: Open, language: str) -> None:
    words = text.sentences(language)

    def info(pile_id: str) -> PileInfo:
        return PileInfo(pile_id, "three", store.now(), "english", None, 3, "message", "category")

    made = store.create_pile(
        info, [PileDocument(n + 2, f"mail {n}") for n in range(3)], [Category("a", ""), Category("b", "")]
    )
    store.save_embeddings(made, unit(np.eye(3, 4, dtype=np.float32)))
    app = named(studio("label", language, pile=made))
    assert words["label.few_left"].format(left=3) in told(app)
    for left in (2, 1, 0):
        said(app, 1 + left % 2).click().run()
        expected = words["label.few_left"].format(left=left) if left else words["label.none_left"]
        assert expected in told(app) and not app.exception
    assert words["label.all_done"] in [each.value for each in app.success]


def said(app: AppTest, number: int) -> Button:
    """The button of a category, by its number."""
    return next(each for each in app.button if str(each.key).startswith(f"say_{number}_"))


def test_labels_by_keys_undo_and_skip(studio: Open, language: str, pile: str) -> None:
    words = text.sentences(language)
    app = named(studio("label", language, pile=pile))
    assert words["label.why.typical"] in told(app)
    shown = [said(app, number).label for number in (1, 2)]
    assert shown == ["damaged", "late"]
    said(app, 2).click().run()
    [entry] = standing(store.entries(pile)).labelled.values()
    assert (entry.labels, entry.who, entry.why) == (("late",), "Aoi 田中", "typical")
    app.button(key="undo").click().run()
    assert not standing(store.entries(pile)).labelled
    assert words["label.why.undo"] in told(app)
    app.button(key="skip").click().run()
    assert len(standing(store.entries(pile)).skipped) == 1
    for number in range(6):
        said(app, 1 + number % 2).click().run()
    assert len(standing(store.entries(pile)).labelled) == 6
    app.toggle(key="show_model").set_value(True).run()
    assert any(words["label.model_says"].split("{")[0] in line for line in told(app).splitlines())
    app.button(key="label_train").click().run()
    [info] = datasets.list_datasets()
    assert info.documents == 6 and info.unlabelled == 18
    assert app.title[0].value == words["train.title"]


@pytest.mark.parametrize("view", ["codebook", "search", "people"])
def test_the_other_views(view: str, studio: Open, language: str, pile: str) -> None:
    store.add_entry(pile, 0, "label", ["late"])
    app = named(studio("label", language, pile=pile, view=view))
    assert not app.exception and not app.error
    if view == "codebook":
        app.text_area(key=f"codebook_{pile}").input("one\ntwo: x").run()
        app.button(key="save_codebook").click().run()
        assert [each.name for each in store.codebook(pile)] == ["one", "two"]
    elif view == "search":
        app.text_input(key="label_words").input("parcel").run()
        assert not app.exception


def test_an_unknown_pile_is_said_to_be_gone(studio: Open, language: str) -> None:
    app = named(studio("label", language, pile="0" * 16))
    assert app.error and "who_name" not in keys(app)
