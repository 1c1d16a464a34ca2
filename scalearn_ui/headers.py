"""Headers of every answer of the studio's server: no page of it is shown inside a foreign one."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": "frame-ancestors 'none'",
    "X-Frame-Options": "DENY",  # the same for browsers that do not know the policy
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # links hold ids of runs
}


class SafeHeaders:
    """Adds `HEADERS` to each answer of the server around which it is put."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the server does, with the headers; sockets have none."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)
