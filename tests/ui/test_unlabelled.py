"""Documents without label on the page Data: rows that have none, and a further file; in both languages."""

from __future__ import annotations

import io
import re

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from scalearn_core.data.mapping import Mapping
from scalearn_core.data.recipe import Step
from scalearn_core.data.unlabelled import MOST_UNLABELLED
from scalearn_core.studies.time_estimates import STAGES
from scalearn_core.workspace import datasets
from scalearn_ui import text
from tests.core.checks.made import plain_texts
from tests.core.tables.building import sheet_rows, xlsx
from tests.ui.conftest import Open, draw
from tests.ui.tables import clean, clean_rows, keys, save, told, upload, written

BLANK = plain_texts(12, begin=60)
MORE = plain_texts(8, begin=100)


def with_blanks() -> bytes:
    return written(["message", "topic"], [*clean_rows(), *([words, ""] for words in BLANK)]).encode()


def further(app: AppTest, content: bytes, name: str = "more.csv") -> AppTest:
    app.file_uploader(key="further_file").upload(name, content).run()
    assert not app.exception
    return app


def alone(texts: list[str], column: str = "message") -> bytes:
    return written([column], [[words] for words in texts]).encode()


def summary(number: int, language: str) -> str:
    words = text.sentences(language)
    return words["unlabelled.summary"].format(unlabelled=words["count.unlabelled.other"].format(n=f"{number:,}"))


def test_rows_without_a_category_are_kept_said_and_stored(studio: Open, language: str) -> None:
    words = text.sentences(language)
    app = upload(studio("data", language), with_blanks())
    assert words["columns.label_named"].format(column="topic", n=2) in told(app), "a blank is no category"
    asked = app.radio(key="blanks")
    assert asked.label == words["unlabelled.blank"].format(rows=words["count.rows.other"].format(n="12"))
    assert asked.value == "keep"
    assert summary(12, language) in told(app)
    info = save(app)
    assert (info.documents, info.unlabelled, info.rejected, info.blanks) == (60, 12, 0, "keep")
    assert datasets.load_dataset(info.id).unlabelled.tolist() == BLANK
    app = studio("data", language, dataset=info.id)
    assert summary(12, language) in told(app) and not app.error
    assert words["count.unlabelled.other"].format(n="12") in app.caption[0].value


def test_they_can_be_left_out_as_before(studio: Open, language: str) -> None:
    app = upload(studio("data", language), with_blanks())
    app.radio(key="blanks").set_value("leave_out").run()
    assert text.sentences(language)["count.unlabelled.other"].format(n="12") not in told(app)
    info = save(app)
    assert (info.documents, info.unlabelled, info.rejected, info.blanks) == (60, 0, 12, "leave_out")


def test_nothing_is_asked_where_no_category_is_blank(studio: Open) -> None:
    app = upload(studio("data"), clean())
    assert [radio.key for radio in app.radio if radio.key == "blanks"] == []
    assert save(app).blanks == "leave_out"  # by which the dataset has the id it always had


def test_a_table_with_no_category_at_all_is_told_what_it_lacks(studio: Open, language: str) -> None:
    rows = [[words, "", str(n)] for n, words in enumerate(plain_texts(30))]
    app = upload(studio("data", language), written(["message", "topic", "id"], rows).encode())
    app.selectbox(key="label_column").set_value("topic").run()
    sentence = text.sentences(language)["error.data.too_few_labelled"]
    assert [error.value for error in app.error] == [
        sentence.format(column="topic", labelled=0, documents=30, count=0)
    ]
    assert "save_dataset" not in keys(app)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonl", "parquet"])
def test_a_further_file_joins_the_dataset(studio: Open, language: str, kind: str) -> None:
    frame = pd.DataFrame({"id": [str(n) for n in range(len(MORE))], "message": MORE})
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    content = {
        "csv": frame.to_csv(index=False).encode(),
        "xlsx": xlsx(sheet_rows(["id", "message"], *frame.to_numpy().tolist())),
        "jsonl": frame.to_json(orient="records", lines=True).encode(),
        "parquet": buffer.getvalue(),
    }[kind]
    app = further(upload(studio("data", language), with_blanks()), content, f"more.{kind}")
    assert app.multiselect(key="further_columns").value == ["message"]
    assert summary(20, language) in told(app)
    info = save(app)
    assert info.further is not None and info.further.filename == f"more.{kind}"
    assert (info.documents, info.unlabelled) == (60, 20)
    assert datasets.load_dataset(info.id).unlabelled.tolist() == [*BLANK, *MORE]
    app = studio("data", language, dataset=info.id)
    made = text.sentences(language)["unlabelled.made"].format(file=f"more.{kind}", texts="message")
    assert made in told(app).replace("\\", "")
    assert not app.error


def test_its_columns_can_be_chosen_and_it_can_be_taken_away(studio: Open) -> None:
    rows = [[words, f"{words}, and much more than that"] for words in MORE]
    app = further(upload(studio("data"), clean()), written(["subject", "body"], rows).encode())
    assert app.multiselect(key="further_columns").value == ["body"]
    app.multiselect(key="further_columns").set_value(["subject", "body"]).run()
    assert summary(8, "en") in told(app)
    app.multiselect(key="further_columns").set_value([]).run()
    assert summary(8, "en") not in told(app)
    app.multiselect(key="further_columns").set_value(["subject"]).run()
    info = save(app)
    assert info.further is not None and info.further.text_columns == ("subject",)
    assert datasets.load_dataset(info.id).unlabelled.tolist() == MORE


@pytest.mark.parametrize("content", [b"", b"message\n", b"message,id\n,1\n , 2\n"])
def test_an_empty_further_file_is_one_sentence(studio: Open, language: str, content: bytes) -> None:
    app = further(upload(studio("data", language), clean()), content)
    sentence = text.sentences(language)["error.data.unlabelled_empty"]
    assert len(app.error) == 1 and app.error[0].value.replace("\\", "") == sentence.format(name="more.csv")
    assert "save_dataset" not in keys(app)


def test_copies_alone_are_refused_and_some_are_told(studio: Open, language: str) -> None:
    words = text.sentences(language)
    copies = [row[0].upper() for row in clean_rows(5)]
    app = further(upload(studio("data", language), clean()), alone(copies))
    sentence = words["error.data.unlabelled_copies"].format(name="more.csv", count=5)
    assert [error.value.replace("\\", "") for error in app.error] == [sentence]
    assert app.get("plotly_chart"), "what is known of the table stays in sight"
    assert "save_dataset" not in keys(app)
    app = further(app, alone([*copies, *MORE]))
    assert not app.error
    number = words["count.unlabelled.other"].format(n="13")
    assert words["finding.unlabelled_copies"].format(concerned="5", unlabelled=number) in told(app)
    both = words["unlabelled.summary_copies"].format(unlabelled=number, copies="5", new="8")
    assert both in told(app)
    assert both in told(studio("data", language, dataset=save(app).id))


def test_another_language_is_a_warning(studio: Open, language: str) -> None:
    japanese = [f"来週の会議室{n}の予約を取り消したいです。" for n in range(10)]
    app = further(upload(studio("data", language), clean()), alone(japanese))
    words = text.sentences(language)
    begin = words["finding.unlabelled_language"].split("{encoder}")[0]
    assert begin.format(share="100%", languages=words["language.ja"]) in told(app)
    assert not app.error and save(app).unlabelled == 10


def test_of_very_many_it_is_said_that_some_are_drawn(studio: Open, language: str) -> None:
    many = [f"{words} number {n}" for n, words in enumerate(plain_texts(3000) * 7)]
    app = further(upload(studio("data", language), clean()), alone(many))
    words = text.sentences(language)
    number = words["count.unlabelled.other"].format(n="21,000")
    assert words["finding.unlabelled_drawn"].format(drawn=f"{MOST_UNLABELLED:,}", unlabelled=number) in told(app)
    assert summary(21_000, language) in told(app)


def test_personal_data_in_it_are_listed_by_its_own_rows_and_blanked_out(studio: Open, language: str) -> None:
    words = text.sentences(language)
    app = further(upload(studio("data", language), clean()), alone([*MORE, "write to jane.roe@corp-mail.com"]))
    listed = [frame.value for frame in app.dataframe if words["findings.note"] in frame.value.columns]
    assert listed[0][words["data.row"]].tolist() == [words["unlabelled.row"].format(row=10)]
    assert listed[0][words["findings.text"]].tolist() == ["write to jane.roe@corp-mail.com"]
    app.button(key="data_personal_data_0").click().run()
    info = save(app)
    assert info.steps == (Step("blank_out_personal", "personal_data"),)
    assert datasets.load_dataset(info.id).unlabelled.tolist()[-1] == "write to [mail]"


def test_a_new_version_of_a_stored_dataset_keeps_the_file_and_says_what_changed(
    studio: Open, language: str
) -> None:
    words = text.sentences(language)
    app = further(upload(studio("data", language), clean()), alone([*MORE, "ring +49 30 901820, please"]))
    first = save(app)
    app = studio("data", language, dataset=first.id)
    app.button(key="stored_personal_data_0").click().run()
    app.button(key="save_version").click().run()
    assert not app.exception and not app.error
    info = datasets.list_datasets()[0]
    assert (info.version, info.unlabelled, info.further) == (2, 9, first.further)
    assert datasets.load_dataset(info.id).unlabelled.tolist()[-1] == "ring [phone], please"
    assert words["versions.counts"].format(added=1, gone=1, relabelled=0, same=68) in told(app)
    for known in (first.id, info.id):
        datasets.delete_dataset(known)
    assert datasets.list_datasets() == []


def test_japanese_rows_of_a_japanese_table(studio: Open) -> None:
    rows = [
        [f"会議室{n}のプロジェクターが映らないので確認してください。", "総務部" if n % 2 else "情報システム部"]
        for n in range(40)
    ]
    rows += [[f"請求書{n}の宛名を変更できますか。", "　"] for n in range(5)]
    app = upload(studio("data", "ja"), written(["本文", "担当部署"], rows).encode("cp932"), "依頼.csv")
    assert app.radio(key="blanks").label == "カテゴリーが空の行（5行）"
    assert "ラベルのない文書5件：学習の助けになります。" in told(app)
    info = save(app)
    assert (info.documents, info.unlabelled) == (40, 5)


def test_the_training_says_whether_it_learns_from_them(
    studio: Open, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "first_language", lambda: language)
    mapping = Mapping("message", "topic", blanks="keep")
    datasets.save_dataset(with_blanks(), mapping, filename="t.csv")
    words = text.sentences(language)
    number = words["count.unlabelled.other"].format(n="12")
    app = studio("train", language)
    assert not app.exception
    assert words["train.unlabelled"].format(unlabelled=number) in told(app)
    app.toggle(key="own_adapter").set_value(False).run()
    assert words["train.unlabelled_unused"].format(unlabelled=number) in told(app)
    assert words["train.unlabelled"].format(unlabelled=number) not in told(app)


def results_page() -> None:
    import streamlit as st

    from scalearn_ui.views.results import verdict

    verdict.unlabelled(st.session_state["found"])


@pytest.mark.parametrize(
    ("joining", "verdict", "difference"),
    [
        ("joined", "better", 0.041),
        ("joined", "no_difference", 0.01),
        ("joined", "worse", -0.05),
        ("joined", "same_answers", 0.0),
        *((why, None, None) for why in ("chance", "several_labels", "no_task_adapter", "other_recipe")),
    ],
)
def test_results_say_what_they_brought_or_why_they_did_not_join(
    language: str, joining: str, verdict: str | None, difference: float | None
) -> None:
    compared = verdict and {
        "difference": difference, "low": -0.02, "high": 0.073, "against": "without_unlabelled",
        "verdict": "no_difference" if verdict == "same_answers" else verdict,
        "disagreements": 0 if verdict == "same_answers" else 9,
    }  # fmt: skip
    record = {
        "unlabelled": {
            "documents": 1_200, "used": 1_000 if verdict else 0, "joining": joining,
            "gain": verdict and 100 * difference, "interval": verdict and [-2.0, 7.3], "comparison": compared,
        }
    }  # fmt: skip
    shown = " ".join(line.value for line in draw(results_page, record, language).markdown)
    words = text.sentences(language)
    number = words["count.unlabelled.other"].format(n="1,200")
    sentence = words[f"verdict.unlabelled.{verdict or joining}"]
    begin = re.split(r"\{(?:difference|used)\}", sentence)[0].format(documents=number)
    assert begin in shown
    if verdict:
        assert "1,000" in shown
        assert verdict == "same_answers" or "7.3" in shown


def method_page() -> None:
    import streamlit as st

    from scalearn_ui.views.results import evidence

    evidence.method(st.session_state["found"])


def test_how_it_was_measured_names_them_and_the_time_of_every_stage(language: str) -> None:
    stages = [*STAGES, "baselines", "evaluation", "total"]
    facts = {"documents": 1_200, "used": 1_000, "joining": "joined", "gain": 1.0, "interval": [-2.0, 7.3]}
    record = {"unlabelled": facts | {"comparison": None}, "seconds": dict.fromkeys(stages, 1.5)}
    shown = " ".join(line.value for line in draw(method_page, record, language).markdown)
    words = text.sentences(language)
    assert all(words[f"seconds.{stage}"] in shown for stage in stages)
    assert "1,000" in shown and words["count.unlabelled.other"].format(n="1,200") in shown
