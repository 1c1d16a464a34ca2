"""The headers of the server: on every answer, and nowhere else."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from starlette.types import Message, Receive, Scope, Send

from scalearn_ui.headers import HEADERS, SafeHeaders


def answered(kind: str) -> list[Message]:
    """What a server sends that answers with one header of its own, which would allow framing."""
    sent: list[Message] = []

    async def server(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": f"{kind}.start", "headers": [(b"x-frame-options", b"ALLOWALL")]})
        await send({"type": f"{kind}.body", "body": b"x"})

    async def keep(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    async def ask() -> None:
        await SafeHeaders(server)({"type": kind.partition(".")[0]}, receive, keep)

    with ThreadPoolExecutor(1) as pool:  # this thread may have a loop already, a browser's
        pool.submit(asyncio.run, ask()).result()
    return sent


def test_every_answer_forbids_foreign_frames() -> None:
    start, body = answered("http.response")
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    assert headers == {name.lower(): value for name, value in HEADERS.items()}
    assert body["body"] == b"x"


def test_what_is_no_page_stays_as_it_is() -> None:
    start, _ = answered("websocket.http.response")
    assert start["headers"] == [(b"x-frame-options", b"ALLOWALL")]
