"""Documents without label of a stored dataset: those of its table, and those of a further file beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scalearn_core.data.mapping import Blanks, Mapping
from scalearn_core.data.recipe import Step
from scalearn_core.data.versions import changes
from scalearn_core.errors import DataError
from scalearn_core.tables.reading import Reading
from scalearn_core.workspace import datasets as store
from scalearn_core.workspace.further_files import FILE, FurtherFile
from tests.core.tables.building import sheet_rows, xlsx

CONTENT = b"message,team\na,it\nb,hr\nc,it\nd,hr\na question,\nanother one, \n,it\n"
MORE = "body;id\nGrüße aus München;1\nA Question;2\n;3\n".encode("cp1252")


def save(
    blanks: Blanks = "keep", further: FurtherFile | None = None, content: bytes = CONTENT, **options: object
) -> str:
    mapping = Mapping("message", "team", blanks=blanks, **options)  # type: ignore[arg-type]
    return store.save_dataset(content, mapping, filename="tickets.csv", further=further)


def beside(content: bytes = MORE) -> FurtherFile:
    return FurtherFile(content, ["body"], filename="C:\\mails\\more.csv")


def recipe_of(workspace: Path, dataset_id: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((workspace / "datasets" / dataset_id / "recipe.json").read_text("utf-8"))
    return found


def test_they_come_back_with_the_table(workspace: Path) -> None:
    dataset_id = save()
    info, dataset = store.get_dataset_info(dataset_id), store.load_dataset(dataset_id)
    assert (info.documents, info.unlabelled, info.rejected, info.blanks) == (4, 2, 1, "keep")
    assert dataset.unlabelled.to_dict() == {6: "a question", 7: "another one"}
    assert dataset.fingerprint == info.fingerprint
    assert recipe_of(workspace, dataset_id)["format"] == 3


def test_a_table_whose_blanks_are_left_out_is_stored_as_it_always_was(workspace: Path) -> None:
    """By an id and a recipe that earlier releases made and read."""
    dataset_id = save("leave_out")
    assert dataset_id == "2a3a4bc9935d3592"
    recipe = recipe_of(workspace, dataset_id)
    assert recipe["format"] == 2 and recipe.keys().isdisjoint({"unlabelled", "further"})
    info, dataset = store.get_dataset_info(dataset_id), store.load_dataset(dataset_id)
    assert (info.unlabelled, info.further) == (0, None)
    assert dataset.unlabelled.empty and dataset.fingerprint == info.fingerprint
    assert len({save("leave_out"), save("keep"), dataset_id}) == 2


def test_a_further_file_is_kept_beside_the_table(workspace: Path) -> None:
    dataset_id = save(further=beside())
    info, dataset = store.get_dataset_info(dataset_id), store.load_dataset(dataset_id)
    assert info.further is not None and info.further.filename == "more.csv"
    assert (info.further.encoding, info.further.delimiter, info.further.size) == ("cp1252", ";", len(MORE))
    assert (info.unlabelled, info.rejected, dataset.table_end) == (4, 2, 8)
    assert dataset.unlabelled.tolist() == ["a question", "another one", "Grüße aus München", "A Question"]
    assert dataset.unlabelled.index.tolist() == [6, 7, 10, 11]
    assert dataset.fingerprint == info.fingerprint
    assert dataset.split().pile == ("a question", "another one", "Grüße aus München")
    kept = store.further_file(dataset_id)
    assert kept is not None and kept.content == MORE
    assert store.further_file(save()) is None


def test_it_belongs_to_what_a_dataset_is(workspace: Path) -> None:
    ids = [save(), save(further=beside()), save(further=beside(MORE + b"more;4\n"))]
    assert len(set(ids)) == 3
    assert [save(), save(further=beside()), save(further=beside(MORE + b"more;4\n"))] == ids
    assert [info.version for info in store.list_datasets()] == [3, 2, 1]
    found = changes(store.load_dataset(ids[1]), store.load_dataset(ids[2]))
    assert (found.added["text"].tolist(), len(found.gone), len(found.relabelled)) == (["more"], 0, 0)


def test_a_sheet_of_a_workbook_and_blanks_left_out(workspace: Path) -> None:
    book = xlsx(sheet_rows(["id", "body"], ["1", "パソコンが動きません。"], ["2", "会議室の予約について"]))
    further = FurtherFile(book, ["body"], Reading(sheet="Sheet1"), "more.xlsx")
    info = store.get_dataset_info(save("leave_out", further))
    assert info.further is not None and (info.further.sheet, info.unlabelled, info.documents) == ("Sheet1", 2, 4)
    unlabelled = store.load_dataset(info.id).unlabelled
    assert unlabelled.tolist() == ["パソコンが動きません。", "会議室の予約について"]


def test_a_new_version_keeps_it_and_its_steps_reach_it(workspace: Path) -> None:
    content = CONTENT + b"write to jane.roe@corp-mail.com,\n"
    first = save(further=beside(b"body\nring +49 30 901820\nanother\n"), content=content)
    info = store.get_dataset_info(first)
    steps = [Step("blank_out_personal", "personal_data"), Step("leave_out_rows", "tiny_texts", rows=(12,))]
    mapping = Mapping("message", "team", blanks=info.blanks, steps=steps)
    second = store.save_dataset(
        store.dataset_content(first),
        mapping,
        info.reading,
        filename=info.filename,
        further=store.further_file(first),
    )
    later, dataset = store.get_dataset_info(second), store.load_dataset(second)
    assert (later.version, later.previous, later.unlabelled) == (2, first, 4)
    assert dataset.unlabelled.tolist() == ["a question", "another one", "write to [mail]", "ring [phone]"]
    one, other = (workspace / "datasets" / known / FILE for known in (first, second))
    assert one.samefile(other)  # equal bytes lie on the disk once
    rejected = (workspace / "datasets" / second / "rejected.csv").read_text("utf-8-sig")
    assert '"12","tiny_texts","another"' in rejected


@pytest.mark.parametrize("content", [MORE[:-1], MORE.replace(b"A Question", b"B Question"), None])
def test_a_file_that_is_missing_or_changed_is_damage(workspace: Path, content: bytes | None) -> None:
    dataset_id = save(further=beside())
    path = workspace / "datasets" / dataset_id / FILE
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    for look in (store.load_dataset, store.further_file):
        with pytest.raises(DataError) as caught:
            look(dataset_id)
        assert caught.value.code == "data.damaged_dataset"
    if content is None or len(content) != len(MORE):
        assert save(further=beside()) == dataset_id  # here it comes again
        assert store.load_dataset(dataset_id).unlabelled.size == 4


def test_deleting_a_dataset_deletes_it_too(workspace: Path) -> None:
    dataset_id = save(further=beside())
    store.delete_dataset(dataset_id)
    assert list((workspace / "datasets").iterdir()) == []


def test_one_of_no_use_leaves_nothing_behind(workspace: Path) -> None:
    for content, code in ((b"body\n", "data.unlabelled_empty"), (b"body\nA\nD\n", "data.unlabelled_copies")):
        with pytest.raises(DataError) as caught:
            save(further=beside(content))
        assert (caught.value.code, caught.value.values["name"]) == (code, "more.csv")
    assert not workspace.exists()


def test_a_recipe_with_a_damaged_further_file_is_one_sentence(workspace: Path) -> None:
    dataset_id = save(further=beside())
    path = workspace / "datasets" / dataset_id / "recipe.json"
    for further in (5, {}, {"text_columns": 3}, {"surprise": 1, "text_columns": []}):
        path.write_text(json.dumps(recipe_of(workspace, dataset_id) | {"further": further}), "utf-8")
        with pytest.raises(DataError) as caught:
            store.get_dataset_info(dataset_id)
        assert caught.value.code == "data.damaged_dataset"
