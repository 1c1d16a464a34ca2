"""Documents of several labels, from the upload to the levers, with a model that was really trained on some."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from scalearn_core import runs
from scalearn_core.adapters.adapterhub import write_adapter
from scalearn_core.evaluation.report import ClassScore
from scalearn_core.workspace import datasets
from scalearn_ui import charts, text
from scalearn_ui.charts.multi_label import parts
from scalearn_ui.palette import LIGHT
from tests.built import built_once
from tests.core.tiny import random_adapter, save_encoder
from tests.records import filled
from tests.ui.conftest import Open, train_into, wait_for_end

PARTS = {
    "room": ["the bed is broken", "the window of my room does not close", "our room smells of smoke"],
    "food": ["the soup was cold", "breakfast ended too early", "the fish tasted old"],
    "*bill*": ["i was charged twice", "the invoice has a wrong name", "please refund the deposit"],
}


def table() -> bytes:
    """72 complaints about one thing or two, the labels with a bar between them."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["message", "about"])
    names = list(PARTS)
    for number in range(72):
        first, second = names[number % 3], names[(number // 3) % 3]
        about = {first, second}
        said = [PARTS[name][(number // 9) % 3] for name in sorted(about)]
        writer.writerow([f"{' and '.join(said)} ({number})", " | ".join(sorted(about))])
    return out.getvalue().encode()


@pytest.fixture(scope="module")
def multi_label_home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A workspace with a model of the tiny encoder trained on that table, and the id of its run."""

    def build(home: Path) -> str:
        parts = home / "parts"
        save_encoder(parts / "encoder")
        sources = [str(parts / name) for name in ("first", "second")]
        for number, source in enumerate(sources):
            write_adapter(random_adapter(Path(source).name, seed=number), Path(source))
        return train_into(
            home, table(), "complaints", "message", "about", encoder=str(parts / "encoder"), sources=sources
        )

    return built_once(tmp_path_factory, "complaints", build)


@pytest.fixture
def multi_label(multi_label_home: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of that run, with the test inside its workspace."""
    home, run_id = multi_label_home
    monkeypatch.setenv("SCALEARN_HOME", str(home))
    return run_id


def result_of(run_id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((runs.folder(run_id) / "result.json").read_text("utf-8"))
    return found


def words(key: str, language: str = "en") -> str:
    return text.sentences(language)[key]


def test_the_upload_says_that_there_are_several(studio: Open, language: str) -> None:
    app = studio("data", language)
    app.file_uploader(key="data_file").upload("complaints.csv", table()).run()
    assert not app.error and not app.exception
    choice = app.selectbox(key="label_separator")
    assert choice.value == "|"
    assert choice.options == [
        words("multi_label.cells.one", language), words("multi_label.cells.some", language).format(mark="|")
    ]  # fmt: skip
    drawn = json.loads(app.get("plotly_chart")[0].proto.spec)["data"][0]
    assert sorted(drawn["y"]) == sorted(PARTS), "and each label is counted by itself"


def test_the_upload_can_be_told_otherwise(studio: Open) -> None:
    app = studio("data")
    app.file_uploader(key="data_file").upload("complaints.csv", table()).run()
    app.selectbox(key="label_separator").set_value("").run()
    drawn = json.loads(app.get("plotly_chart")[0].proto.spec)["data"][0]
    assert "*bill* | food" in drawn["y"]
    assert datasets.list_datasets() == []
    app.selectbox(key="label_separator").set_value("|").run()
    app.button(key="save_dataset").click().run()
    (info,) = datasets.list_datasets()
    assert (info.separator, set(info.class_counts)) == ("|", set(PARTS))


def test_a_column_of_many_combinations_is_guessed_and_its_mark_is_asked_about(studio: Open) -> None:
    rows = ["guest,comment,topics"]
    for number in range(24):  # each cell another one, as most of those with three of six labels are
        labels = [name for place, name in enumerate("abcdef") if (number + 9) >> place & 1]
        rows.append(f"{number},it was a long way to room {number},{'/'.join(labels)}")
    app = studio("data")
    app.file_uploader(key="data_file").upload("t.csv", "\n".join(rows).encode()).run()
    assert app.selectbox(key="label_column").value == "topics"
    assert app.selectbox(key="label_separator").value == "", "a slash stands in many names"
    assert words("multi_label.maybe").split("{")[0] in app.info[0].value
    app.selectbox(key="label_separator").set_value("/").run()
    assert not app.error and not app.info


def test_where_cells_hold_one_label_nothing_is_asked(studio: Open) -> None:
    app = studio("data")
    rows = [f"text {number},{'one' if number % 2 else 'two'}" for number in range(12)]
    app.file_uploader(key="data_file").upload("t.csv", "\n".join(["message,team", *rows]).encode()).run()
    assert not app.error
    assert "label_separator" not in [box.key for box in app.selectbox]


def test_mistakes_are_told_label_by_label(studio: Open, multi_label: str, language: str) -> None:
    app = studio("results", language, run=multi_label, view="classes")
    assert not app.error and not app.exception
    score = result_of(multi_label)["scores"]["scalearn"]
    found = [parts(filled(ClassScore, row)) for row in score["per_class"]]
    told = words("multi_label.right", language).format(
        right=round(score["n"] * score["accuracy"]["value"]),
        documents=text.sentences(language)["count.test_documents.other"].format(n=score["n"]),
        labels=sum(row["support"] for row in score["per_class"]),
        missed=sum(row["missed"] for row in found),
        wrongly=sum(row["wrongly"] for row in found),
    )
    assert told in [line.value for line in app.markdown]
    drawn = json.loads(app.get("plotly_chart")[0].proto.spec)["data"]
    assert sum(sum(bar["x"]) for bar in drawn[:2]) == sum(row["support"] for row in score["per_class"])


def test_the_documents_of_a_label_can_be_read(studio: Open, multi_label: str) -> None:
    predictions = pd.read_csv(
        runs.folder(multi_label) / "test_predictions.csv", keep_default_na=False, encoding="utf-8-sig"
    )
    has = predictions["label"].map(lambda cell: "food" in cell.split("|"))
    given = predictions["predicted"].map(lambda cell: "food" in cell.split("|"))
    app = studio("results", run=multi_label, view="classes", set_label="food")
    for kind, expected in (("found", has & given), ("missed", has & ~given), ("wrongly", given & ~has)):
        app.session_state["set_kind"] = kind
        app.run()
        assert not app.exception
        if expected.any():
            shown = app.dataframe[0].value
            assert sorted(shown["text"]) == sorted(predictions["text"][expected])
            assert {label for labels in shown["label"] for label in labels} <= set(PARTS)
        else:
            assert words("mistakes.none") in [line.value for line in app.markdown]


def test_confidence_is_that_of_all_labels(studio: Open, multi_label: str, language: str) -> None:
    app = studio("results", language, run=multi_label, view="confidence")
    assert not app.error and not app.exception
    assert words("multi_label.confidence", language) in [line.value for line in app.caption]
    assert app.number_input(key="cost_of_a_mistake").label == words("multi_label.cost", language)
    assert not any(line.value.startswith(words("confidence.sets", language)[:12]) for line in app.caption)


@pytest.mark.parametrize("part", ["summary", "labels", "ladder", "elsewhere"])
def test_every_other_part_opens(studio: Open, multi_label: str, part: str) -> None:
    app = studio("results", run=multi_label, view=part)
    assert not app.error and not app.exception
    if part == "summary":
        assert words("multi_label.metric") in app.table[0].value.columns


def test_another_table_is_read_as_the_model_was(studio: Open, multi_label: str) -> None:
    app = studio("results", run=multi_label, view="elsewhere")
    app.file_uploader(key="evaluate_file").upload("more.csv", table()).run()
    assert not app.error, "room | food is no label that the model does not know"
    assert app.selectbox(key="evaluate_label_column").value == "about"
    app.button(key="start_evaluation").click().run()
    (run,) = runs.recent(5, "evaluate")
    wait_for_end(run.id)
    assert runs.get(run.id).status == "succeeded", runs.get(run.id).error_text
    assert result_of(run.id)["same_table"]
    assert not studio("results", run=multi_label, view="elsewhere").exception


def test_one_text_gets_all_its_labels(studio: Open, multi_label: str) -> None:
    app = studio("classify", run=multi_label)
    app.text_area(key="one_text").set_value("the soup was cold and i was charged twice")
    app.button(key="classify_text").click().run()
    assert not app.exception
    drawn = json.loads(app.get("plotly_chart")[0].proto.spec)["data"][0]
    limits = result_of(multi_label)["thresholds"]
    likely = [name for name, share in zip(drawn["y"], drawn["x"], strict=True) if share >= 100 * limits[name]]
    shown = app.subheader[-1].value
    assert shown == (" · ".join(text.plain(label) for label in sorted(likely)) or words("multi_label.no_label"))


def test_levers_show_what_became_of_each_label(studio: Open, multi_label: str) -> None:
    app = studio("transfer", run=multi_label, view="levers")
    assert not app.error and not app.exception
    bars = json.loads(app.get("plotly_chart")[0].proto.spec)["data"]
    assert [bar["name"] for bar in bars] == [
        words(f"multi_label.{kind}") for kind in ("found", "missed", "wrongly")
    ]


def test_the_bars_of_a_label_add_up() -> None:
    rows = [
        filled(ClassScore, {"label": "<b>rare", "support": 2, "hits": 1, "given": 4}),
        filled(ClassScore, {"label": "b", "support": 5, "hits": 5, "given": 5}),
    ]
    names = {"found": "Found", "missed": "Missed", "wrongly": "Wrongly"}
    figure = charts.label_bars(rows, names, x_title="Documents", palette=LIGHT)
    assert [list(bar.x) for bar in figure.data] == [[5, 1], [0, 1], [0, 3]]
    assert list(figure.data[0].y) == ["b", "&lt;b&gt;rare"], "the commonest first, and no mark-up"
    assert list(figure.data[2].customdata[1]) == ["<b>rare", "wrongly"]
