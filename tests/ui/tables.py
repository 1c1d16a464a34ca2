"""Tables to upload, and what a page says of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from streamlit.testing.v1 import AppTest

from scalearn_core.workspace import datasets
from scalearn_core.workspace.dataset_info import DatasetInfo
from tests.core.checks.made import plain_texts


def written(columns: Sequence[str], rows: Iterable[Sequence[str]], delimiter: str = ",") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()


def clean_rows(number: int = 60, labels: Sequence[str] = ("late", "damaged")) -> list[list[str]]:
    """Documents in which there is nothing to find, their labels in turn."""
    return [[words, labels[n % len(labels)]] for n, words in enumerate(plain_texts(number))]


def clean(number: int = 60) -> bytes:
    return written(["message", "topic"], clean_rows(number)).encode()


def upload(app: AppTest, content: bytes, name: str = "tickets.csv") -> AppTest:
    app.file_uploader(key="data_file").upload(name, content).run()
    assert not app.exception
    return app


def told(app: AppTest) -> str:
    """All sentences on the page."""
    kinds = (app.markdown, app.caption, app.info, app.warning, app.error, app.subheader)
    return "\n".join(str(element.value) for kind in kinds for element in kind)


def keys(app: AppTest) -> set[str]:
    """Of the buttons."""
    return {str(button.key) for button in app.button}


def save(app: AppTest) -> DatasetInfo:
    """Click on the button and return what was stored."""
    app.button(key="save_dataset").click().run()
    assert not app.error and not app.exception, [error.value for error in app.error]
    return datasets.list_datasets()[0]
