"""Every page: nothing there yet, wrong links, wrong tables, in both languages."""

from __future__ import annotations

import pandas as pd
import pytest

from scalearn_core import runs
from scalearn_core.data.mapping import Mapping
from scalearn_core.evidence import ready
from scalearn_core.workspace import datasets
from scalearn_core.workspace.samples import SAMPLES
from scalearn_ui import shell, text
from scalearn_ui.parts import columns, glossary
from scalearn_ui.parts.columns import Guess
from tests.ui.conftest import DOCUMENTS, PAGES, ROOT, Open, small_table, wait_for_end

LANGUAGES = list(text.LANGUAGES)
NEEDS_MODEL = ["results", "scales", "classify"]


def test_the_menu_lists_every_page() -> None:
    assert sorted(name for pages in shell.MENU.values() for name in pages) == PAGES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_an_empty_studio_says_what_to_do(studio: Open, page: str, language: str) -> None:
    app = studio(page, language)
    words = text.sentences(language)
    assert app.title[0].value == words[f"{page}.title"]
    assert not app.error and not app.exception
    ways_on = [*app.button, *app.file_uploader, *app.get("button_group")]
    assert ways_on, "an empty page needs a way on"


@pytest.mark.parametrize("page", ["train", "run", *NEEDS_MODEL])
def test_an_empty_page_leads_to_the_sample(studio: Open, page: str) -> None:
    app = studio(page)
    app.button(key="go_home").click().run()
    assert app.title[0].value == text.sentences("en")["home.title"]


@pytest.mark.parametrize("page", ["run", *NEEDS_MODEL])
@pytest.mark.parametrize("run_id", ["20200101-000000-aaaaaa", "../../etc/passwd", "x" * 5000])
def test_a_wrong_run_in_the_link_is_told_in_words(studio: Open, page: str, run_id: str, language: str) -> None:
    app = studio(page, language, run=run_id)
    assert [error.value for error in app.error] == [
        text.sentences(language)["error.run.unknown"].format(run=run_id[:40])
    ]


def test_a_wrong_table_run_in_the_link_is_told_in_words(studio: Open, trained: str) -> None:
    app = studio("classify", run=trained, batch="20200101-000000-aaaaaa")
    assert [error.value for error in app.error] == [
        text.sentences("en")["error.run.unknown"].format(run="20200101-000000-aaaaaa")
    ]


def test_a_run_in_the_link_is_shown_as_it_stands(studio: Open) -> None:
    app = studio("run", run="![px](http://127.0.0.1:9)")
    assert text.plain("![px](http://127.0.0.1:9)") in app.error[0].value


def test_a_training_in_the_table_link_is_no_table(studio: Open, trained: str) -> None:
    app = studio("classify", run=trained, batch=trained)
    assert [error.value for error in app.error] == [text.sentences("en")["error.run.unknown"].format(run=trained)]
    app.button(key="another_table").click().run()
    assert not app.error
    assert app.file_uploader(key="batch_file")


@pytest.mark.parametrize("label", ["![px](http://127.0.0.1:9/x.png)", "$x^2$", ":red[a]"])
def test_labels_and_names_are_not_read_as_markdown(studio: Open, label: str) -> None:
    table = f"text,label\none,{label}\ntwo,{label}\nthree,b\nfour,b\n".encode()
    datasets.save_dataset(table, Mapping(text="text", label="label", blanks="leave_out"), filename=f"{label}.csv")
    app = studio("data")
    app.file_uploader(key="data_file").upload("table.csv", table).run()
    told = [element.value for kind in (app.markdown, app.caption, app.warning, app.error) for element in kind]
    assert not [words for words in told if label in words]
    assert any(text.plain(label) in words for words in told), "a finding names it"
    assert any(text.plain(datasets.list_datasets()[0].name) in words for words in told)


def test_a_dataset_deleted_elsewhere_is_in_use_no_more(studio: Open) -> None:
    app = studio("home")
    app.button(key="try_sample").click().run()
    datasets.delete_dataset(app.session_state["current_dataset"])
    app.switch_page(str(ROOT / "pages" / "home.py")).run()
    assert not app.error
    assert app.session_state["current_dataset"] is None


FIRST_SAMPLE = {"en": "product_reviews", "ja": "office_requests"}


def test_the_sample_is_one_click_away(studio: Open, language: str) -> None:
    app = studio("home", language)
    name = text.sentences(language)[f"sample.{FIRST_SAMPLE[language]}"]
    assert any(name in words.value for words in app.markdown), "the page names the sample"
    app.button(key="try_sample").click().run()
    assert not app.error
    assert [info.name for info in datasets.list_datasets()] == [name]
    if ready.has_ready(FIRST_SAMPLE[language]):
        assert app.title[0].value == text.sentences(language)["results.title"]
        assert app.button(key="train_here").label == text.sentences(language)["ready.train"]
    else:
        assert app.title[0].value == text.sentences(language)["train.title"]
        assert app.button(key="start_training").label == text.sentences(language)["train.start"]


def test_a_ready_result_opens_at_once_and_is_trained_here_by_one_click(
    studio: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "first_language", lambda: "en")
    app = studio("home", "en")
    app.button(key="try_sample").click().run()
    shown = app.session_state["current_run"]
    app = studio("results", "en", run=shown)
    app.button(key="train_here").click().run()
    assert not app.error
    newest = runs.recent(1)[0]
    assert (
        newest.config["own_adapter"] is SAMPLES["product_reviews"].own_adapter and ready.KEY not in newest.config
    )
    runs.cancel(newest.id)


def test_home_leads_back_to_a_ready_result(studio: Open) -> None:
    """Also where the next step is another: a table of one's own is there."""
    language = "en"
    studio("home", language).button(key="try_sample").click().run()
    (shown,) = (run.id for run in runs.recent(5, "train"))
    datasets.save_dataset(small_table(), Mapping("message", "team", blanks="leave_out"), filename="own.csv")
    app = studio("home", language)
    words, name = text.sentences(language), text.sentences(language)[f"sample.{FIRST_SAMPLE[language]}"]
    assert app.button(key="try_sample").label == words["home.back_to_sample"].format(sample=name)
    app.button(key="try_sample").click().run()
    assert app.session_state["current_run"] == shown


def test_the_other_samples_are_offered_beside_the_first(studio: Open, language: str) -> None:
    app = studio("home", language)
    offered = [button.key for button in app.button if str(button.key).startswith("sample_")]
    assert sorted(offered) == sorted(f"sample_{key}" for key in SAMPLES if key != FIRST_SAMPLE[language])


def test_the_first_sample_follows_the_language_switch(studio: Open) -> None:
    app = studio("home", "en")
    app.button_group(key=text.LANGUAGE_KEY).set_value("ja").run()
    assert f"sample_{FIRST_SAMPLE['en']}" in [button.key for button in app.button]
    app.button(key="try_sample").click().run()
    assert "総務" in datasets.list_datasets()[0].labels


@pytest.mark.parametrize(
    "language, key, n_classes",
    [("en", "quality_reports", 5), ("en", "office_requests", 6), ("ja", "service_desk", 6)],
)
def test_another_sample_works_too(studio: Open, language: str, key: str, n_classes: int) -> None:
    app = studio("home", language)
    app.button(key=f"sample_{key}").click().run()
    assert not app.error
    assert len(datasets.list_datasets()[0].labels) == n_classes


def test_an_upload_becomes_a_dataset_with_the_columns_guessed(studio: Open) -> None:
    app = studio("data")
    app.file_uploader(key="data_file").upload("tickets.csv", small_table()).run()
    assert app.multiselect(key="text_column").value == ["message"]
    assert app.selectbox(key="label_column").value == "team"
    assert app.get("plotly_chart"), "class counts are drawn before saving"
    app.button(key="save_dataset").click().run()
    stored = datasets.list_datasets()
    assert [(info.name, info.documents) for info in stored] == [("tickets", DOCUMENTS)]
    assert app.session_state["current_dataset"] == stored[0].id


@pytest.mark.parametrize(
    "content, code",
    [
        (b"", "data.empty_file"),
        (b"%PDF-1.7 not a table", "data.unsupported_format"),
        (b"text,label\n", "data.no_rows"),
        (b"text,label\na,x\nb,x\nc,x\n", "data.one_class"),
    ],
)
def test_a_wrong_table_is_told_in_words(studio: Open, content: bytes, code: str, language: str) -> None:
    app = studio("data", language)
    app.file_uploader(key="data_file").upload("table.csv", content).run()
    sentence = text.sentences(language)[f"error.{code}"]
    assert len(app.error) == 1
    assert app.error[0].value[:8] == sentence[:8]
    assert not datasets.list_datasets()


def test_long_class_names_are_not_taken_for_the_texts() -> None:
    frame = pd.DataFrame(
        {"class": ["a very long class name " * 3, "another long class name " * 3] * 3, "note": list("abcdef")}
    )
    assert columns.guess_columns(frame) == Guess("note", "class", characters=1, values=2, named=True)
    frame = pd.DataFrame({"site": list("ababab"), "report": list("ghijkl"), "category": list("xyzxyz")})
    assert columns.guess_columns(frame).label == "category", "though there are fewer sites"
    frame = pd.DataFrame({"note": list("abcdef")})
    assert columns.guess_columns(frame[["note"]]) == Guess("note", None, characters=1, values=0)


def test_rejected_rows_can_be_downloaded(studio: Open) -> None:
    app = studio("data", "ja")
    table = small_table() + ",空のクラス\n本文だけ,\n".encode()
    app.file_uploader(key="data_file").upload("tickets.csv", table).run()
    assert app.download_button(key="rejected_rows").label == text.sentences("ja")["data.rejected_download"]


def test_a_dataset_can_be_deleted(studio: Open) -> None:
    dataset = datasets.save_dataset(
        small_table(), Mapping(text="message", label="team", blanks="leave_out"), filename="t.csv"
    )
    app = studio("data")
    app.button(key=f"delete_{dataset}").click().run()
    assert text.sentences("en")["data.delete_text"].format(name="t") in [m.value for m in app.markdown]
    assert datasets.list_datasets(), "nothing goes before the answer"


def test_a_failed_run_gives_its_reason_in_the_readers_language(studio: Open) -> None:
    run_id = runs.submit("selfcheck", {"steps": 0}, title="check")
    wait_for_end(run_id)
    app = studio("run", "ja", run=run_id)
    sentence = text.sentences("ja")["error.run.selfcheck_numbers"]
    assert [error.value for error in app.error] == [sentence.format(steps=0, seconds=0.1)]
    assert app.button(key="delete_run")


def test_a_run_can_be_watched_and_cancelled(studio: Open) -> None:
    run_id = runs.submit("selfcheck", {"steps": 600, "seconds_per_step": 0.1}, title="check")
    app = studio("run", run=run_id)
    assert app.get("progress")
    app.button(key="cancel_run").click().run()
    wait_for_end(run_id)
    app.run()
    assert [warning.value for warning in app.warning] == [text.sentences("en")["ended.cancelled"]]


def test_the_language_is_the_browsers_until_one_is_chosen() -> None:
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_string((ROOT / "studio.py").read_text("utf-8"))
    app.context = {"locale": "ja-JP"}
    assert app.run().subheader[0].value == text.sentences("ja")["home.next.first.title"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_glossary_explains_every_term_and_finds_one(studio: Open, language: str) -> None:
    app, words = studio("glossary", language), text.sentences(language)
    terms = [term for group in glossary.TERMS.values() for term in group]
    shown = [element.value for element in app.main.markdown]
    assert [f"**{words[f'term.{term}']}**  \n{words[f'meaning.{term}']}" for term in terms] == shown[1:]
    app.text_input(key="glossary_search").set_value(words["term.seed"]).run()
    assert f"**{words['term.seed']}**  \n{words['meaning.seed']}" in [
        element.value for element in app.main.markdown
    ]
    app.text_input(key="glossary_search").set_value("qqq").run()
    assert [element.value for element in app.info] == [words["glossary.none"]]
