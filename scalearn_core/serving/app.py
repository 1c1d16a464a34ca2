"""The service: POST /classify, GET /model, /health, /metrics, /openapi.json.

Answers state the model and the version. No page of it loads anything from elsewhere, so there is no /docs.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Self

from fastapi import BackgroundTasks, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.security import APIKeyHeader
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints, model_validator
from starlette.exceptions import HTTPException

from scalearn_core.errors import ScaLearnError
from scalearn_core.prediction.predictor import Prediction
from scalearn_core.serving import keys
from scalearn_core.serving.batches import Batches, Busy
from scalearn_core.serving.live import Live, Served
from scalearn_core.serving.metrics import Metrics
from scalearn_core.watch import log

MOST_TEXTS, LONGEST_TEXT, LARGEST_BODY = 256, 200_000, 8 * 1024 * 1024
DROPPED_BODY = 8 * LARGEST_BODY
HEADER = "X-API-Key"
SECRET = APIKeyHeader(name=HEADER, auto_error=False)
logger = logging.getLogger(__name__)

Text = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT)]


class Asked(BaseModel):
    """What is to be classified."""

    model_config = ConfigDict(extra="forbid")
    text: Text | None = None
    """One text; or several:"""
    texts: Annotated[list[Text], Field(min_length=1, max_length=MOST_TEXTS)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.texts is None):
            raise ValueError("either text or texts was expected")
        if any(not text.strip() for text in self.all):
            raise ValueError("a text of more than spaces was expected")
        return self

    @property
    def all(self) -> list[str]:
        return [self.text] if self.text is not None else self.texts or []


class Answer(BaseModel):
    """Of one text, in the order of the request."""

    labels: list[str]
    confidence: FiniteFloat
    probabilities: dict[str, FiniteFloat]
    unlike: bool | None
    """Whether the text is unlike anything the model learned from; null where that cannot be told of it."""


class Answered(BaseModel):
    """All answers, by one version of one model."""

    model: str
    version: int | None
    model_id: str
    answers: list[Answer]


class ModelFacts(BaseModel):
    """What answers now."""

    model: str
    version: int | None
    model_id: str
    labels: list[str]
    multi_label: bool
    most_texts: int = MOST_TEXTS
    longest_text: int = LONGEST_TEXT


class Refused(Exception):
    """A request that is not answered."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        self.status, self.message, self.headers = status, message, headers


def service(live: Live, *, open_to_all: bool) -> FastAPI:
    """The application for a loaded model.

    Args:
        open_to_all: answer without a key as long as there is none; for this computer alone.
    """
    batches, metrics = Batches(live), Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        live.follow()
        yield
        live.close()
        await asyncio.to_thread(batches.close)

    app = FastAPI(title="ScaLearn Studio", version="1", docs_url=None, redoc_url=None, lifespan=lifespan)

    def may(secret: Annotated[str | None, Depends(SECRET)]) -> None:
        try:
            known = keys.load()
        except ScaLearnError as error:
            logger.error("%s", error)
            raise Refused(503, "The keys of this service cannot be read.") from error
        if open_to_all and not known.valid:
            return
        if secret is None or known.opens(secret) is None:
            raise Refused(401, f"A valid key is needed in the header {HEADER}.", **{"WWW-Authenticate": "APIKey"})

    @app.post("/classify", dependencies=[Depends(may)])
    async def classify(asked: Asked, later: BackgroundTasks) -> Answered:
        """Classify one or many texts."""
        try:
            served, found = await asyncio.wrap_future(batches.ask(asked.all))
        except Busy as error:
            raise Refused(
                503, "Too many texts are waiting. Try again in a second.", **{"Retry-After": "1"}
            ) from error
        metrics.answered(len(found))
        later.add_task(_keep, served, asked.all, found)
        return Answered(
            model=served.model,
            version=served.version,
            model_id=served.model_id,
            answers=[
                Answer(
                    labels=list(each.labels),
                    confidence=each.confidence,
                    probabilities=each.probabilities,
                    unlike=each.unlike,
                )
                for each in found
            ],
        )

    @app.get("/model", dependencies=[Depends(may)])
    async def model() -> ModelFacts:
        """Which model and version answers now."""
        served = live.served
        return ModelFacts(
            model=served.model,
            version=served.version,
            model_id=served.model_id,
            labels=list(served.predictor.labels),
            multi_label=served.predictor.model.multi_label,
        )

    @app.get("/health")
    async def health() -> dict[str, str]:
        """Whether it answers; needs no key, tells nothing of the model."""
        return {"status": "ok"}

    @app.get("/metrics", dependencies=[Depends(may)], response_class=PlainTextResponse)
    async def figures() -> str:
        """Counters for monitoring (Prometheus)."""
        served = live.served
        return metrics.text(model=served.model, version=served.version, waiting=batches.waiting, swaps=live.swaps)

    _limits(app, metrics)
    return app


def _limits(app: FastAPI, metrics: Metrics) -> None:
    """Bodies that are too large, errors as one sentence, and counters."""

    @app.middleware("http")
    async def counted(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        began = time.perf_counter()
        response = await _within_limit(request, answer)
        if request.url.path == "/classify":
            metrics.note(response.status_code, time.perf_counter() - began)
        return response

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> JSONResponse:
        return JSONResponse({"error": error.message}, error.status, headers=error.headers)

    @app.exception_handler(HTTPException)
    async def not_found(request: Request, error: HTTPException) -> JSONResponse:
        sentence = "The body should be JSON in UTF-8." if error.status_code == 400 else f"{error.detail}."
        return JSONResponse({"error": sentence}, error.status_code, headers=error.headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"error": _sentence(error)}, 422)


async def _within_limit(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    """Reads the body once and keeps no more than is allowed; a sender that is still sending would miss the answer,
    so somewhat more is read and dropped."""
    if request.method == "POST":
        size = request.headers.get("content-length", "0")
        if not size.isdecimal() or int(size) > DROPPED_BODY:
            return _too_large()
        body, read = bytearray(), 0
        async for part in request.stream():
            read += len(part)
            if read > DROPPED_BODY:
                return _too_large()
            if read <= LARGEST_BODY:
                body += part
        if read > LARGEST_BODY:
            return _too_large()
        request._body = bytes(body)
    return await answer(request)


def _too_large() -> JSONResponse:
    limit = LARGEST_BODY // 1024 // 1024
    return JSONResponse({"error": f"The request is larger than {limit} MB. Send fewer texts at a time."}, 413)


def _sentence(error: RequestValidationError) -> str:
    """What was expected, and where."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"] if part != "body")
    if first["type"] == "json_invalid":
        return 'The body should be JSON in UTF-8, such as {"texts": ["..."]}.'
    if first["type"] in ("model_attributes_type", "missing") and not place:
        return 'A JSON object was expected (Content-Type: application/json), such as {"texts": ["..."]}.'
    message = str(first["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"{place}: {message}." if place else f"{message[0].upper()}{message[1:]}."


def _keep(served: Served, texts: list[str], found: list[Prediction]) -> None:
    """Into the log of answers, where it is on; a full disk loses the log, no answers."""
    try:
        log.keep(served.model_id, texts, [each.labels for each in found], [each.confidence for each in found])
    except (OSError, ValueError):
        logger.exception("The answers could not be added to the log")
