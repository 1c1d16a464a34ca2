"""Splits that a user chose: a column, the newest documents, groups."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from scalearn_core.checks.duplicates import leakage
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.mapping import Mapping
from scalearn_core.data.near_duplicates import group_near
from scalearn_core.data.parts import Part
from scalearn_core.data.split_plan import SplitPlan, offered_test_values
from scalearn_core.errors import DataError

PLACES = (" in the hall", " on the roof", " at the back", " near the stairs", " in room twelve", " of the cellar")


def table(rows: list[dict[str, str]]) -> bytes:
    header = list(rows[0])
    lines = [header, *[[row[name] for name in header] for row in rows]]
    return "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines).encode()


def documents(n: int, **columns: Any) -> list[dict[str, str]]:
    """`columns`: name -> function from the number of a document to its cell."""
    return [
        {"text": f"text {i}", "label": "abc"[i % 3], **{name: make(i) for name, make in columns.items()}}
        for i in range(n)
    ]


def dataset(rows: list[dict[str, str]], *keep: str) -> TextDataset:
    return TextDataset.from_table(table(rows), Mapping(text="text", label="label", keep=keep))


def refused(data: TextDataset, plan: SplitPlan) -> DataError:
    with pytest.raises(DataError) as caught:
        data.split(plan=plan)
    return caught.value


def test_a_plan_survives_json_and_names_its_columns() -> None:
    plan = SplitPlan(5, 0.3, 0.0, "column", "split", ("test", "eval"), "customer", day_first=True)
    assert SplitPlan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan
    assert SplitPlan.from_dict({}) == SplitPlan()
    assert plan.columns == ("split", "customer")
    assert SplitPlan(column="split").columns == ()


def test_at_random_a_plan_is_what_the_numbers_were() -> None:
    data = dataset(documents(200))
    divided = data.split(test=0.3, validation=0.2, seed=4)
    planned = data.split(plan=SplitPlan(seed=4, test=0.3, validation=0.2))
    assert (divided.parts == planned.parts).all()
    assert divided.plan == planned.plan == SplitPlan(4, 0.3, 0.2)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"test": 0.0}, "data.split_fraction"),
        ({"by": "date"}, "data.split_by"),
        ({"by": "newest"}, "data.split_column"),
        ({"by": "column", "column": "split"}, "data.no_test_values"),
    ],
)
def test_a_plan_that_cannot_be_followed_is_refused(wrong: dict[str, Any], code: str) -> None:
    with pytest.raises(DataError) as caught:
        SplitPlan(**wrong)
    assert caught.value.code == code


def test_columns_that_were_not_kept_are_asked_for() -> None:
    data = dataset(documents(30, customer=str))
    assert data.side is None
    assert refused(data, SplitPlan(group_column="customer")).code == "data.column_not_kept"
    with pytest.raises(DataError, match="custmer"):
        dataset(documents(30, customer=str), "custmer")


def test_kept_columns_follow_the_rows_that_are_left() -> None:
    rows = documents(30, date=lambda i: f"2024-01-{i + 1:02}")
    rows[3]["label"] = ""
    data = TextDataset.from_table(
        table(rows), Mapping(text="text", label="label", keep=("date",), blanks="leave_out")
    )
    assert data.side is not None
    assert data.side.index.tolist() == data.frame.index.tolist()
    assert "2024-01-04" not in data.side["date"].tolist()


def test_the_test_set_is_the_one_of_the_column() -> None:
    rows = documents(100, split=lambda i: " Test" if i % 5 == 0 else "train")
    plan = SplitPlan(by="column", column="split", test_values=("test",))
    data = dataset(rows, "split").split(plan=plan)
    assert data.test.rows == tuple(2 + i for i in range(0, 100, 5))
    assert len(data.validation) == 10
    assert data.kept_out == ()
    other = dataset(rows, "split").split(plan=replace(plan, seed=99))
    assert other.test.rows == data.test.rows
    assert other.validation.rows != data.validation.rows


def test_a_validation_set_in_the_column_is_taken_too() -> None:
    rows = documents(100, split=lambda i: ("test", "Val", "train", "", "train")[i % 5])
    data = dataset(rows, "split").split(plan=SplitPlan(by="column", column="split", test_values=("test",)))
    assert data.validation.rows == tuple(2 + i for i in range(1, 100, 5))
    assert len(data.train) == 60


def test_validation_may_be_what_is_tested_on() -> None:
    rows = documents(90, split=lambda i: ("train", "dev", "train")[(i // 3) % 3])
    data = dataset(rows, "split").split(plan=SplitPlan(by="column", column="split", test_values=("dev",)))
    assert len(data.test) == 30


def test_cells_called_like_a_test_set_are_offered() -> None:
    assert offered_test_values(["train", "Test ", "dev", "テスト", "Test ", "test"]) == ("Test", "テスト", "test")
    assert offered_test_values(["a", "b"]) == ()


def test_copies_of_test_documents_are_in_no_part() -> None:
    rows = documents(60, split=lambda i: "test" if i < 12 else "train")
    rows[20]["text"], rows[21]["text"] = " TEXT 1", "text 1"
    data = dataset(rows, "split").split(plan=SplitPlan(by="column", column="split", test_values=("test",)))
    assert data.test.rows == tuple(range(2, 14))
    assert data.kept_out == (22, 23)
    assert len(data.train) + len(data.validation) == 46


def test_others_of_a_group_that_is_tested_are_in_no_part() -> None:
    rows = documents(120, split=lambda i: "test" if i % 10 == 0 else "", customer=lambda i: f"c{i // 3}")
    plan = SplitPlan(by="column", column="split", test_values=("test",), group_column="customer")
    data = dataset(rows, "split", "customer").split(plan=plan)
    assert data.parts is not None
    customers = np.array([row["customer"] for row in rows])
    tested = set(customers[data.parts == Part.TEST].tolist())
    assert len(data.test) == 12
    assert not tested & set(customers[np.isin(data.parts, (Part.TRAIN, 1))].tolist())
    assert set(customers[data.parts == Part.KEPT_OUT].tolist()) == tested


def test_a_column_without_the_value_names_what_it_has() -> None:
    data = dataset(documents(30, split=lambda i: "xy"[i % 2]), "split")
    error = refused(data, SplitPlan(by="column", column="split", test_values=("test",)))
    assert error.code == "data.no_test_rows"
    assert error.values["found"] == "x, y"


def test_everything_a_test_document_is_refused() -> None:
    data = dataset(documents(30, split=lambda i: "test"), "split")
    assert refused(data, SplitPlan(by="column", column="split", test_values=("test",))).code == "data.empty_train"


def test_a_label_that_only_the_test_set_has_is_refused() -> None:
    data = dataset(documents(30, split=lambda i: "test" if i % 3 == 2 else "train"), "split")
    error = refused(data, SplitPlan(by="column", column="split", test_values=("test",)))
    assert (error.code, error.values["labels"]) == ("data.untrained_labels", "c")


def test_labels_without_a_test_document_are_named() -> None:
    rows = documents(60, split=lambda i: "test" if i % 6 == 0 else "train")
    data = dataset(rows, "split").split(plan=SplitPlan(by="column", column="split", test_values=("test",)))
    assert data.unscored == ("b", "c")
    assert dataset(documents(60)).split().unscored == ()


@pytest.mark.parametrize("shuffled", [False, True])
def test_the_newest_are_tested_on(shuffled: bool) -> None:
    order = np.random.default_rng(0).permutation(100) if shuffled else np.arange(100)
    first = date(2023, 12, 1)
    rows = documents(100, day=lambda i: f"{first + timedelta(days=int(order[i])):%d.%m.%Y}")
    data = dataset(rows, "day").split(plan=SplitPlan(by="newest", column="day", test=0.2))
    assert sorted(order[[row - 2 for row in data.test.rows]]) == list(range(80, 100))


def test_documents_of_one_day_are_on_one_side() -> None:
    rows = documents(100, day=lambda i: f"2024/1/{1 + i // 30}")  # 30, 30, 30 and the last 10
    data = dataset(rows, "day")
    assert len(data.split(plan=SplitPlan(by="newest", column="day", test=0.2)).test) == 10
    assert len(data.split(plan=SplitPlan(by="newest", column="day", test=0.3)).test) == 40
    assert len(data.split(plan=SplitPlan(by="newest", column="day", test=0.89, validation=0)).test) == 70


def test_one_date_for_all_and_blank_dates_are_refused() -> None:
    plan = SplitPlan(by="newest", column="day")
    assert refused(dataset(documents(30, day=lambda i: "2024-01-01"), "day"), plan).code == "data.one_date"
    rows = documents(30, day=lambda i: "" if i in (4, 9) else f"2024-01-{i + 1:02}")
    error = refused(dataset(rows, "day"), plan)
    assert (error.code, error.values["rows"]) == ("data.dates_unreadable", "6, 11")


def test_a_customer_is_never_on_both_sides_and_blank_cells_are_no_group() -> None:
    rows = documents(200, customer=lambda i: "" if i % 4 == 0 else f" c{i // 8}")
    data = dataset(rows, "customer").split(plan=SplitPlan(group_column="customer"))
    assert data.parts is not None
    customers = np.array([row["customer"] for row in rows])
    for customer in set(customers.tolist()) - {""}:
        assert len(set(data.parts[customers == customer].tolist())) == 1
    assert len(set(data.parts[customers == ""].tolist())) == 3
    joined = dataset(rows, "customer").split(
        plan=SplitPlan(group_column="customer"), groups=[0 if i in (1, 190) else -1 for i in range(200)]
    )
    assert joined.parts is not None
    both = np.isin(customers, (customers[1], customers[190]))
    assert len(set(joined.parts[both].tolist())) == 1


def test_near_duplicates_are_never_on_both_sides() -> None:
    rows = [
        {
            "text": f"Dear support {i}, broken are: {', '.join([name + place for place in PLACES])}",
            "label": "ab"[i % 2],
        }
        for name in ("printer", "coffee machine", "projector", "lift", "front door", "scanner of the archive")
        for i in range(12)
    ]
    data = dataset(rows)
    near = group_near([row["text"] for row in rows])
    assert len(set(near.tolist())) == 6

    def straddling(divided: TextDataset) -> int:
        assert divided.parts is not None
        return sum(len(set(divided.parts[near == group].tolist())) > 1 for group in set(near.tolist()))

    assert straddling(data.split()) == 6
    assert straddling(data.split(plan=SplitPlan(near_duplicates=True))) == 0


def test_documents_that_were_kept_out_do_not_leak() -> None:
    rows = documents(60, split=lambda i: "test" if i < 12 else "train")
    rows[20]["text"] = rows[1]["text"]
    divided = dataset(rows, "split").split(plan=SplitPlan(by="column", column="split", test_values=("test",)))
    assert leakage(divided) == []
    assert divided.parts is not None
    learned = replace(divided, parts=np.where(divided.parts == Part.KEPT_OUT, Part.TRAIN, divided.parts))
    assert [finding.rows for finding in leakage(learned)] == [(3,)]
