"""Review: a classified table is confirmed or corrected, its shares are told, and the model is updated and taken
back."""

from __future__ import annotations

import numpy as np

from scalearn_core import runs
from scalearn_core.audit.person import acting_as, person
from scalearn_core.jobs import predict
from scalearn_core.jobs import update as job
from scalearn_core.records.update import UpdateRecord
from scalearn_core.review import store
from scalearn_core.review.from_run import pile_of_run
from scalearn_core.review.standing import standing
from scalearn_core.review.words import FILE
from scalearn_core.storage.codec import from_json
from scalearn_core.storage.files import read_json
from scalearn_core.workspace import datasets, uploads
from scalearn_ui import text
from scalearn_ui.views.review.update import STILL
from tests.runs.in_process import done
from tests.ui.conftest import DOCUMENTS, Open, small_table
from tests.ui.tables import told
from tests.ui.test_label import named


def classified(model: str) -> str:
    """A table of documents, classified in this process; the id of the run."""
    config = {
        "model_run": model,
        "upload": uploads.save_upload(small_table()),
        "text": ["message"],
        "device": "cpu",
    }
    return done(predict.run, "predict", config, "mails.csv")[0]


def test_a_classified_table_is_reviewed_and_updates_the_model(studio: Open, trained: str, language: str) -> None:
    words, run = text.sentences(language), classified(trained)
    app = named(studio("review", language, batch=run))
    assert not app.exception and not app.error
    pile = pile_of_run(runs.get(run))
    documents = store.documents_of(pile)
    first = min(range(len(documents)), key=lambda place: documents[place].confidence or 0)
    app.button(key="confirm").click().run()
    entry = standing(store.entries(pile)).labelled[first]
    assert (entry.labels, entry.who) == ((documents[first].answer,), "Aoi 田中")
    other = next(button for button in app.button if button.key.startswith("say_"))
    corrected_to = other.label
    other.click().run()
    labelled = standing(store.entries(pile)).labelled
    assert corrected_to in [each.labels[0] for each in labelled.values()]
    assert words["review.so_far"].split("{")[0].strip() in told(app)
    app = studio("review", language, batch=run, view="shares")
    assert words["review.shares_unchecked"] in told(app) and not app.exception
    app = studio("review", language, batch=run, view="update")
    assert app.button(key="review_update") and not app.exception
    config = {**runs.get(trained).config, "update": {"pile": pile}, "from_run": trained, "from_title": "t"}
    made, folder = done(job.run, "train", config, "updated")
    record = from_json(UpdateRecord, read_json(folder / FILE))
    assert record.accepted and record.corrections == 2
    app = studio("review", language, batch=run, view="update")
    assert words["review.update_made"] in told(app) and not app.exception
    moved = max(
        abs(a - b) for a, b in zip(*map(np.ravel, (record.scales_after, record.scales_before)), strict=True)
    )
    maps = [each for each in app.get("plotly_chart") if "heatmap" in each.proto.spec]
    assert bool(maps) == (moved >= STILL)
    app.button(key="review_version").click().run()
    newest = datasets.list_datasets()[0]
    assert newest.version == 2 and newest.documents == DOCUMENTS and not app.exception and not app.error
    app.button(key="take_back").click().run()
    assert made not in [each.id for each in runs.recent(50)]
    assert runs.get(trained).status == "succeeded"


def test_why_stands_below_the_answer(studio: Open, trained: str, language: str) -> None:
    words = text.sentences(language)
    app = studio("classify", language, run=trained)
    app.text_area(key="one_text").input("the printer <b>shows</b> a *paper jam* since monday")
    app.button(key="classify_text").click().run()
    assert words["why.title"] in told(app) and not app.exception
    app.toggle(key="why_nearest").set_value(True).run()
    assert not app.exception and not app.error
    assert words["why.near"].split("{row}")[1] in told(app)


def test_one_person_is_kept_per_session(trained: str) -> None:
    run = classified(trained)
    pile = pile_of_run(runs.get(run))
    assert pile == pile_of_run(runs.get(run))
    with acting_as(person("A")):
        store.add_entry(pile, 0, "label", ["Hardware"], why="random")
    assert store.entries(pile)[0].who == "A"
