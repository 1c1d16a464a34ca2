"""Review: a classified table is confirmed or corrected, its shares are told, and the model is updated and taken
back."""

from __future__ import annotations

import numpy as np
import pytest

from scalearn_core import runs
from scalearn_core.audit.person import acting_as, person
from scalearn_core.jobs import predict
from scalearn_core.jobs import update as job
from scalearn_core.records.labelling import Category, PileDocument, PileInfo
from scalearn_core.records.update import UpdateRecord
from scalearn_core.review import session, store
from scalearn_core.review.from_run import pile_of_run
from scalearn_core.review.standing import standing
from scalearn_core.review.words import FILE
from scalearn_core.scaling.seal import read_seal
from scalearn_core.storage.codec import from_json
from scalearn_core.storage.files import read_json
from scalearn_core.watch import log
from scalearn_core.watch.to_review import waiting
from scalearn_core.workspace import datasets, uploads
from scalearn_ui import outcomes, text
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


def test_the_log_of_answers_is_reviewed(studio: Open, trained: str, language: str) -> None:
    words = text.sentences(language)
    model = read_seal(runs.folder(trained) / "model").model_id
    log.set_mode(model, "full")
    texts = ["the vpn drops", "the vpn drops all day", "a mouse is broken", "my desk lamp is broken"]
    label = outcomes.result(trained).dataset.labels[0]
    log.keep(model, [*texts, texts[0]], [[label]] * 5, [0.9, 0.6, 0.5, 0.8, 0.7])
    app = named(studio("review", language, batch=f"log-{trained}"))
    assert words["review.log_lead"].partition("}")[2] in told(app) and not app.exception
    app.button(key="log_begin").click().run()
    [info] = [info for info in store.piles() if info.from_log == model]
    documents = store.documents_of(info.id)
    assert sorted(each.text for each in documents) == sorted(texts), "each text once"
    assert next(each.confidence for each in documents if each.text == texts[0]) == 0.7, "its last answer"
    app.button(key="confirm").click().run()
    assert standing(store.entries(info.id)).labelled and not waiting(model)
    log.keep(model, ["a later one"], [[label]], [0.4])
    assert [each.text for each in waiting(model)] == ["a later one"]
    app = studio("review", language, batch=info.id, order="useful")
    assert not app.exception and not app.error and app.button(key="confirm")
    log.set_mode(model, "off")
    log.forget(model)


def test_the_most_useful_are_no_two_alike(trained: str) -> None:
    """Three kinds of unsure documents: the first three asked for are one of each, the largest kind first."""
    texts = [f"the printer on floor {n} is jammed" for n in range(6)]
    texts += [f"VPN {n} が切れる" for n in range(4)] + ["invoice overdue", "invoice overdue again"]

    def info(pile: str) -> PileInfo:
        return PileInfo(pile, "t", store.now(), "english", None, len(texts), "text", "category", model_run=trained)

    pile = store.create_pile(
        info, [PileDocument(n + 2, each, "a", 0.5 + n / 100) for n, each in enumerate(texts)], [Category("a", "")]
    )
    with acting_as(person("B")), pytest.MonkeyPatch.context() as patched:
        patched.setattr(session, "KINDS", 3)
        for place in (0, 6, 10):
            found = session.next_document(pile, np.zeros((len(texts), 1), dtype=np.float32), ["a"], "useful")
            assert found is not None and found.place == place
            store.add_entry(pile, place, "label", ["a"])


def test_one_person_is_kept_per_session(trained: str) -> None:
    run = classified(trained)
    pile = pile_of_run(runs.get(run))
    assert pile == pile_of_run(runs.get(run))
    with acting_as(person("A")):
        store.add_entry(pile, 0, "label", ["Hardware"], why="random")
    assert store.entries(pile)[0].who == "A"
