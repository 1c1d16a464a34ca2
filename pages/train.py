"""Choose what to learn from, see how long it takes, start."""

from __future__ import annotations

import streamlit as st

from scalearn_core import runs
from scalearn_core.config import DEFAULT_VARIANT, VARIANTS
from scalearn_core.workspace import datasets
from scalearn_ui import shell, state
from scalearn_ui.parts import encoder_choice, forecast, time_needed
from scalearn_ui.text import count, t
from scalearn_ui.views.train import long_texts, train_settings

shell.enter("train")

stored = datasets.list_datasets()
if not stored:
    shell.nothing_yet(t("train.no_data"), "home", t("action.start"))
    st.stop()

ids = [info.id for info in stored]
names = train_settings.distinct_names(stored)
current = state.dataset_id()
dataset = st.selectbox(
    t("train.dataset"),
    ids,
    index=ids.index(current) if current in ids else 0,
    format_func=names.__getitem__,
    key="train_dataset",
)
state.choose_dataset(dataset)
info = stored[ids.index(dataset)]

encoder = encoder_choice.choose(info).key
sources = train_settings.choose_sources(encoder)
reading = long_texts.choose(dataset, encoder)
own_adapter = st.toggle(t("train.own_adapter"), value=True, key="own_adapter", help=t("train.own_adapter_help"))

with st.expander(t("train.more"), icon=":material/tune:"):
    variant = st.radio(
        t("train.variant"),
        list(VARIANTS),
        index=list(VARIANTS).index(DEFAULT_VARIANT),
        format_func=lambda name: t(f"variant.{name}"),
        captions=[t(f"variant.{name}.caption") for name in VARIANTS],
        key="variant",
    )
    recipe = st.radio(
        t("train.recipe"),
        train_settings.RECIPES,
        format_func=lambda name: t(f"recipe.{name}"),
        captions=[t(f"recipe.{name}.caption") for name in train_settings.RECIPES],
        key="recipe",
    )
    seed = st.number_input(
        t("train.seed"),
        min_value=0,
        max_value=2**31 - 1,
        value=13,
        step=1,
        help=t("train.seed_help"),
        key="seed",
    )

machine = train_settings.choose_device()
if sources:
    forecast.offer(dataset, encoder, sources, train_settings.titles(encoder), machine.kind, int(seed))
with st.container(border=True):
    st.markdown(
        t(
            "train.summary",
            documents=count("documents", info.documents),
            classes=count("classes", len(info.labels)),
            sources=train_settings.what_is_learned_from(len(sources), own_adapter),
            device=train_settings.device_name(machine),
        )
    )
    if info.unlabelled:
        joins = not info.separator and recipe == "auto" and own_adapter
        unlabelled = count("unlabelled", info.unlabelled)
        if joins:
            st.markdown(t("train.unlabelled", unlabelled=unlabelled))
        else:
            st.markdown(t("train.unlabelled_unused", unlabelled=unlabelled))
    with shell.in_words():
        needed = (len(sources), recipe, machine.kind, own_adapter, encoder, reading)
        st.caption(t("train.estimate", time=time_needed.of_dataset(dataset, *needed)))
    if not sources:
        st.info(t("train.no_sources"))
    if st.button(
        t("train.start"),
        type="primary",
        key="start_training",
        icon=":material/play_arrow:",
        disabled=not sources,
    ):
        run_id = runs.submit(
            "train",
            {
                "dataset": dataset,
                "encoder": encoder,
                "sources": sources,
                "variant": variant,
                "recipe": recipe,
                "own_adapter": own_adapter,
                "long_texts": reading,
                "device": machine.kind,
                "seed": int(seed),
            },
            title=info.name,
        )
        state.choose_run(run_id)
        shell.go("run", run=run_id)
