"""The annotation app under load: fifty browsers for ten minutes, what they wait, what is lost, what it holds.

Called by `python benchmarks/annotation.py --http 50 --seconds 600`. Each browser reads, decides and goes on,
with the learner at work beside them. Every fiftieth decision is sent twice, as a browser does that missed the
answer, and every twentieth page is loaded anew. The server is killed at the end, so that only what it had
confirmed on the disk counts as stored. Memory is the median of the server, and the most that its learner's
processes held.
"""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
from annotation_http import WORDS, Browser, check_stored, count_rounds, make_study, serving

#: Seconds between two looks at the memory.
LOOK = 2.0


@dataclass
class Load:
    """What the browsers and the watcher saw; every time is in seconds since the start."""

    sent: list[str] = field(default_factory=list)  # ids of decisions that were confirmed
    waits: dict[str, list[tuple[float, float]]] = field(default_factory=dict)  # by kind: when, how long
    errors: list[tuple[float, str]] = field(default_factory=list)  # when, and the kind of the error
    memory: list[tuple[float, float, float]] = field(default_factory=list)  # when, megabytes: server, learner
    held: threading.Lock = field(default_factory=threading.Lock)
    start: float = field(default_factory=time.perf_counter)

    def clock(self) -> float:
        """Seconds since the start."""
        return time.perf_counter() - self.start


def measure_load(people: int, seconds: float, *, pause: float, parts: int = 5) -> list[dict[str, object]]:
    """A row for each part of the time, and one for the whole of it."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "study")
        tokens = make_study(root, people, each=int(seconds / max(pause, 0.05) * 1.3) + 20)
        with serving(root, learn=True) as (port, process):
            browsers = {name: Browser(port, token) for name, token in tokens.items()}
            load = Load()
            with _watching(psutil.Process(process.pid), load):
                _work(browsers, load, seconds, pause)
            for browser in browsers.values():
                browser.line.close()
        lost, doubled = check_stored(root, load.sent)
        rounds = count_rounds(root)
    edges = np.linspace(0, seconds, parts + 1)
    rows = [_row(load, low, high) for low, high in zip(edges, [*edges[1:-1], np.inf], strict=False)]
    stored: dict[str, object] = {"lost": lost, "doubled": doubled, "rounds": rounds}
    return [*rows, _row(load, 0, np.inf, what="all") | stored]


def _row(load: Load, low: float, high: float, what: str = "") -> dict[str, object]:
    row: dict[str, object] = {"minutes": what or f"from {low / 60:g}"}
    for kind, name in (("event", "decision"), ("next", "next")):
        took = 1000 * np.array([wait for at, wait in load.waits.get(kind, ()) if low <= at < high])
        row[f"{name}s" if kind == "event" else "nexts"] = len(took)
        row[f"{name}_p95_ms"] = round(float(np.percentile(took, 95)), 1) if len(took) else np.nan
    seen = [(server, learner) for at, server, learner in load.memory if low <= at < high]
    return row | {
        "errors": sum(low <= at < high for at, _ in load.errors),
        "server_mb": round(float(np.median([server for server, _ in seen]))) if seen else np.nan,
        "learner_mb": round(max(learner for _, learner in seen)) if seen else np.nan,
    }


def _work(browsers: Mapping[str, Browser], load: Load, seconds: float, pause: float) -> None:
    threads = [
        threading.Thread(target=_read, args=(*item, load, seconds, pause)) for item in browsers.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _read(name: str, browser: Browser, load: Load, seconds: float, pause: float) -> None:
    chance = random.Random(name)
    time.sleep(chance.random() * pause)
    number = 0
    while load.clock() < seconds:
        number += 1
        try:
            _read_one(name, number, browser, load, pause * (0.5 + chance.random()))
        except Exception as error:  # told by its kind; the browser goes on, as a person would
            with load.held:
                load.errors.append((load.clock(), type(error).__name__))
            time.sleep(pause)


def _read_one(name: str, number: int, browser: Browser, load: Load, reading: float) -> None:
    given = _timed(browser, "next", {"limit": 1}, load)
    (unit,) = given["units"]
    time.sleep(reading)
    said = set(unit["text"].split())
    event = {
        "id": f"{name}-{number}",
        "kind": "decision",
        "unit_id": unit["id"],
        "codes": [code for code, words in WORDS.items() if set(words.split()) & said],
        "reading": unit["reading"],
        "seconds": reading,
    }
    for _ in range(2 if number % 50 == 0 else 1):
        _timed(browser, "event", event, load)
    with load.held:
        load.sent.append(event["id"])
    if number % 20 == 0:
        browser.open_page()


def _timed(browser: Browser, kind: str, asked: dict[str, object], load: Load) -> dict[str, object]:
    start = load.clock()
    told = browser.ask(kind, asked)
    with load.held:
        load.waits.setdefault(kind, []).append((start, load.clock() - start))
    return told


@contextmanager
def _watching(process: psutil.Process, load: Load) -> Iterator[None]:
    """Notes the memory of a process and its children until the block ends."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(LOOK):
            server = process.memory_info().rss
            learner = 0
            for one in process.children(recursive=True):
                try:
                    learner += one.memory_info().rss
                except psutil.Error:  # it has just ended
                    continue
            load.memory.append((load.clock(), server / 2**20, learner / 2**20))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
