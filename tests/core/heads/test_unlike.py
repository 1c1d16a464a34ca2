"""Texts unlike anything learned: few of the same kind are marked, others are, and a damaged file is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from scalearn_core.heads.unlike import FEWEST, RANK, SHARE, Look, learn_unlike, limit_of, read_unlike

WIDTH = 48


def documents(count: int, seed: int, away: float = 0.0) -> NDArray[np.float32]:
    """States that lie along a few directions, moved `away` along one that those of the kind hardly use."""
    generator = np.random.default_rng(seed)
    spread = np.geomspace(1, 0.02, WIDTH)
    states = 1 + generator.normal(size=(count, WIDTH)) * spread
    states[:, -5:] += away
    return states.astype(np.float32)


def test_few_of_the_same_kind_are_marked_and_others_are() -> None:
    """Over tables of several sizes: the share of own documents keeps its promise on average, within chance."""
    own, others = [], []
    for seed in range(40):
        known = learn_unlike(Look(documents(60 + 5 * seed, seed), documents(30, 100 + seed)), seed)
        assert known
        own.append(known.marks(documents(200, 200 + seed)).mean())
        others.append(known.marks(documents(200, 300 + seed, away=1.0)).mean())
    assert 0.005 < np.mean(own) <= SHARE
    assert np.mean(others) > 0.95


def test_too_few_documents_cannot_tell() -> None:
    assert FEWEST == 19
    assert learn_unlike(Look(documents(18, 0), documents(300, 1)), 0) is None
    assert learn_unlike(Look(documents(19, 0), documents(0, 1)), 0) is not None
    assert limit_of(np.arange(18.0)) is None
    assert limit_of(np.arange(19.0)) == 18
    assert limit_of(np.arange(39.0)) == 37


def test_the_error_of_8_bit_products_raises_the_limit_where_documents_are_alike() -> None:
    alike = 1 + (documents(100, 0) - 1) * 0.01
    blur = np.random.default_rng(1).normal(size=alike.shape).astype(np.float32) * 0.02
    exact, rough = Look(alike[:70], alike[70:]), Look((alike + blur)[:70], (alike + blur)[70:])
    plain, told = learn_unlike(exact, 0), learn_unlike(exact, 0, rough=rough)
    assert plain and told and told.limit > plain.limit
    assert plain.marks(rough.learned).mean() > 0.5 > 0.1 > told.marks(rough.learned).mean()


def test_equal_documents_and_one_document_again_and_again() -> None:
    same = np.ones((50, WIDTH), dtype=np.float32)
    known = learn_unlike(Look(same, same[:0]), 0)
    assert known is not None
    assert not known.marks(same).any()
    assert known.marks(documents(20, 1, away=3)).all()


def test_the_same_numbers_give_the_same_file_and_come_back(tmp_path: Path) -> None:
    known, again = (learn_unlike(Look(documents(200, 3), documents(40, 4)), 5) for _ in range(2))
    assert known and again and known.to_bytes() == again.to_bytes()
    (tmp_path / "unlike.safetensors").write_bytes(known.to_bytes())
    read = read_unlike(tmp_path / "unlike.safetensors", WIDTH)
    assert read is not None and read.limit == known.limit
    new = documents(50, 6)
    assert np.array_equal(read.distances(new), known.distances(new))
    assert read_unlike(tmp_path / "none.safetensors", WIDTH) is None


def test_a_damaged_or_foreign_file_is_refused(tmp_path: Path) -> None:
    known = learn_unlike(Look(documents(200, 3), documents(40, 4)), 5)
    assert known
    file, good = tmp_path / "unlike.safetensors", load(known.to_bytes())
    wrong = [
        b"", b"not a file", save({"mean": good["mean"]}), save({**good, "mean": good["mean"][:-1]}),
        save({**good, "variances": -good["variances"]}), save({**good, "mean": good["mean"] * np.nan}),
        save({**good, "directions": good["directions"][:, :-1].copy()}),
        save({**good, "mean": np.zeros(WIDTH * RANK * 99, np.float32)}),
    ]  # fmt: skip
    for content in wrong:
        file.write_bytes(content)
        with pytest.raises((ValueError, SafetensorError)):
            read_unlike(file, WIDTH)
    file.write_bytes(known.to_bytes())
    with pytest.raises(ValueError, match="not of an encoder of width 47"):
        read_unlike(file, WIDTH - 1)
