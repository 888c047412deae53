"""What every request passes: the host's name, the body's size, and the headers that shut the page off."""

from __future__ import annotations

import ipaddress
import json
import logging
from collections.abc import Collection
from typing import Any

log = logging.getLogger(__name__)

#: The most that a request may send. A decision with many quotes is a few kilobytes.
LARGEST_BODY = 256 * 1024

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow",
}

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def is_own_host(given: str, names: Collection[str], *, open_to_others: bool) -> bool:
    """Whether a Host header names this server, so that no foreign name can be bent to point at it.

    On loopback only loopback's names count. Open to others, any numeric address counts too, since a name
    bent by DNS rebinding is never numeric; other names only if they are among ``names``.

    >>> is_own_host("127.0.0.1:8765", [], open_to_others=False)
    True
    >>> is_own_host("evil.example:8765", [], open_to_others=True)
    False
    """
    host = split_host(given)
    if host in _LOOPBACK or host in {name.lower() for name in names}:
        return True
    return open_to_others and _is_numeric(host)


def split_host(given: str) -> str:
    """The name or address of a Host header, without its port and brackets.

    >>> split_host("[::1]:80"), split_host("Localhost:80")
    ('::1', 'localhost')
    """
    host = given.strip().lower()
    if host.startswith("["):
        return host[1:].split("]")[0]
    return host.rsplit(":", 1)[0] if host.count(":") == 1 else host


def is_same_origin(origin: str, host: str) -> bool:
    """Whether an Origin header is that of a page of this server.

    >>> is_same_origin("http://localhost:80", "localhost:80"), is_same_origin("null", "localhost:80")
    (True, False)
    """
    scheme, _, place = origin.partition("://")
    return scheme in ("http", "https") and place.lower() == host.strip().lower()


class Guard:
    """An ASGI wrapper: foreign hosts and large bodies are refused, headers set, errors told without words."""

    def __init__(self, app: Any, *, names: Collection[str] = (), open_to_others: bool = False) -> None:
        self.app, self.names, self.open_to_others = app, tuple(names), open_to_others

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Pass on a request that may pass."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = self._refuse(scope)
        if refusal is not None:
            await _answer(send, *refusal)
            return
        started = False

        async def sending(message: Any) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message = {**message, "headers": _set_headers(message["headers"])}
            await send(message)

        try:
            body = await _read_body(receive)
            if body is None:
                await _answer(send, 413, f"More than {LARGEST_BODY // 1024} KiB at once. Send less.")
                return
            await self.app(scope, _give(body, receive), sending)
        except Exception as error:  # its message may hold a respondent's words: only its kind is told
            log.error("%s in the annotation app", type(error).__name__)
            if not started:
                await _answer(send, 500, "Something went wrong on the server; nothing was changed.")

    def _refuse(self, scope: Any) -> tuple[int, str] | None:
        given = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(given) != 1 or not is_own_host(given[0], self.names, open_to_others=self.open_to_others):
            return 421, "This address does not belong to the annotation app."
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return 405, "Only GET and POST are answered."
        lengths = [value for name, value in scope["headers"] if name == b"content-length"]
        if lengths and not (lengths[0].isdigit() and int(lengths[0]) <= LARGEST_BODY):
            return 413, f"More than {LARGEST_BODY // 1024} KiB at once. Send less."
        return None


async def _read_body(receive: Any) -> bytes | None:
    """The whole body; None where it is larger than allowed, whatever its header said."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return body
        body += bytes(message.get("body", b""))
        if len(body) > LARGEST_BODY:
            return None
        if not message.get("more_body"):
            return body


def _give(body: bytes, receive: Any) -> Any:
    """What receives the body that was read, then whatever comes after it."""
    given = False

    async def receiving() -> Any:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving


def _set_headers(headers: Any) -> list[tuple[bytes, bytes]]:
    kept = [(bytes(name), bytes(value)) for name, value in headers]
    held = {name.lower() for name, _ in kept}
    fresh = {"Cache-Control": "no-store", **HEADERS}
    return kept + [
        (name.encode("ascii"), value.encode("ascii"))
        for name, value in fresh.items()
        if name.lower().encode("ascii") not in held
    ]


async def _answer(send: Any, status: int, message: str) -> None:
    body = json.dumps({"error": message}).encode("ascii")
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode("ascii"))]
    await send({"type": "http.response.start", "status": status, "headers": _set_headers(headers)})
    await send({"type": "http.response.body", "body": body})


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
