"""Names and texts that would be marks, tags, links or formulas are shown letter by letter, and break nothing."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from scalearn_core.jobs import check
from scalearn_core.workspace import datasets
from scalearn_ui import text
from tests.runs.in_process import done
from tests.ui.conftest import Open
from tests.ui.tables import clean_rows, save, told, upload, written

NAMES = {
    "picture": "![px](http://127.0.0.1:9/x.png)",
    "colour": ":red[a] :material/home: :smile:",
    "html": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "marks": "**bold** `code` _it_ ~~no~~ $x^2$ # {name} {0}",
    "emoji": "🎉👩\u200d👩\u200d👧 e\u0301\u202eabc",
    "long": "x" * 5_000,
}


def shown_raw(app: AppTest, name: str) -> list[str]:
    """Markdown on the page in which the name stands as it is, where it would be more than letters."""
    lines = [*told(app).splitlines(), *(str(button.label) for button in app.button)]
    return [line for line in lines if name in line and text.plain(name) != name]


@pytest.mark.parametrize("kind", NAMES)
def test_names_and_texts_from_outside_stay_words(studio: Open, kind: str, language: str) -> None:
    name = NAMES[kind]
    texts = [
        words if kind == "long" else f"{name} {words}" for words, _ in clean_rows(40)
    ]  # else they are all alike
    rows = [[words, [name, "other"][n % 2], f"{name}{n % 5}"] for n, words in enumerate(texts)]
    columns = [f"{name} text", f"{name} class", f"{name} customer"]
    content = written(columns, [*rows, rows[0], [rows[1][0], name, ""]]).encode()
    app = upload(studio("data", language), content, f"{name}.csv")
    app.multiselect(key="text_column").set_value([columns[0]]).run()
    app.selectbox(key="label_column").set_value(columns[1]).run()
    assert not app.exception and not shown_raw(app, name)
    app.radio(key="split_way").set_value("column").run()
    app.selectbox(key="split_column").set_value(columns[2]).run()
    app.multiselect(key="split_values").set_value([f"{name}1"]).run()
    app.button(key="data_exact_duplicates_0").click().run()
    assert not app.error and not app.exception and not shown_raw(app, name)
    info = save(app)
    assert info.text_columns == (columns[0],) and set(info.labels) == {name, "other"}
    app = studio("data", language, dataset=info.id)
    assert not app.error and not app.exception and not shown_raw(app, name)
    done(check.run, "check", {"dataset": info.id, "seed": 13}, info.name)
    app = studio("data", language)
    assert not app.error and not shown_raw(app, name)
    app.button(key=f"delete_{info.id}").click().run()
    assert not app.exception and not shown_raw(app, name)


def test_japanese_names_all_the_way(studio: Open, language: str) -> None:
    words = text.sentences(language)
    rows = [
        [f"請求書の件で確認したいことがあります。番号は{n}番です。", ["経理", "総務"][n % 2], f"顧客{n % 10}"]
        for n in range(60)
    ]
    content = written(["本文", "担当部署", "顧客"], [*rows, rows[0]]).encode("cp932")
    app = upload(studio("data", language), content, "問い合わせ.csv")
    assert app.multiselect(key="text_column").value == ["本文"]
    assert app.selectbox(key="label_column").value == "担当部署"
    assert text.plain("Shift_JIS") in told(app) and words["language.ja"] in told(app)
    app.selectbox(key="split_group").set_value("顧客").run()
    app.button(key="data_exact_duplicates_0").click().run()
    info = save(app)
    assert (info.name, info.documents, info.encoding) == ("問い合わせ", 60, "cp932")
    app = studio("data", language, dataset=info.id)
    assert words["made.columns"].format(file="問い合わせ.csv", texts="本文", label="担当部署") in told(app)
    assert words["results.split.groups"].format(column="顧客") in told(app)


def test_cells_that_a_spreadsheet_would_calculate_are_kept(studio: Open) -> None:
    rows = [[f"=SUM(A1) {words}", ["=1+1", "@x"][n % 2]] for n, (words, _) in enumerate(clean_rows())]
    app = upload(studio("data"), written(["message", "topic"], rows).encode())
    info = save(app)
    assert set(info.labels) == {"=1+1", "@x"}
    assert datasets.load_dataset(info.id).frame["text"].iloc[0] == rows[0][0]
