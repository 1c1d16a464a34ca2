"""The language of the documents picks the encoder, the reader may say otherwise, and the sources follow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from scalearn_core import runs
from scalearn_core.adapters import catalog
from scalearn_core.data.mapping import Mapping
from scalearn_core.encoders.cards import CARDS, ENGLISH, MULTILINGUAL, EncoderCard
from scalearn_core.workspace import datasets as workspace
from scalearn_ui import text
from scalearn_ui.parts import encoder_choice
from tests.ui.conftest import ROOT, Open, wait_for_end
from tests.ui.test_trained import draw

TEXTS = {
    "en": ["The printer on the second floor is out of paper.", "When will the invoice of last month be paid?"],
    "ja": ["二階のプリンターの用紙がなくなりました。", "先月分の請求書はいつ支払われますか。"],
    "de": ["Der Drucker im zweiten Stock hat kein Papier mehr.", "Wann wird die Rechnung vom Vormonat bezahlt?"],
    "qu": ["Ñuqaqa kay wasipi tiyani, mamaywan taytaywan kuska.", "Imaynallam kachkanki, ñañallay, kunan?"],
    "": ["ok", "no"],
}  # fmt: skip


def saved(*languages: str) -> str:
    """A stored dataset with two classes of documents in each of the languages."""
    rows = [
        f'"{text} {number if language else "abcdef"[number]}",{label}'
        for language in languages
        for number in range(6)
        for text, label in zip(TEXTS[language], "ab", strict=True)
    ]
    content = "\n".join(["message,team", *rows]).encode()
    return workspace.save_dataset(
        content, Mapping(text="message", label="team", blanks="leave_out"), filename="t.csv"
    )


def forget_languages(dataset: str) -> None:
    """Make a stored dataset one of the first releases."""
    file = workspace.workspace() / "datasets" / dataset / "recipe.json"
    recipe = json.loads(file.read_text("utf-8"))
    del recipe["languages"]
    file.write_text(json.dumps(recipe), "utf-8")


def words(reader: str, key: str, /, **values: str) -> str:
    return text.sentences(reader)[key].format(**values)


@pytest.fixture
def reader(language: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The reader's language, also where AppTest formats choices: outside the session it drives."""
    monkeypatch.setattr(text, "first_language", lambda: language)
    return language


def captions(app: AppTest) -> str:
    return "\n".join(caption.value for caption in app.caption)


def submitted(app: AppTest) -> dict[str, Any]:
    """The configuration of the run that the page starts; the run itself is cancelled."""
    app.button(key="start_training").click().run()
    run_id = app.session_state["current_run"]
    runs.cancel(run_id)
    wait_for_end(run_id)
    return runs.get(run_id).config


def test_datasets_of_one_name_can_be_told_apart(studio: Open) -> None:
    datasets = {saved(language) for language in ("en", "ja", "de")}
    app = studio("train")
    chosen = set()
    for option in app.selectbox(key="train_dataset").options:
        app.selectbox(key="train_dataset").select(option).run()
        chosen.add(app.session_state["current_dataset"])
    assert chosen == datasets


def test_japanese_documents_are_read_by_the_multilingual_encoder(studio: Open, reader: str) -> None:
    saved("ja")
    app = studio("train", reader)
    title = MULTILINGUAL.title[reader]
    japanese = words(reader, "language.ja")
    assert words(reader, "encoder.reason", languages=japanese, title=title) in captions(app)
    assert not [each.value for each in (*app.error, *app.warning)]
    config = submitted(app)
    assert config["encoder"] == "multilingual"
    assert config["sources"] == catalog.permissive("multilingual")


def test_english_documents_are_read_by_the_fast_one_and_the_other_is_offered(studio: Open, reader: str) -> None:
    saved("en")
    app = studio("train", reader)
    english = words(reader, "language.en")
    assert words(reader, "encoder.reason", languages=english, title=ENGLISH.title[reader]) in captions(app)
    offer = words(
        reader, "encoder.offer", title=MULTILINGUAL.title[reader], times=encoder_choice.times(MULTILINGUAL)
    )
    assert offer in captions(app)
    config = submitted(app)
    assert config["encoder"] == "english"
    assert config["sources"] == catalog.permissive("english")


def test_an_encoder_that_does_not_read_the_documents_is_warned_of(studio: Open, reader: str) -> None:
    dataset = saved("ja")
    app = studio("train", reader)
    app.get_by_key(f"encoder_{dataset}").set_value("english").run()
    [warning] = app.warning
    assert warning.value == words(
        reader,
        "encoder.wrong",
        title=ENGLISH.title[reader],
        languages=words(reader, "language.ja"),
        better=MULTILINGUAL.title[reader],
    )
    assert submitted(app)["encoder"] == "english", "the reader has the last word"


def test_several_languages_are_named(studio: Open) -> None:
    saved("ja", "de", "en")
    app = studio("train")
    assert all(name in captions(app) for name in ("Japanese", "German", "English"))
    assert MULTILINGUAL.title["en"] in captions(app)


def test_a_language_that_no_encoder_reads_is_said(studio: Open) -> None:
    dataset = saved("qu")
    assert workspace.get_dataset_info(dataset).languages == {"qu": 1.0}
    app = studio("train")
    assert [warning.value for warning in app.warning] == [
        words("en", "encoder.unread", languages="Quechua", title=MULTILINGUAL.title["en"])
    ]


def test_texts_too_short_to_tell_their_language(studio: Open, language: str) -> None:
    saved("")
    app = studio("train", language)
    assert words(language, "encoder.unknown", title=ENGLISH.title[language]) in captions(app)
    assert not [each.value for each in (*app.error, *app.warning)]


def test_each_dataset_keeps_its_choice_and_picked_sources_are_those_of_the_encoder(studio: Open) -> None:
    japanese, english = saved("ja"), saved("en")
    app = studio("train")
    app.selectbox(key="train_dataset").set_value(english).run()
    app.get_by_key("reach").set_value("pick").run()
    assert app.multiselect(key="picked_english").value == catalog.permissive("english")
    app.multiselect(key="picked_english").set_value(["mnli"]).run()
    app.get_by_key(f"encoder_{english}").set_value("multilingual").run()
    assert not app.error and not app.exception
    assert app.multiselect(key="picked_multilingual").value == catalog.permissive("multilingual")
    app.selectbox(key="train_dataset").set_value(japanese).run()
    assert app.get_by_key(f"encoder_{japanese}").value == "auto"
    app.selectbox(key="train_dataset").set_value(english).run()
    assert app.get_by_key(f"encoder_{english}").value == "multilingual"
    assert submitted(app)["encoder"] == "multilingual"


def test_the_estimate_follows_the_encoder(studio: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scalearn_core.evidence.time_estimates.matmul_speed", lambda device, width: 1e10)
    dataset = saved("en")
    app = studio("train")
    before = captions(app)
    app.get_by_key(f"encoder_{dataset}").set_value("multilingual").run()
    line = text.sentences("en")["train.estimate"].split("{")[0]
    told = [next(c for c in all_.splitlines() if c.startswith(line)) for all_ in (before, captions(app))]
    assert told[0] != told[1]


@pytest.mark.parametrize("page", ["train", "data", "sources"])
def test_datasets_of_the_first_releases_know_their_language_too(studio: Open, page: str) -> None:
    dataset = saved("ja")
    forget_languages(dataset)
    assert not workspace.get_dataset_info(dataset).languages
    app = studio("train")
    app.switch_page(str(ROOT / "pages" / f"{page}.py")).run()
    assert not app.error
    if page == "sources":
        assert app.get_by_key("library_multilingual").value == "multilingual"
    else:
        assert "Japanese" in captions(app)


def test_a_damaged_table_of_the_first_releases_can_still_be_deleted(studio: Open) -> None:
    dataset = saved("ja", "qu")  # of no other test, as what was read once is remembered
    forget_languages(dataset)
    (workspace.workspace() / "datasets" / dataset / "table.bin").write_bytes(b"other bytes")
    app = studio("data")
    assert not app.error
    assert app.button(key=f"delete_{dataset}")
    assert "damaged" in studio("train").error[0].value


def test_a_table_says_its_language_before_and_after_it_is_stored(studio: Open, reader: str) -> None:
    app = studio("data", reader)
    rows = [f"{line} {n},{label}" for n in range(6) for line, label in zip(TEXTS["ja"], "ab", strict=True)]
    app.file_uploader(key="data_file").upload("t.csv", "\n".join(["message,team", *rows]).encode()).run()
    japanese = words(reader, "language.ja")
    assert any(f"**{japanese}**" in line.value for line in app.markdown)
    app.button(key="save_dataset").click().run()
    app.switch_page(str(ROOT / "pages" / "data.py")).run()
    assert f" · {japanese} · " in captions(app)


def test_a_table_of_no_language_is_summed_up_without_one(studio: Open) -> None:
    app = studio("data")
    app.file_uploader(key="data_file").upload("t.csv", b"message,team\nok,a\nno,a\nok,b\nno,b\n").run()
    expected = words("en", "data.summary", documents="4 documents", classes="2 categories")
    assert expected in [line.value for line in app.markdown]


@pytest.mark.parametrize(
    "language, datasets, expected",
    [("en", [], "english"), ("ja", [], "multilingual"), ("en", ["ja"], "multilingual"), ("ja", ["en"], "english")],
)
def test_the_library_shown_first_is_that_of_the_documents(
    studio: Open, reader: str, datasets: list[str], expected: str
) -> None:
    if datasets:
        saved(*datasets)
        app = studio("train", reader)
        app.switch_page(str(ROOT / "pages" / "sources.py")).run()
    else:
        app = studio("sources", reader)
    assert not app.error
    assert app.get_by_key(f"library_{expected}").value == expected
    card = CARDS[expected]
    assert card.name in captions(app) and card.licence in captions(app)
    shown = {line.value for line in app.markdown}
    assert {f"**{c.title[reader]}**" for c in catalog.cards(expected) if not c.research_use} <= shown


def test_an_encoder_chosen_for_the_training_is_that_of_the_sources_page(studio: Open) -> None:
    dataset = saved("en")
    app = studio("train")
    app.get_by_key(f"encoder_{dataset}").set_value("multilingual").run()
    app.switch_page(str(ROOT / "pages" / "sources.py")).run()
    assert app.get_by_key("library_multilingual").value == "multilingual"


def test_another_library_has_its_own_filters(studio: Open) -> None:
    app = studio("sources")
    app.get_by_key("groups_english").set_value(["safety"]).run()
    app.get_by_key("library_english").set_value("multilingual").run()
    assert not app.error and not app.exception
    assert MULTILINGUAL.name in captions(app)


def test_an_empty_library_says_so(studio: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(catalog, "LIBRARY", tmp_path)
    saved("ja")
    app = studio("sources")
    assert [info.value for info in app.info] == [words("en", "sources.none")]
    app = studio("train")
    assert [info.value for info in app.info] == [words("en", "train.no_sources")]
    assert app.button(key="start_training").disabled


def source_page() -> None:
    import dataclasses

    from scalearn_core.adapters import catalog
    from scalearn_ui.views.sources import source_card

    source_card.draw(dataclasses.replace(catalog.cards()[0], language="ja"))


def test_a_source_says_the_language_it_learned_from(language: str) -> None:
    app = draw(source_page, {}, language, dict)
    told = words(language, "sources.language", language=words(language, "language.ja"))
    assert told in captions(app)


def uninstalled_page() -> None:
    import streamlit as st

    from scalearn_core.workspace import datasets as workspace
    from scalearn_ui.parts import encoder_choice

    encoder_choice.choose(workspace.list_datasets()[0])
    encoder_choice.about(st.session_state["found"]["card"])


def test_an_encoder_that_is_not_here_says_that_it_will_be_downloaded(
    monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr(EncoderCard, "installed", lambda card: card.key != "multilingual")
    saved("ja")
    app = draw(uninstalled_page, {"card": MULTILINGUAL}, language, dict)
    assert not app.exception
    assert words(language, "encoder.download", hub=text.plain(MULTILINGUAL.hub)) in captions(app)
    assert "MB" not in captions(app), "nobody knows the size of what is not here"
