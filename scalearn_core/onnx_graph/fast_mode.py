"""Fast prediction: the folded model in ONNX Runtime, with 8-bit products where they cost the model nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import onnx

from scalearn_core.config import SPEEDS
from scalearn_core.encoders.reading import Reader, Tokens
from scalearn_core.errors import ConfigError
from scalearn_core.evaluation.metrics import score
from scalearn_core.onnx_graph.int8 import Range, Ranges, quantise, widest, with_ranges
from scalearn_core.onnx_graph.session import NO_WEIGHTS, Session, exact_integer_products
from scalearn_core.targets import same

if TYPE_CHECKING:
    from scalearn_core.scaling.model import ScaLearnModel

LIMIT = 0.003
"""Macro-F1 that 8-bit products may lose on the test documents before "auto" does without them."""
ENOUGH = 30
"""Fewer test documents cannot show such a loss, and "auto" does without 8-bit products."""
CALIBRATION_DOCUMENTS = 128
TIMED_DOCUMENTS = 64


@dataclass(frozen=True)
class Engine:
    """What computes the probabilities: "int8" or "fp32" in ONNX Runtime, or "torch"; and why no faster one."""

    kind: str
    session: Session | None = None
    reason: str | None = None

    def look_at(self, model: object, tokens: Tokens) -> tuple[np.ndarray, np.ndarray]:
        """Probabilities and states (`Session.look_at`); takes any model with a session, else a `ScaLearnModel`."""
        return (
            cast("ScaLearnModel", model).look_at(tokens) if self.session is None else self.session.look_at(tokens)
        )


def prepare(model: ScaLearnModel, speed: str = "auto") -> Engine:
    """The engine for a model; one that cannot be made is replaced by the next slower, with the reason kept.

    Args:
        speed: "exact" computes in PyTorch as in training; "auto" takes 8-bit products where their measured cost
            is within `LIMIT`; "fast" takes them whatever they cost.
    """
    if speed not in SPEEDS:
        raise ConfigError("config.unknown_speed", found=speed, known=", ".join(SPEEDS))
    if speed == "exact":
        return Engine("torch")
    if model.encoder.device.type != "cpu":
        return Engine("torch", reason=f"the model is on {model.encoder.device.type}")
    from scalearn_core.onnx_graph.graph import record

    try:
        return engine_of(record(model), model.encoder, model.fast_mode, speed)
    except Exception as error:  # whatever a foreign runtime raises: PyTorch is there
        return Engine("torch", reason=f"the graph could not be made ({_first_line(error)})")


def engine_of(
    graph: onnx.ModelProto,
    encoder: Reader,
    measured: Mapping[str, Any],
    speed: str,
    weights: Mapping[str, np.ndarray] = NO_WEIGHTS,
) -> Engine:
    """The engine for a graph: "int8", or "fp32" with the reason. Needs no torch; raises what ONNX Runtime raises.

    Args:
        measured: what `measure_fast_mode` found.
        weights: those that the graph names without holding them (`stored.py`).
    """
    if "ranges" not in measured:
        reason = "8-bit products were not measured for this model"
    elif speed == "auto" and measured.get("within_limit") is not True:
        reason = f"8-bit products were not shown to lose at most {LIMIT} macro-F1 on its test documents"
    elif not exact_integer_products():
        reason = "the 8-bit products of this processor are not exact"
    else:
        try:
            products = quantise(graph, read_ranges(measured["ranges"]), weights)
            kept = {tensor.name for tensor in products.graph.initializer}
            others = {name: numbers for name, numbers in weights.items() if name in kept}
            return Engine("int8", Session(products, encoder, weights=others))
        except Exception as error:  # likewise: fp32 is there
            reason = f"the 8-bit graph could not be made ({_first_line(error)})"
    return Engine("fp32", Session(graph, encoder, weights=weights), reason)


def measure_fast_mode(
    model: ScaLearnModel,
    calibration: Tokens,
    tokens: Tokens,
    targets: np.ndarray,
    *,
    exact: np.ndarray | None = None,
) -> dict[str, Any]:
    """What 8-bit products cost and bring for a trained model on the CPU; kept as `model.fast_mode`.

    The graph itself is kept as well, to be saved with the model.

    Args:
        calibration: training documents, on which the ranges of the activations are measured.
        tokens, targets: documents the model has not been trained on, and their classes.
        exact: what the model says of them in PyTorch, where somebody asked it before.

    Returns:
        `ranges`, `documents`, `agreement` (share of equal labels), `macro_f1_exact`, `macro_f1_fast`,
        `largest_difference` of a probability, `limit`, `within_limit`, `speedup` over the folded model in
        PyTorch; only `reason` where there is nothing to measure or the measuring failed.
    """
    from scalearn_core.onnx_graph.graph import keep_graph, record

    if model.encoder.device.type != "cpu":
        keep_graph(model)
        return {"reason": f"the model is on {model.encoder.device.type}"}
    if not len(tokens) or not len(calibration):
        return {"reason": "no documents to measure on"}
    try:
        graph = record(model)
        keep_graph(model, graph)
        ranges = _ranges(graph, model, calibration)
        session = Session(quantise(graph, ranges), model.encoder)
        exact = model.predict_proba_of(tokens) if exact is None else exact
        fast = session.predict_proba(tokens)
        decided = [model.decide(values) for values in (exact, fast)]
    except Exception as error:  # a model without fast mode is still a model
        return {"reason": _first_line(error)}
    some = tokens.take(range(min(len(tokens), TIMED_DOCUMENTS)))
    seconds = [_seconds(lambda: model.predict_proba_of(some)), _seconds(lambda: session.predict_proba(some))]
    before, after = (score("macro_f1", targets, classes) for classes in decided)
    return {
        "ranges": {name: list(limits) for name, limits in ranges.items()},
        "documents": len(tokens),
        "agreement": float(same(*decided).mean()),
        "macro_f1_exact": before,
        "macro_f1_fast": after,
        "largest_difference": float(np.abs(exact - fast).max()),
        "limit": LIMIT,
        "within_limit": before - after <= LIMIT and len(tokens) >= ENOUGH,
        "speedup": round(seconds[0] / seconds[1], 2),
    }


def _ranges(graph: Any, model: ScaLearnModel, calibration: Tokens) -> Ranges:
    measuring, names = with_ranges(graph)
    session = Session(measuring, model.encoder)
    tokens = calibration.take(range(min(len(calibration), CALIBRATION_DOCUMENTS)))
    # One document at a time: padding is not part of any.
    return widest((session.outputs(tokens, [row])[1:] for row in range(len(tokens))), names)


def read_ranges(ranges: Any) -> Ranges:
    """Ranges from a file; raises ValueError where they are none."""
    checked = {
        str(name): Range(float(low), float(high), [int(channel) for channel in apart])
        for name, (low, high, apart) in dict(ranges).items()
    }
    if not all(np.isfinite([low, high]).all() and low <= 0 <= high for low, high, _ in checked.values()):
        raise ValueError("its ranges are not numbers around zero")
    return checked


def _seconds(work: Any) -> float:
    """Of one pass; both engines are warm."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
