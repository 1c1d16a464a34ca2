"""How long a training will take, in the same words wherever it is said."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from scalearn_core.adapters import catalog
from scalearn_core.data.dataset import TextDataset
from scalearn_core.data.languages import shares_of
from scalearn_core.encoders.choice import choose_encoder
from scalearn_core.evidence.time_estimates import estimate, mean_bytes, plan_steps
from scalearn_core.workspace import datasets
from scalearn_core.workspace.samples import SAMPLES, sample_bytes
from scalearn_ui import text
from scalearn_ui.text import Markdown, t

STEP = 10
"""Seconds that a short time is rounded to: nobody can promise single ones."""


@dataclass(frozen=True)
class Shape:
    """What the time of a training on a dataset depends on."""

    documents: int
    mean_bytes: float
    test_share: float
    unlabelled: int


def of_dataset(
    dataset: str, n_sources: int, recipe: str, device: str, own_adapter: bool, encoder: str, long_texts: str
) -> Markdown:
    """For a stored dataset with these settings."""
    return _words(_shape(dataset), n_sources, recipe, device, own_adapter, encoder, long_texts)


def of_sample(key: str) -> Markdown:
    """For a sample with the default settings, on the processor."""
    shape, encoder = _shape_of_sample(key)
    own_adapter = SAMPLES[key].own_adapter
    return _words(shape, len(catalog.permissive(encoder)), "auto", "cpu", own_adapter, encoder, "head")


def _words(
    shape: Shape, n_sources: int, recipe: str, device: str, own_adapter: bool, encoder: str, long_texts: str
) -> Markdown:
    steps = plan_steps(
        shape.documents, n_sources, device, own_adapter, shape.mean_bytes, recipe, encoder, long_texts,
        shape.unlabelled, shape.test_share,
    )  # fmt: skip
    low, high = (text.duration(max(STEP, STEP * round(seconds / STEP))) for seconds in estimate(steps, device))
    return t("time.about", time=low) if low == high else t("time.between", low=low, high=high)


@st.cache_data(max_entries=16, show_spinner=False)
def _shape(dataset: str) -> Shape:
    plan = datasets.get_dataset_info(dataset).plan
    return _shape_of(datasets.load_dataset(dataset).split(plan=plan))


@st.cache_data(max_entries=16, show_spinner=False)
def _shape_of_sample(key: str) -> tuple[Shape, str]:
    """With the encoder that suits it."""
    sample = SAMPLES[key]
    documents = TextDataset.from_table(sample_bytes(key), sample.mapping).split(plan=sample.plan)
    return _shape_of(documents), choose_encoder(shares_of(documents.frame["text"].tolist())).key


def _shape_of(divided: TextDataset) -> Shape:
    texts = divided.frame["text"]
    unlabelled = 0 if divided.separator else len(divided.unlabelled)
    return Shape(len(texts), mean_bytes(texts), len(divided.test) / len(texts), unlabelled)
