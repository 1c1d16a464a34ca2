"""Settings: where the workspace is, and how the scales are trained."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from math import ceil, inf
from pathlib import Path

from scalearn_core.errors import ConfigError

LONG_TEXTS = ("head", "head_tail", "windows")
"""How a document beyond the encoder's length is read (`encoders/long_texts.py`)."""
MOST_WINDOWS = 8
"""Passages of a document that are read at most, where it is read in windows."""
BULK = "bulk"
SPEEDS = ("auto", "exact", "fast", BULK)
"""How a model classifies: with 8-bit products where they cost nothing that was measured, never, or always; or many
documents at once, each only as far as its answer needs (`prediction/cascade.py`)."""
UNSURE = 0.5
"""Below this confidence a prediction counts as unsure: the other labels together are likelier."""


def let_threads_sleep() -> None:
    """Let the threads of this process sleep while they wait; for entry points, before torch is loaded.

    OpenMP reads the setting when it is loaded. Threads that spin cost, beside any other work on the cores, far
    more than they save (`python -m benchmarks.threads`). What the user has set stays.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def workspace() -> Path:
    """The folder that holds all a user makes: `SCALEARN_HOME`, else `~/.scalearn`."""
    return Path(os.environ.get("SCALEARN_HOME") or Path.home() / ".scalearn")


def open_workspace() -> Path:
    """The workspace, made if missing. It holds documents: only its owner may look in. Raises OSError."""
    home = workspace()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home


@dataclass(frozen=True)
class Variant:
    """What a variant of the scales shares, and the dropout on the scales that the paper uses with it."""

    shared: bool
    """One set for all layers (the "++" variants)."""
    uniform: bool
    """One number per source instead of one per dimension."""
    dropout: float

    def shape(self, layers: int, sources: int, width: int) -> tuple[int, int, int]:
        """Shape of ω: `[layers or 1, sources, width or 1]`."""
        return (1 if self.shared else layers, sources, 1 if self.uniform else width)


VARIANTS: dict[str, Variant] = {
    "scalearn_uniform_pp": Variant(shared=True, uniform=True, dropout=0.0),
    "scalearn_uniform": Variant(shared=False, uniform=True, dropout=0.3),
    "scalearn_pp": Variant(shared=True, uniform=False, dropout=0.3),
    "scalearn": Variant(shared=False, uniform=False, dropout=0.3),
}
"""From the fewest numbers to the most, as page, shell and ladder list them."""
DEFAULT_VARIANT = "scalearn_uniform"


@dataclass(frozen=True)
class Recipe:
    """What distinguishes the two ways of training; `TrainingConfig` may override the numbers."""

    scales_learning_rate: float
    own_adapter: bool
    """Whether the target task's own adapter is the last source, unless the user says otherwise."""
    epochs: int
    """Passes over the training documents, at least."""
    steps: int = 0
    """At least so many; a small table is iterated more often."""
    more_epochs: int = 0
    """So many passes where they take at most `more_steps` steps, or as many of them as do."""
    more_steps: int = 0
    own_learning_rate: float = 0.0
    """Of an own adapter that learns together with the scales."""
    head_learning_rate: float = 0.0
    """Of a head that learns together with the scales."""
    patience: int = 0
    """Epochs without a lower validation loss before stopping."""
    encoder_dropout: bool = False
    bfloat16: bool = False
    """Whether training steps make the products of frozen weights in bfloat16, where the processor has units for it
    (`encoders/quick.py`)."""


RECIPES: dict[str, Recipe] = {
    # From the plain encoder, by pairs of documents (`training/recipe_auto.py`).
    "auto": Recipe(
        2e-2,
        own_adapter=True,
        epochs=2,
        steps=40,
        more_epochs=6,
        more_steps=100,
        own_learning_rate=1e-3,
        bfloat16=True,
    ),
    # Scales at N(2/T, 0.001²), a fresh two-layer head, one rate for both, 30 epochs without early stopping.
    "paper": Recipe(
        6e-3, own_adapter=False, epochs=30, head_learning_rate=6e-3, patience=30, encoder_dropout=True
    ),
}


UNLABELLED_STEPS = 40
"""So many more that recipe "auto" takes together with documents without label (`training/unlabelled.py`)."""


@dataclass(frozen=True)
class TrainingConfig:
    """How `train_scales` trains. None takes the recipe's value."""

    recipe: str = "auto"
    """"auto", or "paper" for the published settings."""
    seed: int = 13
    """Of the start, the order of documents and the dropout; same seed, data, device and versions: same bytes."""
    own_adapter: bool | None = None
    """Whether an adapter trained on the target task itself is the last source, as in the paper."""
    batch_size: int = 32
    scales_learning_rate: float | None = None
    head_learning_rate: float | None = None
    """Of recipe "paper"; in "auto" the head is fitted, not trained."""
    epochs: int | None = None
    patience: int | None = None
    """Epochs without a lower validation loss before stopping; of recipe "paper"."""
    bfloat16: bool | None = None
    """False: training steps in float32 throughout, as on a processor without units for bfloat16."""
    long_texts: str = "head"
    """How documents beyond the encoder's length are read, by the model and by all it is compared with: "head"
    (their beginning), "head_tail" (beginning and end) or "windows" (up to eight passages, averaged)."""

    def __post_init__(self) -> None:
        if not (isinstance(self.recipe, str) and self.recipe in RECIPES):
            raise ConfigError("config.unknown_recipe", found=self.recipe, known=", ".join(RECIPES))
        if self.long_texts not in LONG_TEXTS:
            raise ConfigError("config.unknown_long_texts", found=self.long_texts, known=", ".join(LONG_TEXTS))
        if not (_whole(self.seed) and 0 <= self.seed < 2**32):
            raise ConfigError("config.negative_seed", found=self.seed)
        for name in ("own_adapter", "bfloat16"):
            if getattr(self, name) not in (None, True, False):
                raise ConfigError("config.not_yes_or_no", name=name, found=getattr(self, name))
        for name in ("scales_learning_rate", "head_learning_rate"):
            value = getattr(self, name)
            if value is not None and not (isinstance(value, (int, float)) and 0 < value < inf):
                raise ConfigError("config.not_positive", name=name, found=value)
        # A batch of "auto" needs two documents of two classes.
        least = {"batch_size": 4 if self.recipe == "auto" else 1, "epochs": 1, "patience": 1}
        for name, limit in least.items():
            value = getattr(self, name)
            if value is not None and not (_whole(value) and value >= limit):
                raise ConfigError("config.not_whole", name=name, least=limit, found=value)

    def resolved(self, documents: int) -> Recipe:
        """The recipe for so many training documents, with this configuration's own numbers in place."""
        recipe = RECIPES[self.recipe]
        per_epoch = max(1, ceil(documents / self.batch_size))
        epochs = self.epochs or max(
            recipe.epochs,
            ceil(recipe.steps / per_epoch),
            min(recipe.more_epochs, recipe.more_steps // per_epoch),
        )
        return replace(
            recipe,
            scales_learning_rate=self.scales_learning_rate or recipe.scales_learning_rate,
            head_learning_rate=self.head_learning_rate or recipe.head_learning_rate,
            own_adapter=recipe.own_adapter if self.own_adapter is None else self.own_adapter,
            epochs=epochs,
            bfloat16=recipe.bfloat16 if self.bfloat16 is None else self.bfloat16,
            steps=epochs * per_epoch,
            patience=self.patience or recipe.patience,
        )


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


@dataclass(frozen=True)
class ForecastConfig:
    """How `training/forecast.py` asks which sources will help; the numbers keep it to seconds."""

    strength: float = 1.0
    """What is tried of each source: as it is."""
    turned: int = 6
    """So many sources, those that harm most as they are, are tried turned round too."""
    turned_strength: float = -0.5
    """And by how much: it takes away half of what the source would add."""
    additions: int = 3
    """Rounds, at most; each adds one strength of one source."""
    kept: int = 4
    """So many candidates of a round, the most promising, are tried again in the next."""
    tokens: int = 1400
    """So many are looked at, in documents of all classes as evenly as can be: of short ones there are more."""
    documents: int = 128
    """But no more documents."""
    length: int = 20
    """So many tokens of each. Of 16, 20, 28 and 40 the first two told a little more than the last two on seven
    parts of public tables (no command here): more documents tell more than more of each."""
    folds: int = 5
    """Of the cross-validation, fewer for classes of fewer documents."""
    C: float = 3.0
    """Its inverse regularisation strength. Of 3, 10 and 30 it ranked sources best on the same parts."""
    surety: float = 2.0
    """Standard errors by which the best source must exceed the best shuffled one to count as a promise."""
    margin: float = 0.02
    """And the share of the plain log-loss by which it must. Of shuffled sources on 13 parts of four public tables,
    the best of four exceeded the best of four others by 0.8% at most, the best real one by 9 to 40% (no command
    here)."""
    shuffled: int = 8
    """So many times a source is asked with shuffled weights."""
    shrinkage: float = 0.5
    """The scales start at this share of the forecast, which from few documents promises too much."""

    def alone(self, sources: int) -> int:
        """Candidates of one source each."""
        return sources + min(sources, self.turned)

    def most(self, sources: int) -> int:
        """Candidates tried at most, for so many sources."""
        return 1 + self.alone(sources) + self.shuffled + self.kept * (self.additions - 1)


FORECAST = ForecastConfig()


@dataclass(frozen=True)
class StageOneConfig:
    """How an adapter is trained. The defaults keep to a CPU's time; the paper trains up to 30 epochs."""

    learning_rate: float = 1e-3
    """Of adapter and head (paper: 3e-4, over three to six times as many epochs)."""
    epochs: int = 6
    """At most; early stopping may end sooner."""
    batch_size: int = 32
    patience: int = 2
    """Epochs without a lower validation loss before stopping (paper: 5)."""
    reduction_factor: float = 16
    seed: int = 0

    @classmethod
    def for_documents(cls, documents: int, seed: int) -> StageOneConfig:
        """For a user's own task: a small table is iterated until it has given 160 steps (patience: 40)."""
        steps_per_epoch = max(1, ceil(documents / cls.batch_size))
        return cls(
            epochs=max(cls.epochs, ceil(160 / steps_per_epoch)),
            patience=max(cls.patience, ceil(40 / steps_per_epoch)),
            seed=seed,
        )

    def __post_init__(self) -> None:
        for name in ("learning_rate", "epochs", "batch_size", "patience", "reduction_factor"):
            if getattr(self, name) <= 0:
                raise ConfigError("config.not_positive", name=name, found=getattr(self, name))
