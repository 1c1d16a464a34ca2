"""Which documents are tested on: chosen on the page, kept in the recipe, and told where it does not fit."""

from __future__ import annotations

from scalearn_core.data.parts import Part
from scalearn_core.data.split_plan import SplitPlan
from scalearn_core.workspace import datasets
from scalearn_ui import text
from tests.ui.conftest import Open
from tests.ui.tables import clean_rows, keys, save, told, upload, written

COLUMNS = ["message", "topic", "part", "day", "customer"]


def table() -> bytes:
    """100 documents: every fifth is called a test document, one a day, two of each customer."""
    rows = [
        [*row, "Test " if n // 2 % 5 == 0 else "train", f"2025-{1 + n // 28:02}-{1 + n % 28:02}", f"C{n // 2}"]
        for n, row in enumerate(clean_rows(100))
    ]
    return written(COLUMNS, rows).encode()


def positions_tested(dataset: str) -> list[int]:
    """Positions of the documents that are tested on."""
    loaded = datasets.load_dataset(dataset)
    divided = loaded.split(plan=datasets.get_dataset_info(dataset).plan)
    assert divided.parts is not None
    return [n for n, part in enumerate(divided.parts) if part == Part.TEST]


def test_by_a_column(studio: Open, language: str) -> None:
    words = text.sentences(language)
    app = upload(studio("data", language), table())
    app.radio(key="split_way").set_value("column").run()
    assert (app.selectbox(key="split_column").value, app.multiselect(key="split_values").value) == (
        "part",
        ["Test"],
    )
    app.selectbox(key="split_column").set_value(None).run()
    assert words["split.incomplete"] in told(app) and "save_dataset" not in keys(app)
    app.selectbox(key="split_column").set_value("part").run()
    assert app.multiselect(key="split_values").value == ["Test"], "offered for its name"
    documents = {
        name: words["count.documents.other"].format(n=n) for name, n in {"learned": 80, "tested": 20}.items()
    }
    assert words["split.outcome"].format(**documents) in told(app)
    info = save(app)
    assert info.plan == SplitPlan(near_duplicates=True, by="column", column="part", test_values=("Test",))
    assert positions_tested(info.id) == [n for n in range(100) if n // 2 % 5 == 0]
    app = studio("data", language, dataset=info.id)
    assert words["made.split_column"].format(column="part") in told(app)


def test_by_a_column_without_values(studio: Open, language: str) -> None:
    app = upload(studio("data", language), table())
    app.radio(key="split_way").set_value("column").run()
    app.selectbox(key="split_column").set_value("part").run()
    app.multiselect(key="split_values").set_value([]).run()
    assert text.sentences(language)["split.incomplete"] in told(app) and "save_dataset" not in keys(app)
    app.selectbox(key="split_column").set_value("day").run()
    told_so = text.sentences(language)["split.too_many_values"].format(n=100, most=50)
    assert told_so in told(app) and "save_dataset" not in keys(app)


def test_the_newest_with_customers_kept_together(studio: Open, language: str) -> None:
    words = text.sentences(language)
    app = upload(studio("data", language), table())
    app.radio(key="split_way").set_value("newest").run()
    assert app.selectbox(key="split_column").value == "day"
    app.selectbox(key="split_column").set_value("day").run()
    app.selectbox(key="split_group").set_value("customer").run()
    app.selectbox(key="split_day_first").set_value("day").run()
    info = save(app)
    assert info.plan == SplitPlan(
        near_duplicates=True, by="newest", column="day", group_column="customer", day_first=True
    )
    assert positions_tested(info.id) == list(range(80, 100))
    app = studio("data", language, dataset=info.id)
    assert words["made.split_newest"].format(column="day") in told(app)
    assert words["results.split.groups"].format(column="customer") in told(app)


def test_at_random_with_customers_kept_together(studio: Open, language: str) -> None:
    app = upload(studio("data", language), table())
    app.selectbox(key="split_group").set_value("customer").run()
    info = save(app)
    assert info.plan == SplitPlan(near_duplicates=True, group_column="customer")
    chosen = positions_tested(info.id)
    assert chosen and all(n ^ 1 in chosen for n in chosen)


def test_a_plan_that_does_not_fit_is_told_in_one_sentence(studio: Open, language: str) -> None:
    app = upload(studio("data", language), table())
    app.radio(key="split_way").set_value("newest").run()
    app.selectbox(key="split_column").set_value("customer").run()
    assert len(app.error) == 1 and "save_dataset" not in keys(app)
    assert text.plain("customer") in app.error[0].value
    app.radio(key="split_way").set_value("random").run()
    assert not app.error and "save_dataset" in keys(app)


def test_a_column_that_becomes_a_text_column_is_no_mark_any_more(studio: Open) -> None:
    app = upload(studio("data"), table())
    app.radio(key="split_way").set_value("newest").run()
    app.selectbox(key="split_column").set_value("day").run()
    app.multiselect(key="text_column").set_value(["message", "day"]).run()
    assert not app.error and not app.exception
    assert app.selectbox(key="split_column").value is None and "save_dataset" not in keys(app)


def test_a_remedy_counts_in_what_is_tested_on(studio: Open) -> None:
    doubled = table() + table().split(b"\n", 1)[1][: len(table().split(b"\n")[1]) + 1]
    app = upload(studio("data"), doubled)
    app.radio(key="split_way").set_value("column").run()
    app.selectbox(key="split_column").set_value("part").run()
    app.button(key="data_exact_duplicates_0").click().run()
    assert app.multiselect(key="split_values").value == ["Test"], "the choice outlives the remedy"
    info = save(app)
    assert info.documents == 100 and len(positions_tested(info.id)) == 20


def test_where_all_texts_are_nearly_equal_they_are_not_kept_together(studio: Open) -> None:
    long = "order number {} has not arrived at our door yet, which is a nuisance for the whole family"
    rows = [[f"The {kind} {long.format(n)}", kind] for n in range(9) for kind in ("late", "damaged")]
    app = upload(studio("data"), written(["message", "topic"], rows).encode())
    assert text.sentences("en")["split.near_too_many"] in told(app)
    assert save(app).plan == SplitPlan()


def test_test_texts_that_are_learned_from_too_are_told_and_can_be_left_out(studio: Open, language: str) -> None:
    """Full-width twins are other texts to the division, and the same to a reader."""
    rows = [[words, label, "train" if n < 40 else "test"] for n, (words, label) in enumerate(clean_rows(60))]
    wide = str.maketrans({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    rows += [[words.translate(wide), label, "test"] for words, label, _ in rows[:10]]
    app = upload(studio("data", language), written(["message", "topic", "part"], rows).encode())
    app.radio(key="split_way").set_value("column").run()
    app.checkbox(key="split_near").uncheck().run()
    app.button(key="data_leakage_0").click().run()
    assert [step.why for step in app.session_state["data_remedies"][1][0].steps] == ["leakage"]
    assert "data_leakage_0" not in keys(app)
