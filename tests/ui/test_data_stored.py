"""A stored dataset looked at closely: its recipe, its checks, its versions, and how it is deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from scalearn_core import runs
from scalearn_core.data.mapping import Mapping
from scalearn_core.data.recipe import Step
from scalearn_core.workspace import datasets
from scalearn_core.workspace.dataset_info import FORMAT
from scalearn_ui import text
from tests.core.checks.planted import with_wrong_labels
from tests.ui.conftest import Open, wait_for_end
from tests.ui.tables import clean, clean_rows, keys, save, told, upload, written
from tests.ui.test_runs_kept import made as run_of


def stored(content: bytes, name: str | None = None) -> str:
    return datasets.save_dataset(
        content, Mapping(text="message", label="topic", blanks="leave_out"), filename="tickets.csv", name=name
    )


def with_copies() -> bytes:
    return written(["message", "topic"], [*clean_rows(), *clean_rows(2)]).encode()


def test_a_second_file_of_the_name_is_the_next_version(studio: Open, language: str) -> None:
    words = text.sentences(language)
    first = stored(clean())
    rows = clean_rows(62)
    later = [*rows[1:10], [rows[10][0], "damaged"], *rows[11:]]  # one gone, one of another class, two more
    app = upload(studio("data", language), written(["message", "topic"], later).encode())
    info = save(app)
    assert (info.version, info.previous) == (2, first)
    app = studio("data", language, dataset=info.id)
    assert words["data.version"].format(name="tickets", n=2) in [heading.value for heading in app.subheader]
    assert words["versions.counts"].format(added=2, gone=1, relabelled=1, same=58) in told(app)
    table = app.dataframe[-1].value
    assert table[words["versions.change"]].tolist() == [
        *[words["versions.added"]] * 2, words["versions.removed"], words["versions.relabelled"],
    ]  # fmt: skip
    assert table[words["findings.text"]].tolist() == [rows[60][0], rows[61][0], rows[0][0], rows[10][0]]
    assert table.iloc[3][[words["versions.before"], words["versions.after"]]].tolist() == ["late", "damaged"]
    datasets.delete_dataset(first)
    app = studio("data", language, dataset=info.id)
    assert words["versions.gone"] in told(app) and not app.error


@pytest.mark.parametrize(
    ("typed", "name", "version"),
    [
        ("Mails 2026 📧", "Mails 2026 📧", 1),
        ("  tickets ", "tickets", 2),
        ("", "tickets", 2),
        ("../../x", "../../x", 1),
    ],
)
def test_a_dataset_can_be_named_and_is_a_next_version_only_of_that_name(
    studio: Open, typed: str, name: str, version: int
) -> None:
    stored(with_copies())
    said = text.sentences("en")["data.next_version"].format(name="tickets", n=2)
    app = upload(studio("data"), clean())
    assert said in told(app), "named as the file by default"
    app.text_input(key="data_name_tickets.csv").set_value(typed).run()
    assert (said in told(app)) is (version == 2)
    info = save(app)
    assert (info.name, info.filename, info.version) == (name, "tickets.csv", version)


def test_a_remedy_is_saved_as_a_new_version(studio: Open, language: str) -> None:
    words = text.sentences(language)
    first = stored(with_copies(), "Mails")
    app = studio("data", language, dataset=first)
    assert words["made.columns"].format(file=text.plain("tickets.csv"), texts="message", label="topic") in told(
        app
    )
    app.button(key="stored_exact_duplicates_0").click().run()
    assert "stored_exact_duplicates_0" not in keys(app)
    app.button(key="stored_undo_0").click().run()
    assert "stored_exact_duplicates_0" in keys(app) and "save_version" not in keys(app)
    app.button(key="stored_exact_duplicates_0").click().run()
    app.button(key="save_version").click().run()
    assert not app.error and not app.exception
    info = datasets.list_datasets()[0]
    assert (info.version, info.previous, info.documents) == (2, first, 60)
    assert info.steps == (Step("leave_out_rows", "exact_duplicates", rows=(62, 63)),)
    assert app.query_params["dataset"] in (info.id, [info.id])
    assert words["made.leave_out_rows"].format(rows=words["count.rows.other"].format(n=2)) in told(app)
    assert app.session_state["current_dataset"] == info.id
    assert words["versions.counts"].format(added=0, gone=2, relabelled=0, same=60) in told(app)


def test_a_remedy_hides_its_own_finding_only(studio: Open) -> None:
    rows = [*clean_rows(40), ["a", "late"], ["b", "damaged"], ["it broke", "late"], ["not ok", "damaged"]]
    app = studio("data", dataset=stored(written(["message", "topic"], rows).encode()))
    assert {"stored_tiny_texts_0", "stored_short_texts_0"} <= keys(app)
    app.button(key="stored_tiny_texts_0").click().run()
    assert "stored_tiny_texts_0" not in keys(app) and "stored_short_texts_0" in keys(app)


def test_a_closer_look_is_a_run_whose_findings_can_be_acted_upon(studio: Open, language: str) -> None:
    words = text.sentences(language)
    planted, _ = with_wrong_labels(300, 3, 0.05)
    rows = zip(planted.frame["text"], planted.frame["label"], strict=True)
    dataset = stored(written(["message", "topic"], [list(row) for row in rows]).encode())
    app = studio("data", language, dataset=dataset)
    assert words["findings.thorough"] in told(app)
    app.button(key="check_thoroughly").click().run()
    (run,) = runs.recent(10, "check")
    assert run.config["dataset"] == dataset
    wait_for_end(run.id)
    assert runs.get(run.id).status == "succeeded", runs.get(run.id).error_text
    app = studio("data", language, dataset=dataset)
    assert not app.exception and not app.error
    assert "check_thoroughly" not in keys(app)
    assert "stored_suspicious_labels_0" in keys(app)
    app.button(key="stored_suspicious_labels_0").click().run()
    app.button(key="save_version").click().run()
    assert not app.error and not app.exception
    assert {step.why for step in datasets.list_datasets()[0].steps} == {"suspicious_labels"}
    assert "check_thoroughly" in keys(app), "the new version was not checked yet"
    (runs.folder(run.id) / "findings.json").unlink()
    app = studio("data", language, dataset=dataset)
    assert "check_thoroughly" in keys(app), "findings that are lost are looked for again"


def test_clean_documents_are_told_to_be_so(studio: Open) -> None:
    dataset = stored(clean(120))
    run = runs.submit("check", {"dataset": dataset, "seed": 13}, title="t")
    app = studio("data", dataset=dataset)
    assert not app.exception
    wait_for_end(run)
    app = studio("data", dataset=dataset)
    assert not app.error and not app.warning
    assert ":material/error:" not in told(app)


@pytest.mark.parametrize("also", [False, True])
def test_deleting_tells_what_was_made_and_takes_it_along_if_wished(
    studio: Open, workspace: Path, language: str, also: bool
) -> None:
    words = text.sentences(language)
    dataset, other = stored(clean()), stored(clean(80), "other")
    made = run_of(workspace, "check", 1, config={"dataset": dataset, "seed": 13})
    kept = run_of(workspace, "check", 2, config={"dataset": other, "seed": 13})
    app = studio("data", language)
    app.button(key=f"delete_{dataset}").click().run()
    one = words["count.runs.one"].format(n=1)
    assert words["data.delete_runs"].format(runs=one, names=words["kind.check"]) in told(app)
    assert app.checkbox(key="delete_runs").label == words["data.delete_also"].format(runs=one)
    app.button(key=f"delete_{dataset}").click()  # AppTest keeps no dialog open from one run to the next
    if also:
        app.checkbox(key="delete_runs").check()
    app.button(key="confirm_delete").click().run()
    assert not app.exception and not app.error
    assert [info.id for info in datasets.list_datasets()] == [other]
    assert {run.id for run in runs.recent(10)} == ({kept} if also else {made, kept})


@pytest.mark.parametrize(
    "dataset", ["0123456789abcdef", "../../etc/passwd", "![px](http://127.0.0.1:9)", "x" * 5000]
)
def test_a_wrong_dataset_in_the_link_is_told_in_words(studio: Open, dataset: str, language: str) -> None:
    app = studio("data", language, dataset=dataset)
    assert len(app.error) == 1 and not app.exception
    sentence = text.sentences(language)["error.data.unknown_dataset"]
    assert app.error[0].value == sentence.format(dataset=text.plain(dataset[:40]))
    app.button(key="back_to_data").click().run()
    assert not app.error and app.file_uploader(key="data_file")


def test_the_list_leads_to_the_detail_and_back(studio: Open) -> None:
    dataset = stored(clean())
    app = studio("data")
    app.button(key=f"look_{dataset}").click().run()
    assert "back_to_data" in keys(app) and "dataset" in app.query_params
    app.button(key="back_to_data").click().run()
    assert f"look_{dataset}" in keys(app) and "dataset" not in app.query_params


def test_a_dataset_of_a_newer_version_says_so_and_can_be_deleted(
    studio: Open, workspace: Path, language: str
) -> None:
    good, newer = stored(clean()), stored(clean(80), "newer")
    (workspace / "datasets" / newer / "recipe.json").write_text(f'{{"format": {FORMAT + 1}}}')
    app = studio("data", language)
    assert text.sentences(language)["error.data.newer_dataset"].format(dataset=newer) in told(app)
    assert {f"look_{good}", f"delete_{newer}"} <= keys(app)
    app.button(key=f"delete_{newer}").click().run()
    app.button(key=f"delete_{newer}").click()
    app.button(key="confirm_delete").click().run()
    assert not app.exception and not app.error
    assert datasets.unreadable_datasets() == {}


def test_the_same_table_again_under_its_name_is_told_to_be_the_stored_one(studio: Open) -> None:
    app = upload(studio("data"), clean())
    first = save(app)
    app = upload(studio("data"), clean())
    assert save(app).id == first.id
    assert [toast.value for toast in app.toast] == [text.sentences("en")["data.same_table"]]


def test_the_dataset_in_use_is_in_the_link_and_survives_a_reload(studio: Open, language: str) -> None:
    words = text.sentences(language)
    first = stored(clean(), "Table 40")
    stored(clean(), "Table 44")  # the newest, offered first
    app = studio("data", language)
    app.button(key=f"use_{first}").click().run()
    assert app.query_params["use"] in (first, [first])
    again = studio("home", language, use=first)  # another session, as after a reload
    assert words["shell.current_dataset"].format(name="Table 40") in [line.value for line in again.caption]
    assert studio("train", language, use=first).selectbox(key="train_dataset").value == first
    datasets.delete_dataset(first)
    gone = studio("home", language, use=first)
    assert not gone.exception and not gone.error and "use" not in gone.query_params
