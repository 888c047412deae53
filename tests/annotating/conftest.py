"""A small project to annotate, whose texts hold what breaks offsets, and the app around it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pytest
from starlette.testclient import TestClient

from textmine.annotating.access import name_cookie
from textmine.annotating.app import create_app
from textmine.annotating.serving import Address, bind
from textmine.annotations import AnnotationStore, Project, Settings, Task
from textmine.annotations.project import create_project
from textmine.codebook import Codebook
from textmine.corpus import Corpus

#: An emoji of one code point and two UTF-16 units, one of several joined, an accent on its own, a script.
TRICKY = "😀 Sharing the nai\u0308ve cafe\u0301 costs 👩‍🏫 saved money, <script>alert(1)</script> & more"
CODEBOOK = """\
id: synthetic
version: 1.0.0
rule: Code what is said.
codes:
  - {id: training, name: Training, definition: Skill is shared., include: [courses], exclude: [money]}
  - {id: money, name: Money, definition: Money is saved or pooled., examples: [We saved on buying.]}
  - {id: time, name: Time, definition: Time is lost or won., attributes: {stance: false}}
"""


@dataclass
class Person:
    """Somebody at a browser: a client that is signed in, and sends what a page would send."""

    name: str
    token: str
    client: TestClient
    csrf: str = ""

    def ask(self, name: str, /, headers: dict[str, str] | None = None, **body: Any) -> Any:
        return self.client.post(
            f"/api/{name}", json=body, headers={"X-CSRF-Token": self.csrf, **(headers or {})}
        )

    def told(self, name: str, /, **body: Any) -> Any:
        answer = self.ask(name, **body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def decide(self, unit: dict[str, Any], codes: list[str], **more: Any) -> Any:
        event = {"id": more.pop("id", f"{self.name}-{unit['id']}-{len(codes)}"), "kind": "decision"}
        event |= {"unit_id": unit["id"], "reading": unit.get("reading", ""), "codes": codes}
        return self.ask("event", **event, **more)


@dataclass
class Work:
    """A project with its store and its app."""

    project: Project
    store: AnnotationStore
    tokens: dict[str, str]
    app: Any

    def client(self) -> TestClient:
        return TestClient(self.app, base_url="http://127.0.0.1:8765", raise_server_exceptions=False)

    def enter(self, name: str) -> Person:
        client = self.client()
        answer = client.post("/api/enter", json={"token": self.tokens[name]})
        assert answer.status_code == 200
        page = client.get("/read").text
        csrf = page.split('name="csrf" content="')[1].split('"')[0]
        return Person(name, self.tokens[name], client, csrf)


def make_corpus(count: int = 12) -> Corpus:
    """Numbered answers to two questions; the first is the tricky one."""
    said = ["We train together", "It saves money", "It takes time", "Nothing much"]
    texts = [TRICKY] + [f"{said[n % 4]}, answer {n}" for n in range(1, count)]
    table = {"doc_id": [f"u{n:02d}" for n in range(count)], "text": texts}
    table["question"] = [f"Question {n % 2}?" for n in range(count)]
    table["region"] = ["north" if n % 2 else "south" for n in range(count)]
    return Corpus(pd.DataFrame(table))


@pytest.fixture
def corpus() -> Corpus:
    return make_corpus()


@pytest.fixture
def talk() -> Corpus:
    """A conversation of six turns, every second an interviewer's."""
    rows = [
        {
            "doc_id": f"t1:{n}",
            "text": f"Turn {n} says something",
            "speaker": "INT" if n % 2 else "R",
            "role": "interviewer" if n % 2 else "participant",
            "turn": str(n),
            "time": "",
        }
        for n in range(1, 7)
    ]
    return Corpus(pd.DataFrame(rows))


@pytest.fixture
def make_work(tmp_path: Path) -> Iterator[Callable[..., Work]]:
    """Makes a project in which ann and ben read all, ada settles and olu owns."""
    stores: list[AnnotationStore] = []

    def make(corpus: Corpus | None = None, *, tasks: bool = True, **settings: Any) -> Work:
        given = {"name": "study", "evidence": "never", **settings}
        corpus = make_corpus() if corpus is None else corpus
        made = Settings.model_validate(given)
        project = create_project(tmp_path / "study", corpus, Codebook.loads(CODEBOOK), made)
        store = project.open_store()
        stores.append(store)
        people = {"ann": "annotator", "ben": "annotator", "ada": "adjudicator", "olu": "owner"}
        tokens = {name: store.add_annotator(name, role) for name, role in people.items()}
        if tasks:
            plan = [Task(annotator=name, unit_id=unit) for name in ("ann", "ben") for unit in project.units]
            store.assign(plan)
        return Work(project, store, tokens, create_app(project, store))

    yield make
    for store in stores:
        store.close()


@pytest.fixture
def work(make_work: Callable[..., Work]) -> Work:
    return make_work()


@pytest.fixture
def cookie(work: Work) -> str:
    return name_cookie(work.project.name)


# --- a real browser -----------------------------------------------------------------------------------------


@pytest.fixture
def serve() -> Iterator[Callable[[Work], Address]]:
    """Serves a project's app on a free port of this machine."""
    import uvicorn

    ends: list[Callable[[], None]] = []

    def start(work: Work) -> Address:
        listening, address = bind(Address("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(work.app, log_level="error", access_log=False, ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)

        def end() -> None:
            server.should_exit = True
            thread.join(10)
            listening.close()

        ends.append(end)
        return address

    yield start
    for end in ends:
        end()


@pytest.fixture
def open_page(chromium: Any) -> Iterator[Callable[..., Any]]:
    """Opens a link in a browser profile of its own and waits until the page can be used."""
    contexts: list[Any] = []

    def open_link(
        link: str, path: str = "/read", *, width: int = 1280, scheme: Literal["light", "dark"] = "light"
    ) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.troubles = []
        page.on("pageerror", lambda error: page.troubles.append(str(error)))
        page.on("dialog", lambda dialog: (page.troubles.append("dialog"), dialog.dismiss()))
        page.goto(link)
        page.wait_for_url(lambda url: url.endswith(("/read", "/memos")))
        if path != "/read":
            page.goto(link.split("/#")[0] + path)
        page.wait_for_selector("#main[data-ready]")
        return page

    yield open_link
    for context in contexts:
        context.close()
