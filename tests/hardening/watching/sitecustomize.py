"""Put on the path of a watched run, so that each of its Pythons refuses and notes what reaches outward.

Notes are lines of JSON in the file that ``WATCH_LOG`` names: an address that was asked for (``net``), a
browser that was opened (``browser``), a temporary file when it goes or takes its name, with its mode
(``temp``).
"""

from __future__ import annotations

import json
import os
import stat
import sys
import tempfile
from pathlib import Path

_LOOPBACK = {"", "127.0.0.1", "::1", "localhost", "0.0.0.0", "::"}
_NAMES = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
_PEERS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_ENDS = {"os.chmod", "os.remove", "os.rename"}


def _watch(log: int) -> None:
    temporary = tempfile.gettempdir()  # before the hook, as it makes and removes a file itself

    def note(kind: str, what: object) -> None:
        os.write(log, (json.dumps([kind, what]) + "\n").encode())

    def hook(event: str, args: tuple[object, ...]) -> None:
        if event in _NAMES or event in _PEERS:
            where = args[0] if event in _NAMES else args[1]
            host = where[0] if isinstance(where, tuple) else where
            named = isinstance(where, tuple) or event in _NAMES
            if named and host is not None and str(host) not in _LOOPBACK:
                note("net", [event, str(host)])
                raise PermissionError(f"this run may not reach {host}")
        elif event == "webbrowser.open":
            note("browser", str(args[0]))
        elif event in _ENDS and isinstance(args[0], str | Path):
            path = Path(args[0])
            ours = path.name.startswith(".textmine-") or str(path).startswith(temporary)
            if ours and os.path.lexists(path):
                note("temp", [event, path.name, stat.S_IMODE(path.lstat().st_mode)])

    sys.addaudithook(hook)


if "WATCH_LOG" in os.environ:
    _watch(os.open(os.environ["WATCH_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600))
