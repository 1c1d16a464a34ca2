"""Datasets and uploads on disk: kept once, found again, never at a path from outside."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from scalearn_core.data.mapping import Mapping
from scalearn_core.data.recipe import Step
from scalearn_core.data.split_plan import SplitPlan
from scalearn_core.errors import DataError
from scalearn_core.runs.store import Store
from scalearn_core.storage.locks import holding
from scalearn_core.tables.reading import AS_FOUND
from scalearn_core.tables.rules import RULES
from scalearn_core.workspace import datasets as store
from scalearn_core.workspace import uploads
from scalearn_core.workspace.dataset_info import FORMAT

CONTENT = "message,team\na,it\nb,hr\nc,it\nd,hr\nblank,\nloose, comma,it\n".encode("cp932")


def save(
    content: bytes = CONTENT, filename: str = "tickets.csv", text: str = "message", label: str = "team"
) -> str:
    return store.save_dataset(content, Mapping(text=text, label=label, blanks="leave_out"), filename=filename)


def test_a_dataset_comes_back_as_it_was_saved(workspace: Path) -> None:
    dataset_id = save()
    info = store.get_dataset_info(dataset_id)
    assert (info.name, info.filename, info.documents, info.rejected) == ("tickets", "tickets.csv", 4, 2)
    assert info.labels == ("hr", "it")
    assert info.class_counts == {"hr": 2, "it": 2}
    assert (info.encoding, info.delimiter, info.size) == ("utf-8", ",", len(CONTENT))
    dataset = store.load_dataset(dataset_id)
    assert dataset.fingerprint == info.fingerprint
    assert dataset.name == "tickets"
    assert store.dataset_content(dataset_id) == CONTENT
    rejected = (workspace / "datasets" / dataset_id / "rejected.csv").read_text("utf-8-sig")
    assert rejected.splitlines() == [
        '"row","reason","content"',
        '"6","blank_label","blank"',
        '"7","too_many_fields","loose, comma,it"',
    ]


def test_the_same_table_and_columns_are_kept_once(workspace: Path) -> None:
    assert save() == save()
    assert save() != save(CONTENT + b"e,it\n")
    assert len(store.list_datasets()) == 2
    assert len(list((workspace / "datasets").iterdir())) == 2


def test_equal_bytes_under_two_names_are_two_datasets_whichever_way_they_were_named(workspace: Path) -> None:
    first, other = save(filename="tickets.csv"), save(filename="mails.csv")
    named = store.save_dataset(
        CONTENT, Mapping(text="message", label="team", blanks="leave_out"), filename="t.csv", name="notes"
    )
    assert [info.name for info in store.list_datasets()] == ["notes", "mails", "tickets"]
    for _ in range(2):
        assert (save(filename="tickets.csv"), save(filename="mails.csv")) == (first, other)
        assert save(filename="notes.csv") == named
        assert len(store.list_datasets()) == 3
    store.delete_dataset(first)
    assert save(filename="mails.csv") == other
    assert save(filename="tickets.csv") == first


def test_versions_follow_one_another_whatever_the_clock_says(workspace: Path) -> None:
    ids = [save(CONTENT + f"extra {i},it\n".encode()) for i in range(2)]
    for dataset_id, created in zip(ids, ("2030-01-01T00:00:00+00:00", "1970-01-01T00:00:00+00:00"), strict=True):
        path = workspace / "datasets" / dataset_id / "recipe.json"
        path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"created": created}), encoding="utf-8")
    latest = store.get_dataset_info(save(CONTENT))
    assert (latest.version, latest.previous) == (3, ids[1])
    assert [info.version for info in store.list_datasets()] == [3, 2, 1]


def test_what_a_killed_process_left_is_swept_and_what_goes_on_is_not(workspace: Path) -> None:
    save()
    for folder in (".new-old", ".new-fresh", ".old-old"):
        (workspace / "datasets" / folder).mkdir()
        if folder.endswith("-old"):
            os.utime(workspace / "datasets" / folder, (0, 0))
    save(CONTENT + b"e,it\n")
    assert [path.name for path in (workspace / "datasets").glob(".*")] == [".new-fresh"]


def test_many_sessions_saving_at_once_leave_one_whole_dataset(workspace: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(lambda _: save(), range(16)))
    assert len(ids) == 1
    assert [path.name for path in (workspace / "datasets").iterdir()] == list(ids)
    assert len(store.load_dataset(ids.pop()).frame) == 4


def test_datasets_are_listed_newest_first_and_damage_hides_one_only(workspace: Path) -> None:
    assert store.list_datasets() == []
    ids = [save(CONTENT + f"extra {i},it\n".encode()) for i in range(3)]
    (workspace / "datasets" / "notes").mkdir()
    assert [info.id for info in store.list_datasets()] == ids[::-1]
    (workspace / "datasets" / ids[1] / "recipe.json").write_text("{", encoding="utf-8")
    assert [info.id for info in store.list_datasets()] == [ids[2], ids[0]]
    assert {id_: error.code for id_, error in store.unreadable_datasets().items()} == {
        ids[1]: "data.damaged_dataset"
    }
    store.delete_dataset(ids[1])
    assert store.unreadable_datasets() == {}


def test_a_dataset_of_a_newer_version_is_told_kept_and_can_be_deleted(workspace: Path) -> None:
    dataset_id = save()
    (workspace / "datasets" / dataset_id / "recipe.json").write_text(
        f'{{"format": {FORMAT + 1}}}', encoding="utf-8"
    )
    for look in (store.get_dataset_info, store.load_dataset, lambda _: save()):
        with pytest.raises(DataError) as caught:
            look(dataset_id)
        assert caught.value.code == "data.newer_dataset"
    assert store.unreadable_datasets().keys() == {dataset_id}
    store.delete_dataset(dataset_id)
    assert not (workspace / "datasets" / dataset_id).exists()


def test_a_refused_table_leaves_nothing_behind(workspace: Path) -> None:
    with pytest.raises(DataError):
        save(b"message,team\na,it\n")
    with pytest.raises(DataError):
        save(label="nothing")
    assert not workspace.exists()


@pytest.mark.parametrize(
    ("filename", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\tickets.csv", "tickets.csv"),
        ("..", ".."),
        ("", "table"),
        ("契約 2026.xlsx", "契約 2026.xlsx"),
        ("a\x00b.csv", "a\x00b.csv"),
    ],
)
def test_a_file_name_is_shown_but_never_a_path(workspace: Path, filename: str, kept: str) -> None:
    dataset_id = save(filename=filename)
    assert store.get_dataset_info(dataset_id).filename == kept
    assert sorted(path.name for path in (workspace / "datasets" / dataset_id).iterdir()) == [
        "recipe.json",
        "rejected.csv",
        "table.bin",
    ]


@pytest.mark.parametrize(
    "foreign", ["", "..", "../datasets", "0" * 15, "0" * 16 + "\n", "0" * 16, "ABCDEF0123456789", "/etc"]
)
def test_ids_from_outside_are_checked(workspace: Path, foreign: str) -> None:
    save()
    for call in (store.get_dataset_info, store.load_dataset, store.delete_dataset, store.dataset_content):
        with pytest.raises(DataError) as caught:
            call(foreign)
        assert caught.value.code == "data.unknown_dataset"
    with pytest.raises(DataError) as caught:
        uploads.upload_path(foreign)
    assert caught.value.code == "data.unknown_upload"
    assert len(store.list_datasets()) == 1


def test_a_deleted_dataset_is_gone(workspace: Path) -> None:
    dataset_id = save()
    store.delete_dataset(dataset_id)
    assert store.list_datasets() == []
    assert list((workspace / "datasets").iterdir()) == []
    assert save() == dataset_id


def test_a_changed_table_is_noticed(workspace: Path) -> None:
    dataset_id = save()
    (workspace / "datasets" / dataset_id / "table.bin").write_bytes(CONTENT.replace(b"a,it", b"a,hr"))
    with pytest.raises(DataError) as caught:
        store.load_dataset(dataset_id)
    assert caught.value.code == "data.damaged_dataset"


@pytest.mark.parametrize(
    "recipe",
    [
        "",
        "[]",
        "{}",
        '{"format": 1}',
        '{"format": 2}',
        '{"format": 3}',
        '{"format": "3"}',
        '{"format": 1, "surprise": 1}',
    ],
)
def test_a_damaged_recipe_is_one_sentence(workspace: Path, recipe: str) -> None:
    dataset_id = save()
    (workspace / "datasets" / dataset_id / "recipe.json").write_text(recipe, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        store.get_dataset_info(dataset_id)
    assert caught.value.code == "data.damaged_dataset"


def test_the_recipe_is_plain_json_with_its_format(workspace: Path) -> None:
    recipe = json.loads((workspace / "datasets" / save() / "recipe.json").read_text(encoding="utf-8"))
    assert recipe["format"] == 2
    assert recipe["text_columns"] == ["message"]


def test_an_upload_is_for_one_run(workspace: Path) -> None:
    first, second = uploads.save_upload(CONTENT), uploads.save_upload(CONTENT)
    folder = workspace / "runs" / "r"
    folder.mkdir(parents=True)
    for _ in range(2):  # the second time by a process that resumes the run
        assert uploads.take_upload(first, folder).read_bytes() == CONTENT
    assert uploads.upload_path(second).read_bytes() == CONTENT
    assert [path.stem for path in (workspace / "uploads").iterdir()] == [second]


def test_uploads_that_no_run_awaits_are_swept(workspace: Path) -> None:
    awaited, left, fresh = (uploads.save_upload(CONTENT) for _ in range(3))
    run_id = "20261123-201502-k3f9qz"
    Store(workspace).insert(
        run_id, kind="predict", lane="predict", title="", config={"upload": awaited}, created_at=1.0
    )
    (workspace / "runs" / run_id).mkdir(parents=True)
    for old in (awaited, left):
        os.utime(uploads.upload_path(old), (0, 0))
    with holding(workspace / "runs" / run_id / "alive.lock"):
        last = uploads.save_upload(CONTENT)
    assert {path.stem for path in (workspace / "uploads").iterdir()} == {awaited, fresh, last}
    last = uploads.save_upload(CONTENT)  # its run is dead now
    assert awaited not in {path.stem for path in (workspace / "uploads").iterdir()}


def test_the_division_is_part_of_a_dataset(workspace: Path) -> None:
    rows = "".join(f"message {i},{'it' if i % 2 else 'hr'},2024-01-{i + 1:02}\n" for i in range(30))
    content = f"message,team,day\n{rows}".encode()
    plan = SplitPlan(by="newest", column="day", seed=4)
    planned = store.save_dataset(
        content, Mapping(text="message", label="team", blanks="leave_out"), filename="t.csv", plan=plan
    )
    at_random = save(content)
    assert planned != at_random
    assert store.get_dataset_info(planned).plan == plan
    assert store.get_dataset_info(at_random).plan == SplitPlan()
    assert store.load_dataset(planned).split(plan=plan).test.rows == tuple(range(26, 32))
    recipe = workspace / "datasets" / at_random / "recipe.json"
    before = {key: value for key, value in json.loads(recipe.read_text("utf-8")).items() if key != "plan"}
    recipe.write_text(json.dumps(before), "utf-8")  # as datasets of before are
    assert store.get_dataset_info(at_random).plan == SplitPlan()


def test_a_division_that_would_fail_every_training_is_refused_at_once(workspace: Path) -> None:
    content = b"message,team,day\na,it,today\nb,hr,\nc,it,\nd,hr,\n"
    with pytest.raises(DataError) as caught:
        store.save_dataset(
            content,
            Mapping(text="message", label="team", blanks="leave_out"),
            filename="t.csv",
            plan=SplitPlan(by="newest", column="day"),
        )
    assert caught.value.code == "data.dates_unreadable"
    assert not workspace.exists()


@pytest.mark.parametrize("recipe", ['"abc"', "[" * 100_000, '{"format": 2, "created": 5}'])
def test_no_recipe_takes_down_the_list_and_the_table_can_come_again(workspace: Path, recipe: str) -> None:
    dataset_id = save()
    (workspace / "datasets" / dataset_id / "recipe.json").write_text(recipe, encoding="utf-8")
    assert store.list_datasets() == []
    assert save() == dataset_id
    assert len(store.load_dataset(dataset_id).frame) == 4


def test_a_created_that_is_no_text_is_damage(workspace: Path) -> None:
    dataset_id = save()
    path = workspace / "datasets" / dataset_id / "recipe.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"created": None}), encoding="utf-8")
    assert store.list_datasets() == []


def test_of_many_who_delete_one_does(workspace: Path) -> None:
    dataset_id = save()

    def delete(_: int) -> bool:
        try:
            store.delete_dataset(dataset_id)
        except DataError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(delete, range(8))) == 1
    assert list((workspace / "datasets").iterdir()) == []


def test_a_further_version_is_read_by_the_rules_of_the_one_before() -> None:
    """Rules 2 knew no sums: the row stays a document when something else is mended."""
    content = (
        b"text,label\n" + b"".join(b"words of %d,%s\n" % (n, b"ab"[n % 2 :][:1]) for n in range(8)) + b"Total,8\n"
    )
    old = replace(AS_FOUND, rules=2)
    mapping = Mapping("text", "label", blanks="leave_out")
    first = store.save_dataset(content, mapping, old, filename="t.csv")
    info = store.get_dataset_info(first)
    step = Step("leave_out_rows", "tiny_texts", rows=(2,))
    further = store.save_dataset(
        store.dataset_content(first),
        replace(info.mapping, steps=[step]),
        info.reading,
        filename="t.csv",
        name=info.name,
    )
    read = [store.load_dataset(each).frame["text"].tolist() for each in (first, further)]
    assert read[1] == read[0][1:]
    assert store.get_dataset_info(further).documents == len(read[1])
    assert store.get_dataset_info(further).label_reading == 2
    assert store.get_dataset_info(store.save_dataset(content, mapping, filename="new.csv")).label_reading == RULES


@pytest.mark.parametrize("damage", ["shorter", "exchanged"])
def test_damage_does_not_spread_and_the_same_bytes_heal(damage: str, workspace: Path) -> None:
    first = save()
    fingerprint = store.load_dataset(first).fingerprint
    table = workspace / "datasets" / first / "table.bin"
    table.write_bytes(CONTENT[:-9] if damage == "shorter" else CONTENT[::-1])
    other = store.save_dataset(CONTENT, Mapping("message", "team", blanks="keep"), filename="other.csv")
    assert len(store.load_dataset(other).frame) == 4
    assert save() == first
    assert store.load_dataset(first).fingerprint == fingerprint


@pytest.mark.parametrize(
    ("key", "value"),
    [("version", "x"), ("version", None), ("documents", -5), ("size", "x"), ("id", "../../x"), ("blanks", "zap")],
)
def test_a_recipe_of_other_values_takes_down_itself_alone(key: str, value: object, workspace: Path) -> None:
    sound, bad = save(), save(filename="second.csv")
    recipe = workspace / "datasets" / bad / "recipe.json"
    recipe.write_text(json.dumps(json.loads(recipe.read_text("utf-8")) | {key: value}), "utf-8")
    assert [info.id for info in store.list_datasets()] == [sound]
    assert [error.code for error in store.unreadable_datasets().values()] == ["data.damaged_dataset"]
    store.delete_dataset(bad)
    assert not store.unreadable_datasets()
