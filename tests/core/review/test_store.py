"""Labels are whole lines under a lock: nothing said is lost, and nobody is given what another has before him."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256

import numpy as np
import pytest

from scalearn_core.audit.person import acting_as, person
from scalearn_core.audit.trail import canonical
from scalearn_core.audit.verify import checked_entries
from scalearn_core.errors import DataError
from scalearn_core.heads.logistic import unit
from scalearn_core.records.labelling import Category, PileDocument, PileInfo
from scalearn_core.review import session, store
from scalearn_core.review.standing import HELD, agreements, here_and_now, standing
from scalearn_core.storage.codec import to_json
from scalearn_core.tables.reader import read_table

NAMES = ("a", "b")


@pytest.fixture
def pile() -> str:
    """Forty documents around two centres."""

    def info(pile_id: str) -> PileInfo:
        return PileInfo(pile_id, "mails", store.now(), "english", None, 40, "text", "category")

    documents = [PileDocument(n + 2, f"document {n}, 請求 {n % 3}") for n in range(40)]
    made = store.create_pile(info, documents, [Category("a", "the first"), Category("b", "")])
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(2, 16))[np.arange(40) % 2]
    store.save_embeddings(made, unit((centres + 0.2 * rng.normal(size=(40, 16))).astype(np.float32)))
    return made


def vectors(pile: str) -> np.ndarray:
    found = store.load_embeddings(pile)
    assert found is not None
    return found


def test_what_is_said_is_there_again(pile: str) -> None:
    with acting_as(person("Aoi")):
        store.add_entry(pile, 3, "label", ["a"], note="unclear", why="random")
        store.add_entry(pile, 4, "skip")
        store.add_entry(pile, 5, "label", ["b"])
        store.add_entry(pile, 5, "undo")
    now = standing(store.entries(pile))
    assert {place: (entry.who, entry.labels, entry.note) for place, entry in now.labelled.items()} == {
        3: ("Aoi", ("a",), "unclear")
    }
    assert now.skipped[4] == {"Aoi"} and now.counts() == {"a": 1}
    store.save_codebook(pile, [Category("c", "x")])
    assert [each.name for each in store.codebook(pile)] == ["c"]
    assert len((store.folder_of(pile) / store.CODEBOOK).read_text("utf-8").splitlines()) == 2


def test_labels_and_their_undoing_stand_in_the_audit_trail(pile: str) -> None:
    said = store.add_entry(pile, 3, "label", ("late",))
    store.add_entry(pile, 3, "undo")
    store.add_entry(pile, 4, "skip")
    mine = [entry for entry in checked_entries() if entry.action.startswith("pile.")]
    assert [entry.action for entry in mine] == ["pile.label", "pile.undo"]
    assert mine[0].facts["sha256"] == sha256(canonical(to_json(said))).hexdigest()
    assert "late" not in json.dumps([entry.facts for entry in mine])


def test_two_people_never_get_the_same_document(pile: str) -> None:
    embeddings, people = vectors(pile), [person(f"P{n}") for n in range(4)]

    def sit(who) -> list[int]:
        mine = []
        with acting_as(who):
            for _ in range(10):
                found = session.next_document(pile, embeddings, NAMES, "proposed")
                assert found is not None
                again = session.next_document(pile, embeddings, NAMES, "proposed")
                assert again is not None and again.place == found.place, "a refresh shows the same document"
                store.add_entry(pile, found.place, "label", [NAMES[found.place % 2]], why=found.why)
                mine.append(found.place)
        return mine

    with ThreadPoolExecutor(4) as pool:
        got = [place for mine in pool.map(sit, people) for place in mine]
    assert sorted(got) == list(range(40))
    now = standing(store.entries(pile))
    assert len(now.labelled) == 40
    with acting_as(people[0]):
        assert session.next_document(pile, embeddings, NAMES, "proposed") is None
        second = session.next_document(pile, embeddings, NAMES, "second")
    assert second is not None and people[0].name not in now.said[second.place]
    found = session.worth(embeddings, now, NAMES, None)
    assert found is None or 0 <= found.right.low <= found.right.high <= 1


def test_a_document_left_lying_comes_back(pile: str) -> None:
    with acting_as(person("A")):
        found = session.next_document(pile, vectors(pile), NAMES, "proposed")
    assert found is not None
    now = standing(store.entries(pile))
    assert found.place in now.not_for("B", here_and_now())
    assert found.place not in now.not_for("B", here_and_now() + HELD + timedelta(minutes=1))


def test_a_killed_writer_loses_no_line_that_was_told_saved(pile: str, workspace) -> None:
    code = (
        "import sys, os\n"
        "from scalearn_core.review import store\n"
        f"for n in range(40):\n    store.add_entry({pile!r}, n, 'label', ['a']); print(n, flush=True)\n"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=os.environ.copy()
    )
    assert writer.stdout is not None
    told = [int(writer.stdout.readline()) for _ in range(5)]
    writer.kill()
    writer.wait()
    assert set(told) <= standing(store.entries(pile)).labelled.keys()


def test_half_a_line_is_passed_over_and_closed(pile: str) -> None:
    store.add_entry(pile, 1, "label", ["a"])
    with (store.folder_of(pile) / store.ENTRIES).open("ab") as file:
        file.write(b'{"time": "2026')
    store.add_entry(pile, 2, "label", ["b"])
    assert standing(store.entries(pile)).labelled.keys() == {1, 2}


@pytest.mark.parametrize("pile_id", ["../../etc", "x" * 16, "0" * 16, ""])
def test_an_id_from_a_link_is_no_path(pile_id: str) -> None:
    with pytest.raises(DataError) as told:
        store.entries(pile_id)
    assert told.value.code == "review.unknown_pile"


def test_agreement_has_its_interval_and_its_list(pile: str) -> None:
    for who, shift in (("A", 0), ("B", 1)):
        with acting_as(person(who)):
            for place in range(20):
                wrong = shift and place % 5 == 0
                store.add_entry(pile, place, "label", [NAMES[(place + wrong) % 2]])
    [pair] = agreements(standing(store.entries(pile)))
    assert (pair.documents, pair.same, pair.differ) == (20, 16, (0, 5, 10, 15))
    assert pair.kappa == pytest.approx(0.6, abs=0.05)
    assert pair.low is not None and pair.high is not None and pair.low < pair.kappa < pair.high


def test_the_table_to_train_on_holds_labels_and_blanks(pile: str) -> None:
    store.add_entry(pile, 7, "label", ["b"])
    content = session.table_of(store.pile_info(pile), store.documents_of(pile), standing(store.entries(pile)))
    frame = read_table(content).frame
    assert frame["category"].tolist() == ["" if n != 7 else "b" for n in range(40)]
    assert frame["text"].iloc[7] == "document 7, 請求 1"


def test_search_by_words_and_by_likeness(pile: str) -> None:
    found = session.with_words(store.documents_of(pile), "請求 document 39,", set())
    assert found == [39] and session.with_words(store.documents_of(pile), "39", {39}) == []
    near = session.nearest_to(vectors(pile), 4, {0})
    assert 4 not in near and 0 not in near and {place % 2 for place in near} == {0}
