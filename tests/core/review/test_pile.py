"""A table becomes a pile: each text once, labels where there are some, blank rows counted."""

from __future__ import annotations

import pytest

from scalearn_core.errors import DataError
from scalearn_core.review.pile import Pile, pile_of_table
from scalearn_core.tables.reader import read_table


def pile(content: str, label: str | None = "label", **options: object) -> Pile:
    return pile_of_table(read_table(content.encode()), "text", label, **options)  # type: ignore[arg-type]


def test_without_a_column_of_labels_no_document_has_one() -> None:
    found = pile("id,text\n1,late parcel\n2,\n3,Late parcel \n4,broken lamp\n", None)
    assert (found.texts, found.rows) == (("late parcel", "broken lamp"), (2, 5))
    assert found.cells == (None, None) and found.labels == () and found.without_text == 1


def test_of_equal_texts_the_one_with_a_label_stays() -> None:
    found = pile("text,label\nlate parcel,\nlate parcel,post\nbroken lamp,\n")
    assert dict(zip(found.texts, found.cells, strict=True)) == {"late parcel": "post", "broken lamp": None}


def test_several_labels_and_none_of_them() -> None:
    found = pile("text,label\na b,x|y\nc d,x\ne f,[]\ng h,\ni j,y|x\n", separator="|")
    assert found.labels == ("x", "y")
    assert found.labelled.tolist() == [True, True, True, False, True]
    assert found.targets(found.labels).tolist() == [[1, 1], [1, 0], [0, 0], [1, 1]]


def test_of_many_documents_some_are_drawn_and_all_labels_stay() -> None:
    lines = "".join(f"document {n},{'a' if n < 3 else ''}\n" for n in range(50))
    found = pile(f"text,label\n{lines}", most=10)
    assert len(found.texts) == 13 and found.drawn_from == 50 and int(found.labelled.sum()) == 3
    assert found.rows == tuple(sorted(found.rows))


@pytest.mark.parametrize(
    ("content", "label", "code"),
    [
        ("text,label\n,a\n ,b\n", "label", "review.no_texts"),
        ("body,label\nx y,a\n", "label", "data.column_missing"),
        ("text,label\nx y,a\n", "lable", "data.column_missing_closest"),
        ("text,label\nx y,a\n", "text", "data.same_column"),
    ],
)
def test_what_is_wrong_is_told(content: str, label: str, code: str) -> None:
    with pytest.raises(DataError) as told:
        pile(content, label)
    assert told.value.code == code
