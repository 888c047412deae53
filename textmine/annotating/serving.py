"""Serving the app: who gets which link, on which address, and a server that logs no words."""

from __future__ import annotations

import ipaddress
import logging
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from textmine.annotations.people import PEOPLE_ROLES
from textmine.errors import InputError

if TYPE_CHECKING:
    from textmine.annotations import AnnotationStore

_NEEDED = ("starlette", "uvicorn", "jinja2")


@dataclass(frozen=True)
class Address:
    """Where the app is served."""

    host: str
    port: int
    secure: bool = False

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it.

        >>> Address("127.0.0.1", 80).is_loopback, Address("0.0.0.0", 80).is_loopback
        (True, False)
        """
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def url(self) -> str:
        """How a browser finds it."""
        host = self.host
        if host in ("0.0.0.0", "::"):
            host = find_own_address()
        shown = f"[{host}]" if ":" in host else host
        return f"http{'s' if self.secure else ''}://{shown}:{self.port}"

    def link(self, token: str) -> str:
        """The link that lets its holder in. The token stands behind #, which no browser sends or refers.

        >>> Address("127.0.0.1", 8765).link("t0k")
        'http://127.0.0.1:8765/#t0k'
        """
        return f"{self.url}/#{quote(token, safe='-_')}"


def check_packages() -> None:
    """Raise ``InputError`` where a package that the app needs is missing."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise InputError(
            f"The annotation app needs {', '.join(missing)}. Install with: pip install 'textmine[annotate]'"
        )


def give_links(
    store: AnnotationStore, address: Address, *, annotator: str | None = None, renew: Sequence[str] = ()
) -> dict[str, str]:
    """The links that are new, by name; those who hold one keep it, since only hashes of tokens are stored.

    With ``annotator`` that person gets a fresh link, and where nobody is registered becomes the owner.
    On loopback a project with one person gives that person a fresh link. ``renew`` names people whose old
    links end. Raises ``InputError`` for names that are not there.
    """
    people = {person.name: person for person in store.annotators() if person.active}
    if not people:
        name = annotator or "owner"
        return {name: address.link(store.add_annotator(name, PEOPLE_ROLES[-1]))}
    wanted = list(dict.fromkeys([*renew, *([annotator] if annotator else [])]))
    strangers = [name for name in wanted if name not in people]
    if strangers:
        raise InputError(f"No annotator {strangers[0]!r}. There are: {', '.join(people)}.")
    if not wanted and len(people) == 1 and address.is_loopback:
        wanted = list(people)
    return {name: address.link(store.new_token(name)) for name in wanted}


def bind(address: Address) -> tuple[socket.socket, Address]:
    """A listening socket, and the address with the port that it got (port 0 takes a free one).

    Raises ``InputError`` where the port is taken or the host is none of this machine.
    """
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        if hasattr(socket, "SO_REUSEADDR") and not hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((address.host, address.port))
        listening.listen(128)  # a browser that is opened before the server runs waits instead of failing
    except OSError as error:
        listening.close()
        why = error.strerror or type(error).__name__
        raise InputError(
            f"Cannot serve on {address.host}, port {address.port} ({why}). Give another --port."
        ) from None
    return listening, Address(address.host, listening.getsockname()[1], address.secure)


def serve(
    app: Callable[..., object],
    listening: socket.socket,
    *,
    certificate: Path | None = None,
    key: Path | None = None,
) -> None:
    """Serve until interrupted. No request is logged: neither addresses nor words."""
    import uvicorn

    logging.getLogger("uvicorn.error").addFilter(_drop_words)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=5,
        limit_concurrency=500,
        h11_max_incomplete_event_size=64 * 1024,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])


def find_own_address() -> str:
    """An address of this machine that others can reach, else loopback's; nothing is sent anywhere."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))  # kept for examples; connecting a datagram socket sends nothing
            return str(asking.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def _drop_words(record: logging.LogRecord) -> bool:
    """Let a log line through without its traceback, whose last line might hold words."""
    record.exc_info, record.exc_text = None, None
    return True
