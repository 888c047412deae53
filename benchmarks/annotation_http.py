"""The annotation app as thirty browsers meet it: how long a page waits, with and without the learner.

Called by `python benchmarks/annotation.py --http 30`. A real `textmine annotate` runs in a process of its own
on a project of short synthetic answers; each annotator is a thread that signs in by link, asks for the next
units and sends decisions, once without a pause and once with the pauses of somebody who reads. Browsers and
server share the machine's cores, so a server by itself is somewhat faster.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from textmine.annotations import Settings, Task
from textmine.annotations.project import create_project
from textmine.codebook import Codebook
from textmine.corpus import Corpus

#: A code and the words that carry it; synthetic answers are made of these and of words that carry none.
WORDS = {
    "money": "cost budget funding price saved",
    "time": "hours late schedule minutes waiting",
    "people": "staff colleagues friends team helper",
    "place": "building room hall site playground",
    "travel": "bus minibus distance driving journey",
}
PLAIN = "we the and our with had was there more some this very often just about school year then again"
_MAIN = "from textmine.cli import main; main()"


class Browser:
    """One annotator's page: signs in by the token and notes how long each answer took."""

    def __init__(self, port: int, token: str) -> None:
        self.line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.headers = {"Content-Type": "application/json", "X-CSRF-Token": ""}
        self.took: dict[str, list[float]] = {"next": [], "event": []}
        self._send("POST", "/api/enter", {"token": token})
        self.open_page()

    def open_page(self) -> None:
        """Load the reading page, with the seal that requests from it carry."""
        page = self._send("GET", "/read").decode("utf-8")
        self.headers["X-CSRF-Token"] = page.split('name="csrf" content="')[1].split('"')[0]

    def ask(self, name: str, given: dict[str, Any]) -> dict[str, Any]:
        """What the server says; a refusal ends the benchmark."""
        start = time.perf_counter()
        body = self._send("POST", f"/api/{name}", given)
        self.took.setdefault(name, []).append(time.perf_counter() - start)
        told: dict[str, Any] = json.loads(body)
        return told

    def _exchange(self, how: str, path: str, body: str | None) -> tuple[http.client.HTTPResponse, bytes]:
        self.line.request(how, path, body, self.headers)
        answer = self.line.getresponse()
        return answer, answer.read()

    def _send(self, how: str, path: str, given: dict[str, Any] | None = None) -> bytes:
        body = None if given is None else json.dumps(given)
        try:
            answer, said = self._exchange(how, path, body)
        except (ConnectionError, http.client.HTTPException):  # closed while the reader paused
            self.line.close()
            answer, said = self._exchange(how, path, body)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        cookie = answer.getheader("Set-Cookie")
        if cookie:
            self.headers["Cookie"] = cookie.split(";")[0]
        return said


def measure_http(people: int, decisions: int, *, learn: bool, pause: float) -> dict[str, object]:
    """Decisions by so many browsers at once: milliseconds until one is confirmed, and until the next text."""
    each = max(decisions // people, 1)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "study")
        tokens = make_study(root, people, each)
        with serving(root, learn=learn) as (port, _):
            browsers = {name: Browser(port, token) for name, token in tokens.items()}
            try:
                sent, seconds = _send_all(browsers, each, pause)
            finally:
                for browser in browsers.values():
                    browser.line.close()
        rounds = count_rounds(root)
        lost, doubled = check_stored(root, sent)
    row: dict[str, object] = {
        "learner": f"{rounds} round(s)" if learn else "off",
        "what": f"{len(sent)} decisions by {people} browsers",
        "pause_s": pause,
    }
    for name, kind in (("decision", "event"), ("next", "next")):
        took = 1000 * np.concatenate([np.array(browser.took[kind]) for browser in browsers.values()])
        row |= {f"{name}_median_ms": round(float(np.median(took)), 1)}
        row |= {f"{name}_p95_ms": round(float(np.percentile(took, 95)), 1)}
    return row | {"lost": lost, "doubled": doubled, "per_second": round(len(sent) / seconds)}


def make_study(root: Path, people: int, each: int) -> dict[str, str]:
    """A project of synthetic answers in which everybody has their own; gives the tokens."""
    chance = random.Random(0)
    texts = []
    for _ in range(people * each):
        codes = [code for code in WORDS if chance.random() < 0.25]
        words = [chance.choice(WORDS[code].split()) for code in codes] + chance.choices(PLAIN.split(), k=8)
        chance.shuffle(words)
        texts.append(" ".join(words))
    frame = pd.DataFrame({"doc_id": [f"u{n}" for n in range(len(texts))], "text": texts})
    book = Codebook.from_labels(list(WORDS))
    project = create_project(root, Corpus(frame), book, Settings(name="study", evidence="never"))
    names = [f"a{n}" for n in range(people)]
    with project.open_store() as store:
        tokens = {name: store.add_annotator(name) for name in names}
        store.assign(
            [Task(annotator=names[n % people], unit_id=unit) for n, unit in enumerate(project.units)]
        )
    return tokens


@contextmanager
def serving(root: Path, *, learn: bool) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """`textmine annotate` on a free port of this machine; gives the port and the process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-c", _MAIN, "annotate", str(root), "--no-browser", "--port", str(port)]
    process = subprocess.Popen(
        [*command, "--learn" if learn else "--no-learn"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    try:
        _wait_for(port, process)
        yield port, process
    finally:
        process.kill()  # nothing that was confirmed may be lost by that
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while True:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as line:
                line.request("GET", "/")
                line.getresponse().read()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("textmine annotate did not start") from None
            time.sleep(0.1)


def _send_all(browsers: dict[str, Browser], each: int, pause: float) -> tuple[list[str], float]:
    sent: list[str] = []
    wrong: list[BaseException] = []

    def work(name: str, browser: Browser) -> None:
        chance = random.Random(name)
        try:
            time.sleep(chance.random() * pause)
            for number in range(each):
                (unit,) = browser.ask("next", {"limit": 1})["units"]
                time.sleep(pause * (0.5 + chance.random()))
                codes = [
                    code for code, words in WORDS.items() if set(words.split()) & set(unit["text"].split())
                ]
                event = {"id": f"{name}-{number}", "kind": "decision", "unit_id": unit["id"], "codes": codes}
                browser.ask("event", {**event, "reading": unit["reading"], "seconds": 5})
                sent.append(event["id"])
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=item) for item in browsers.items()]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]
    return sent, time.perf_counter() - start


def check_stored(root: Path, sent: list[str]) -> tuple[int, int]:
    """How many of the decisions that were confirmed are not stored, and how many are stored twice."""
    from textmine.annotations import Project

    with Project.load(root).open_store() as store:
        stored = [event.id for event in store.events(kinds=["decision"])]
    return len(set(sent) - set(stored)), len(stored) - len(set(stored))


def count_rounds(root: Path) -> int:
    """How often the learner has learned."""
    from textmine.annotating.rounds import read_curve
    from textmine.annotations import Project

    return len(read_curve(Project.load(root)))
