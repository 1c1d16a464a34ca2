"""From an upload to a stored dataset: what is guessed, what is found, what is done about it and undone."""

from __future__ import annotations

import pytest

from scalearn_core.data.recipe import Step
from scalearn_core.workspace import datasets
from scalearn_core.workspace.samples import SAMPLES, sample_bytes
from scalearn_ui import text
from tests.ui.conftest import Open
from tests.ui.tables import clean, clean_rows, keys, save, told, upload, written


def with_copies() -> bytes:
    """Rows 2 and 3 stand there again as 62 and 63, row 4 as 64 with the other class."""
    rows = clean_rows(60)
    return written(["message", "topic"], [*rows, *rows[:2], [rows[2][0], "damaged"]]).encode()


def test_an_upload_is_guessed_looked_through_mended_and_stored(studio: Open, language: str) -> None:
    words = text.sentences(language)
    app = upload(studio("data", language), with_copies())
    average = round(sum(len(row[0]) for row in [*clean_rows(60), *clean_rows(3)]) / 63)
    assert words["columns.text_reason"].format(column="message", n=average) in told(app)
    assert words["columns.label_named"].format(column="topic", n=2) in told(app)
    assert words["remedy.leave_out_duplicates"] in [button.label for button in app.button]
    assert words["remedy.leave_out_contradictions"] in [button.label for button in app.button]
    app.button(key="data_exact_duplicates_0").click().run()
    done = words["remedy.leave_out_duplicates.then"].format(
        concerned=words["count.documents.other"].format(n=2), left=words["count.documents.other"].format(n=61)
    )
    assert done in told(app)
    assert "data_exact_duplicates_0" not in keys(app), "what was mended is found no more"
    app.button(key="data_undo_0").click().run()
    assert "data_undo_0" not in keys(app) and "data_exact_duplicates_0" in keys(app)
    app.button(key="data_exact_duplicates_0").click().run()
    info = save(app)
    assert app.title[0].value == words["train.title"]
    assert info.documents == 61
    assert info.steps == (Step("leave_out_rows", "exact_duplicates", rows=(62, 63)),)
    assert datasets.load_dataset(info.id).rejected["row"].tolist() == [62, 63]


@pytest.mark.parametrize("number", [0, 1])
def test_either_of_two_remedies_can_be_undone(studio: Open, number: int) -> None:
    app = upload(studio("data"), with_copies())
    app.button(key="data_exact_duplicates_0").click().run()
    remedies = sorted(key for key in keys(app) if key.startswith("data_same_text_different_label_"))
    app.button(key=remedies[-1]).click().run()
    assert {"data_undo_0", "data_undo_1"} <= keys(app)
    app.button(key=f"data_undo_{number}").click().run()
    assert "data_undo_1" not in keys(app)
    steps = save(app).steps
    assert {step.why for step in steps} == {["same_text_different_label", "exact_duplicates"][number]}


def test_personal_data_are_blanked_out_in_what_is_learned_from_and_the_recipe_says_so(
    studio: Open, language: str
) -> None:
    words = text.sentences(language)
    rows = clean_rows(60)
    rows[4] = [f"{rows[4][0]} Write to jane.doe@shop.com", rows[4][1]]
    app = upload(studio("data", language), written(["message", "topic"], rows).encode())
    app.button(key="data_personal_data_0").click().run()
    assert words["remedy.blank_out_personal.then"] in told(app)
    assert "data_personal_data_0" not in keys(app), "nothing is left to find"
    info = save(app)
    assert info.steps == (Step("blank_out_personal", "personal_data"),)
    assert datasets.load_dataset(info.id).frame["text"][6].endswith(" Write to [mail]")
    assert b"jane.doe@shop.com" in datasets.dataset_content(info.id), (
        "the file stays as uploaded, as the page says"
    )
    assert words["made.blank_out_personal"] in told(studio("data", language, dataset=info.id))


def test_a_remedy_that_leaves_nothing_to_learn_from_can_be_undone(studio: Open) -> None:
    rows = [["ok", "x"], ["no", "x"], *([words, "y"] for words, _ in clean_rows(20))]
    app = upload(studio("data"), written(["message", "topic"], rows).encode())
    app.multiselect(key="text_column").set_value(["message"]).run()
    app.selectbox(key="label_column").set_value("topic").run()
    app.button(key="data_tiny_texts_0").click().run()
    assert [error.value for error in app.error] == [
        text.sentences("en")["error.data.one_class"].format(column="topic", label="y")
    ]
    assert "save_dataset" not in keys(app)
    app.button(key="data_undo_0").click().run()
    assert not app.error and "save_dataset" in keys(app)


def test_a_clean_file_needs_two_decisions_and_frightens_nobody(studio: Open, language: str) -> None:
    app = upload(studio("data", language), clean(120))
    assert not app.error and not app.warning and not app.info
    assert not [words for words in told(app).splitlines() if ":material/warning:" in words or ":red" in words]
    info = save(app)
    assert (info.documents, info.rejected, info.steps, info.version) == (120, 0, (), 1)


@pytest.mark.parametrize("key", SAMPLES)
def test_the_samples_are_clean(studio: Open, key: str, language: str) -> None:
    app = upload(studio("data", language), sample_bytes(key))
    assert app.multiselect(key="text_column").value == [SAMPLES[key].text]
    app.selectbox(key="label_column").set_value(SAMPLES[key].label).run()
    assert not app.error and not app.warning
    assert ":material/warning:" not in told(app) and ":material/error:" not in told(app)
    assert "save_dataset" in keys(app)


def test_two_text_columns_are_joined(studio: Open) -> None:
    rows = [[f"Subject {n}", words, label] for n, (words, label) in enumerate(clean_rows(40))]
    app = upload(studio("data"), written(["subject", "body", "topic"], rows).encode())
    app.multiselect(key="text_column").set_value(["subject", "body"]).run()
    info = save(app)
    assert info.text_columns == ("subject", "body")
    first = datasets.load_dataset(info.id).frame["text"].iloc[0]
    assert rows[0][0] in first and rows[0][1] in first


def test_without_a_text_column_nothing_can_be_saved(studio: Open) -> None:
    app = upload(studio("data"), clean())
    app.multiselect(key="text_column").set_value([]).run()
    assert [info.value for info in app.info] == [text.sentences("en")["data.choose_two"]]
    assert "save_dataset" not in keys(app)


def test_a_label_column_taken_for_want_of_a_better_one_is_not_praised(studio: Open) -> None:
    rows = [[words, f"case {n}"] for n, (words, _) in enumerate(clean_rows(40))]
    app = upload(studio("data"), written(["message", "number"], rows).encode())
    assert app.selectbox(key="label_column").value == "number"
    assert "keep coming back" not in told(app)


def test_a_new_upload_forgets_remedies_and_choices(studio: Open) -> None:
    rows = [[f"S{n % 5}", words, label, f"C{n}"] for n, (words, label) in enumerate(clean_rows(40))]
    table = written(["team", "body", "topic", "customer"], [*rows, rows[0]]).encode()
    app = upload(studio("data"), table)
    app.multiselect(key="text_column").set_value(["team", "body"]).run()
    app.selectbox(key="data_header").set_value("first").run()
    app.multiselect(key="text_column").set_value(["team", "body"]).run()
    app.selectbox(key="split_group").set_value("customer").run()
    app.button(key="data_exact_duplicates_0").click().run()
    assert "data_undo_0" in keys(app)
    upload(app, table)
    assert "data_undo_0" not in keys(app) and "data_exact_duplicates_0" in keys(app)
    assert app.multiselect(key="text_column").value == ["body"]
    assert app.selectbox(key="data_header").value == ""
    assert app.selectbox(key="split_group").value is None
    for key in ("text_column", "label_column", "data_header", "split_way", "split_group"):
        assert app.get_by_key(key).proto.set_value, f"the browser is told of {key} too"


def test_two_sessions_with_different_tables_do_not_meet(studio: Open) -> None:
    first, second = studio("data"), studio("data", "ja")
    upload(first, with_copies(), "first.csv")
    upload(second, clean(44), "second.csv")
    first.button(key="data_exact_duplicates_0").click().run()
    second.run()
    assert "data_undo_0" not in keys(second)
    assert save(second).documents == 44
    assert save(first).documents == 61
    assert {(info.name, info.documents) for info in datasets.list_datasets()} == {("first", 61), ("second", 44)}


def test_rare_classes_are_merged_under_a_name_in_the_readers_language(studio: Open, language: str) -> None:
    rare = [[words, ["lost", "found"][n % 2]] for n, (words, _) in enumerate(clean_rows(80)[60:])]
    app = upload(studio("data", language), written(["message", "topic"], [*clean_rows(), *rare[:8]]).encode())
    other = text.sentences(language)["findings.other"]
    offered = [button for button in app.button if str(button.key).startswith("data_few_10_")]
    next(button for button in offered if other in button.label).click().run()
    assert save(app).class_counts == {"late": 30, "damaged": 30, other: 8}


def test_ids_in_place_of_texts_are_told_with_the_better_column(studio: Open, language: str) -> None:
    rows = [[f"T-{n:05d}", *row] for n, row in enumerate(clean_rows())]
    app = upload(studio("data", language), written(["ticket", "message", "topic"], rows).encode())
    app.multiselect(key="text_column").set_value(["ticket"]).run()
    begin = text.sentences(language)["finding.id_column_other"].split("{")[0]
    assert any(begin in line.value and "message" in line.value for line in app.markdown)
    app.button(key="data_id_column_other_choose").click().run()
    assert app.multiselect(key="text_column").value == ["message"]
    assert not any(begin in line.value for line in app.markdown) and save(app).text_columns == ("message",)
