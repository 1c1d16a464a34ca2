"""The choices of the training page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from scalearn_core import devices
from scalearn_core.adapters import catalog
from scalearn_core.devices import Device
from scalearn_core.workspace.dataset_info import DatasetInfo
from scalearn_ui import text
from scalearn_ui.letters import letters
from scalearn_ui.text import Markdown, plain, t

RECIPES = ("auto", "paper")


def distinct_names(stored: Sequence[DatasetInfo]) -> dict[str, str]:
    """Datasets by name, with the time and then a number where they share one: a list goes by its words alone."""
    shared = Counter(info.name for info in stored)
    seen: Counter[str] = Counter()
    names = {}
    for info in stored:
        name = letters(info.name)
        if shared[info.name] > 1:
            name += f" · {text.moment(info.created)}"
        seen[name] += 1
        names[info.id] = name if seen[name] == 1 else f"{name} ({seen[name]})"
    return names


def choose_sources(encoder: str) -> list[str]:
    """Names of an encoder's sources to reuse: all permissive ones unless the reader says otherwise."""
    cards = catalog.cards(encoder)
    reach = st.segmented_control(
        t("train.sources"),
        ["permissive", "all", "pick"],
        default="permissive",
        required=True,
        format_func=lambda choice: t(f"reach.{choice}"),
        help=t("train.sources_help"),
        key="reach",
    )
    permissive = [card.name for card in cards if not card.research_use]
    if reach == "permissive":
        return permissive
    if reach == "all":
        return [card.name for card in cards]
    titles = {
        card.name: text.local(card.title) + (f" ({t('licence.research')})" if card.research_use else "")
        for card in cards
    }
    return st.multiselect(
        t("train.pick"),
        list(titles),
        default=permissive,
        format_func=titles.__getitem__,
        key=f"picked_{encoder}",
    )


def titles(encoder: str) -> dict[str, str]:
    """Titles of an encoder's sources in the reader's words, by name."""
    return {card.name: text.local(card.title) for card in catalog.cards(encoder)}


def choose_device() -> Device:
    """The device to compute on, the fastest first; shown only where there is a choice."""
    with st.spinner(t("train.looking")):
        kinds = {device.kind: device for device in _devices()}
    if len(kinds) == 1:
        return next(iter(kinds.values()))
    chosen = st.segmented_control(
        t("train.device"),
        list(kinds),
        default=next(iter(kinds)),
        required=True,
        format_func=lambda kind: device_name(kinds[kind]),
        key="device",
    )
    return kinds[chosen or next(iter(kinds))]


def device_name(device: Device) -> str:
    """A device as people know it, with its memory or cores where known."""
    if device.memory_gb:
        return t("device.memory", name=device.name, gb=f"{device.memory_gb:.0f}")
    if device.threads:
        return t("device.threads", name=device.name, cores=text.count("cores", device.threads))
    return plain(device.name)


def what_is_learned_from(n_sources: int, own_adapter: bool) -> Markdown:
    """The number of sources, and the task adapter if there is one."""
    sources = text.count("sources", n_sources)
    return t("train.sources_and_own", sources=sources) if own_adapter else sources


@st.cache_resource(show_spinner=False)
def _devices() -> list[Device]:
    """What there is to compute on. Loads torch the first time, so the page draws its other parts before."""
    return devices.available()
