"""The finding of personal data: its documents, noted without showing anything whole, and its remedy."""

from __future__ import annotations

import pytest

from scalearn_core.checks.personal import personal_data
from scalearn_core.checks.scan import look_at
from scalearn_core.data.apply_recipe import apply_steps
from tests.core.checks.made import classes, made, only


def test_documents_are_noted_and_nothing_is_shown_whole() -> None:
    documents = classes({"a": 5})
    documents.insert(2, ("Write to jane.doe@shop.com or JANE.DOE@shop.com, or call 020 7946 0958", "a"))
    documents.insert(4, (" ".join(f"{name}@firm.com" for name in "bcdefgh"), "a"))
    dataset = made(documents)
    finding = only(personal_data(look_at(dataset), dataset.frame["text"]))
    assert finding.severity == "warning"
    assert finding.rows == (4, 6)
    assert finding.notes == (
        "j…@s….com, J…@s….com, phone …58",
        "b…@f….com, c…@f….com, d…@f….com, e…@f….com, f…@f….com, …",
    )
    assert finding.values == {
        "kinds": {"mail": 9, "phone": 1},
        "concerned": 2,
        "share": pytest.approx(2 / 7),
        "looked_at": 7,
        "documents": 7,
    }
    shown = repr(finding)
    assert not any(secret in shown for secret in ("jane", "7946", "0958", "@shop", "firm"))


def test_none() -> None:
    dataset = made(classes({"a": 5}))
    assert personal_data(look_at(dataset), dataset.frame["text"]) == []


def test_the_remedy_blanks_them_out_in_every_text_and_leaves_nothing_to_find() -> None:
    documents = classes({"a": 30})
    documents[7] = ("Write to jane.doe@shop.com, or call 020 7946 0958", "a")
    dataset = made(documents)
    (remedy,) = only(personal_data(look_at(dataset), dataset.frame["text"])).remedies
    frame, left_out = apply_steps(dataset.frame, remedy.steps, None)
    assert frame["text"][9] == "Write to [mail], or call [phone]"
    assert dataset.frame["text"][9].startswith("Write to jane"), "the frame given is not changed"
    assert frame.drop(index=9).equals(dataset.frame.drop(index=9))
    assert frame["label"].equals(dataset.frame["label"]) and left_out.empty
    assert frame.dtypes.equals(dataset.frame.dtypes)
    assert personal_data(look_at(made(frame.itertuples(index=False, name=None))), frame["text"]) == []
