"""The parts that all methods are compared on, and the table of what they scored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.quality import SEEDS, K, print_harm, print_table, write_parts


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    task = tmp_path / "tasks" / "toy"
    task.mkdir(parents=True)
    rows = [(f"text {number}", "ab"[number % 2]) for number in range(60)]
    for name in ("train", "test"):
        lines = [f"{name} {text},{label}" for text, label in rows]
        (task / f"{name}.csv").write_text("text,label\n" + "\n".join(lines) + "\n", "utf-8")
    multi_label = tmp_path / "tasks" / "several"
    multi_label.mkdir()
    for name in ("train", "test"):
        (multi_label / f"{name}.csv").write_text("text,label\nhello,a|b\n", "utf-8")
    write_parts(tmp_path / "tasks", tmp_path / "parts")
    return tmp_path / "parts"


def test_a_part_has_the_first_k_of_each_class(parts: Path) -> None:
    files = sorted(parts.iterdir())
    assert len(files) == len(K) * SEEDS  # the task with several labels is passed over
    smaller, larger, other = (
        json.loads((parts / f"toy-k{k}-s{seed}.json").read_text("utf-8")) for k, seed in ((8, 0), (16, 0), (8, 1))
    )
    assert sorted(label for _, label in smaller["train"]) == ["a"] * 8 + ["b"] * 8
    assert all(row in larger["train"] for row in smaller["train"])
    assert smaller["train"] != other["train"]
    assert smaller["test"] == other["test"] == larger["test"]
    assert len(smaller["test"]) == 60
    whole = json.loads((parts / "toy-k0-s0.json").read_text("utf-8"))
    assert (len(whole["train"]), whole["unlabelled"]) == (60, [])


def test_the_table_ranks_what_all_methods_ran(parts: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "out"
    for method, right in (("good", 60), ("poor", 30)):
        for seed in range(2 if method == "good" else 1):
            name = f"toy-k8-s{seed}.json"
            labels = [label for _, label in json.loads((parts / name).read_text("utf-8"))["test"]]
            found = [label if number < right else "a" for number, label in enumerate(labels)]
            (out / method).mkdir(parents=True, exist_ok=True)
            content = {"predictions": found, "seconds_training": 1.5}
            (out / method / name).write_text(json.dumps(content), "utf-8")
    print_table(parts, out, "accuracy")
    lines = capsys.readouterr().out.strip().splitlines()
    assert lines[0] == "k = 8; data sets (seeds): toy (1)"  # the second seed was run by one method only
    assert lines[2].split() == ["good", "100.0", "±", "0.0", "100.0", "1.00", "1.5"]
    assert lines[3].split()[0] == "poor"
    assert lines[3].split()[-2] == "2.00"
    print_harm(parts, out, "accuracy", "poor", ["good", "never_run"])
    assert capsys.readouterr().out == "k = 8: poor against good, 1 data sets: -30.0, worst -30.0 (toy)\n"
