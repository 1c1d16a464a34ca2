"""From one version of a dataset to the next."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.mapping import Mapping
from scalearn_core.data.recipe import Step
from scalearn_core.data.split_plan import SplitPlan
from scalearn_core.data.versions import changes
from scalearn_core.tables.reading import Reading
from scalearn_core.workspace import datasets as store

ROWS = [("a", "it"), ("b", "hr"), ("a", "it"), ("c", "it"), ("d", "hr")]


def table(rows: list[tuple[str, str]]) -> bytes:
    return "\n".join(["message,team", *(f"{text},{label}" for text, label in rows)]).encode()


def made(rows: list[tuple[str, str]]) -> TextDataset:
    return TextDataset.from_table(table(rows), text="message", label="team")


def save(rows: list[tuple[str, str]], *, steps: Sequence[Step] = (), **options: object) -> str:
    mapping = Mapping("message", "team", blanks="leave_out", steps=steps)
    return store.save_dataset(table(rows), mapping, filename="t.csv", **options)  # type: ignore[arg-type]


def test_rows_added_gone_and_relabelled() -> None:
    found = changes(
        made(ROWS), made([("d", "it"), ("a", "it"), ("e", "hr"), ("c", "hr"), ("f", "hr"), ("b", "hr")])
    )
    assert found.added.to_dict("list") == {"row": [4, 6], "text": ["e", "f"], "label": ["hr", "hr"]}
    assert found.gone.to_dict("list") == {"row": [4], "text": ["a"], "label": ["it"]}
    assert found.relabelled.to_dict("list") == {
        "row": [2, 5],
        "text": ["d", "c"],
        "before": ["hr", "it"],
        "label": ["it", "hr"],
    }
    assert found.same == 2


def test_nothing_changed_whatever_the_order() -> None:
    found = changes(made(ROWS), made(ROWS[::-1]))
    assert (len(found.added), len(found.gone), len(found.relabelled), found.same) == (0, 0, 0, 5)


@pytest.mark.parametrize("seed", range(20))
def test_the_counts_add_up(seed: int) -> None:
    chance = random.Random(seed)
    old, new = ([(chance.choice("abcdef"), chance.choice(["x", "y", "z"])) for _ in range(40)] for _ in range(2))
    found = changes(made(old), made(new))
    assert found.same == (Counter(old) & Counter(new)).total()
    texts = (Counter(text for text, _ in old) & Counter(text for text, _ in new)).total()
    assert found.same + len(found.relabelled) == texts
    assert len(found.added) == len(found.gone) == 40 - texts
    after = Counter(old) - Counter(zip(found.gone["text"], found.gone["label"], strict=True))
    after -= Counter(zip(found.relabelled["text"], found.relabelled["before"], strict=True))
    after += Counter(zip(found.relabelled["text"], found.relabelled["label"], strict=True))
    after += Counter(zip(found.added["text"], found.added["label"], strict=True))
    assert after == Counter(new)


def test_a_table_of_the_same_name_is_the_next_version(workspace: Path) -> None:
    first, second = save(ROWS), save([*ROWS, ("e", "hr")])
    other = store.save_dataset(
        table([*ROWS, ("g", "it")]), Mapping(text="message", label="team", blanks="leave_out"), filename="u.csv"
    )
    infos = [store.get_dataset_info(dataset) for dataset in (first, second, other)]
    assert [(info.version, info.previous) for info in infos] == [(1, None), (2, first), (1, None)]
    store.delete_dataset(second)
    assert store.get_dataset_info(save([*ROWS, ("f", "hr")])).version == 2


def test_the_same_table_under_another_name_is_kept_apart(workspace: Path) -> None:
    first, second, again = save(ROWS), save(ROWS, name="Mails"), save(ROWS, name=" Mails ")
    assert first != second == again
    infos = [store.get_dataset_info(dataset) for dataset in (first, second)]
    assert [(info.name, info.version, info.previous) for info in infos] == [("t", 1, None), ("Mails", 1, None)]
    assert save(ROWS) == save(ROWS, name="t") == first, "the file's own name changes no id"


def test_what_was_done_is_kept_and_done_again(workspace: Path) -> None:
    steps = (
        Step("merge_labels", "few_10", labels=("hr",), into="other"),
        Step("leave_out_rows", "exact_duplicates", rows=(4,)),
    )
    plan = SplitPlan(seed=5, test=0.4)
    dataset_id = save(ROWS, steps=steps, plan=plan)
    info = store.get_dataset_info(dataset_id)
    assert (info.steps, info.plan, info.class_counts) == (steps, plan, {"it": 2, "other": 2})
    dataset = store.load_dataset(dataset_id)
    assert dataset.frame["label"].tolist() == ["it", "other", "it", "other"]
    assert dataset.rejected.to_dict("list") == {"row": [4], "reason": ["exact_duplicates"], "content": ["a"]}
    assert dataset.fingerprint == info.fingerprint


def test_the_bytes_of_a_table_lie_on_the_disk_once(workspace: Path) -> None:
    merged = Step("merge_labels", "few_10", labels=("hr",), into="other")
    first, second = save(ROWS), save(ROWS, steps=(merged,))
    files = [workspace / "datasets" / dataset / "table.bin" for dataset in (first, second)]
    assert files[0].samefile(files[1])
    store.delete_dataset(first)
    assert len(store.load_dataset(second).frame) == 5


def test_columns_encoding_and_header_are_kept(workspace: Path) -> None:
    content = "件名;本文;係\n;こんにちは;a\n質問;あり;b\n質問;なし;a\n無題;はい;b\n".encode("cp932")
    dataset_id = store.save_dataset(
        content,
        Mapping(text=("件名", "本文"), label="係", blanks="leave_out"),
        reading=Reading(encoding="cp932", delimiter=";", header=True),
        filename="x.csv",
    )
    info = store.get_dataset_info(dataset_id)
    assert (info.text_column, info.encoding, info.header) == ("件名 + 本文", "cp932", True)
    assert store.load_dataset(dataset_id).frame["text"].tolist() == [
        "こんにちは",
        "質問\nあり",
        "質問\nなし",
        "無題\nはい",
    ]


def test_a_dataset_of_the_first_format_is_read_as_it_was(workspace: Path) -> None:
    dataset_id = save([("a", "it"), ("b", " it"), ("e", "it"), ("c", "hr"), ("d", "hr")])
    recipe = workspace / "datasets" / dataset_id / "recipe.json"
    stored = store.get_dataset_info(dataset_id).to_dict() | {"format": 1, "text_column": "message"}
    for later in ("text_columns", "header", "steps", "version", "previous", "trim_labels"):
        del stored[later]
    recipe.write_text(json.dumps(stored), encoding="utf-8")
    assert store.load_dataset(dataset_id).labels == ("hr", "it")


def test_a_document_without_label_is_added_gone_and_labelled_like_others() -> None:
    rows = [*ROWS, ("e", "hr")]
    before = made([*rows, ("q", ""), ("r", ""), ("s", "")])
    after = made([*rows[:3], ("c", ""), *rows[4:], ("q", "it"), ("r", ""), ("t", "")])
    found = changes(before, after)
    assert found.added.to_dict("list") == {"row": [10], "text": ["t"], "label": [""]}
    assert found.gone.to_dict("list") == {"row": [10], "text": ["s"], "label": [""]}
    assert found.relabelled.to_dict("list") == {
        "row": [5, 8], "text": ["c", "q"], "before": ["it", ""], "label": ["", "it"],
    }  # fmt: skip
    assert found.same == 6


def test_none_of_the_labels_and_no_label_yet_are_two_things() -> None:
    lines = ['["a", "b"]', '["a"]', '["b"]', '["a"]', '["b"]']
    both = [
        "".join(f'{{"message": "text {n}", "team": {cell}}}\n' for n, cell in enumerate([*lines, last]))
        for last in ("null", "[]")
    ]
    before, after = (TextDataset.from_table(c.encode(), text="message", label="team") for c in both)
    found = changes(before, after)
    assert (found.relabelled["text"].tolist(), found.same) == (["text 5"], 5)
