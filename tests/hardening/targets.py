"""What the fuzzer calls: each takes bytes as a user's file and must end well or with a TextmineError."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mutations import Mutate, mutate_bytes, mutate_json, mutate_safetensors, mutate_xml, mutate_zip, unzip

#: A target is made once, in a folder of its own, and then called with each input.
Try = Callable[[bytes], None]


@dataclass(frozen=True)
class Target:
    """How to make what is tried, and how to change its inputs."""

    make: Callable[[Path], Try]
    mutate: Mutate = mutate_bytes


def read_as(suffix: str) -> Callable[[Path], Try]:
    """``textmine read`` of a file with this ending, written anew as jsonl."""

    def make(folder: Path) -> Try:
        from textmine.errors import InputError
        from textmine.jobs.read import ReadOptions, read_files
        from textmine.reading.files import read_file

        path, out = folder / f"input.{suffix}", folder / "out.jsonl"

        def attempt(data: bytes) -> None:
            path.write_bytes(data)
            try:
                report = read_files([path], out)
            except InputError as error:
                if "looks like free text" not in str(error):
                    raise
                last = read_file(path, survey=True).frame.columns[-1]
                report = read_files([path], out, options=ReadOptions(texts=(last,)))
            if len(report.frame) < 50:
                rows = [json.loads(line) for line in out.read_text(encoding="utf-8").split("\n") if line]
                assert len(rows) == len(report.frame), "rows were lost in writing"

        return attempt

    return make


def import_as(suffix: str) -> Callable[[Path], Try]:
    """``textmine import`` of a project or codebook of another program."""

    def make(folder: Path) -> Try:
        from textmine.jobs.import_refi import import_file

        path = folder / f"input.{suffix}"

        def attempt(data: bytes) -> None:
            path.write_bytes(data)
            report = import_file(path, folder / "out")
            assert report.counts["codes"] >= 0
            assert {p.name for p in folder.iterdir()} <= {path.name, "out"}, "a file outside of the folder"

        return attempt

    return make


def read_codebook(folder: Path) -> Try:
    """A codebook loaded, checked, shown, and the same after it was written."""
    from textmine.codebook import Codebook
    from textmine.errors import CodebookError

    path = folder / "input.yaml"

    def attempt(data: bytes) -> None:
        path.write_bytes(data)
        loose = Codebook.load(path, strict=False)
        loose.check(), loose.notes(), loose._repr_html_(), loose.sha256
        try:
            codebook = Codebook.load(path)
        except CodebookError:
            return
        again = Codebook.loads(codebook.dumps())
        assert again == codebook and again.sha256 == codebook.sha256, "not the same after it was written"

    return attempt


def read_rules(folder: Path) -> Try:
    """Rules loaded and laid over a few texts."""
    from textmine.coding.rules import RuleCoder

    path = folder / "input.yaml"
    corpus = make_corpus(["We train together and save money", "a " * 200, "shared joint day course"])

    def attempt(data: bytes) -> None:
        path.write_bytes(data)
        RuleCoder.from_file(path).code(corpus)

    return attempt


def read_labels(folder: Path) -> Try:
    """Labels, wide or long."""
    from textmine.reading import read_labels as read

    path = folder / "input.csv"

    def attempt(data: bytes) -> None:
        path.write_bytes(data)
        frame = read([path], id="id").frame
        assert set(frame.stack().dropna().unique()) <= {0.0, 1.0}

    return attempt


def load_model(folder: Path) -> Try:
    """A model folder whose hashes fit what was made of its files: loaded, and used where it loads."""
    from textmine.coding.artefact import load_coder

    model = folder / "model"
    corpus = make_corpus(["We share training", "It saves money", ""])

    def attempt(data: bytes) -> None:
        shutil.rmtree(model, ignore_errors=True)
        model.mkdir()
        for name, body in seal(unzip(data)):
            if "/" not in name and name not in ("", ".", ".."):
                (model / name[:100]).write_bytes(body)
        load_coder(model).code(corpus)

    return attempt


def seal(parts: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """The parts of a model whose config.json names each by its true hash: only what they say is tried."""
    held = dict(parts)
    try:
        config = json.loads(held["config.json"])
        config["files"] = {
            name: hashlib.sha256(held[name]).hexdigest() if name in held else said
            for name, said in config["files"].items()
        }
        held["config.json"] = json.dumps(config).encode()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        pass
    return list(held.items())


def mutate_model(data: bytes, rng: random.Random) -> bytes:
    """One file of a model changed by what it is."""

    def change(body: bytes, rng: random.Random) -> bytes:
        how = mutate_json if body[:1] == b"{" else mutate_safetensors if body[8:9] == b"{" else mutate_bytes
        return how(body, rng)

    return mutate_zip(data, rng, change)


def ask_app(folder: Path) -> Try:
    """Requests of a person who is signed in, to every path of the app."""
    import pandas as pd
    from starlette.testclient import TestClient

    from textmine.annotating.access import Limiter
    from textmine.annotating.app import create_app
    from textmine.annotations import Settings, Task
    from textmine.annotations.project import create_project
    from textmine.codebook import Codebook
    from textmine.corpus import Corpus

    texts = [f"We train together, it saves money {n}" for n in range(8)]
    table = {"doc_id": [f"u{n:02d}" for n in range(8)], "text": texts, "region": ["north", "south"] * 4}
    book = "version: 1.0.0\ncodes: [{id: training, definition: a}, {id: money, definition: b}]"
    settings = Settings.model_validate({"name": "study", "evidence": "never"})
    project = create_project(folder / "study", Corpus(pd.DataFrame(table)), Codebook.loads(book), settings)
    store = project.open_store()
    people, failed = [], list[Exception]()
    app = create_app(project, store)
    inner = app.app

    async def noting(*passed: Any) -> None:
        try:
            await inner(*passed)
        except Exception as error:
            failed.append(error)
            raise

    app.app = noting
    for name, role in (("ann", "annotator"), ("olu", "owner")):
        client = TestClient(app, base_url="http://127.0.0.1:8765")
        assert client.post("/api/enter", json={"token": store.add_annotator(name, role)}).status_code == 200
        csrf = client.get("/read").text.split('name="csrf" content="')[1].split('"')[0]
        people.append((client, {"X-CSRF-Token": csrf, "Content-Type": "application/json"}))
    store.assign([Task(annotator="ann", unit_id=unit) for unit in project.units])
    Limiter.allows = lambda self, key, cost=1.0: True  # type: ignore[method-assign]  # no 429 in the way

    def attempt(data: bytes) -> None:
        name, body = split_request(data)
        client, headers = people[len(body) % 2]
        if name in ("enter", "leave"):  # neither may change who is signed in
            client, headers = TestClient(app, base_url="http://127.0.0.1:8765"), headers
        if not name.isalpha() or not name.isascii():
            name = "event"
        failed.clear()
        answer = client.post(f"/api/{name}", content=body, headers=headers)
        for error in failed:  # told in one line to the page; here its place is wanted
            raise error
        assert answer.status_code < 500, f"status {answer.status_code}"
        answer.json()

    return attempt


def make_corpus(texts: list[str]) -> Any:
    """Texts numbered from 1."""
    import pandas as pd

    from textmine.corpus import Corpus

    return Corpus(pd.DataFrame({"doc_id": [str(n) for n in range(1, len(texts) + 1)], "text": texts}))


def split_request(data: bytes) -> tuple[str, bytes]:
    """The path and the body that an input stands for."""
    try:
        given: Any = json.loads(data)
        return str(given["at"]), json.dumps(given["body"]).encode()
    except (ValueError, LookupError, TypeError, RecursionError):
        return "event", data


TARGETS: dict[str, Target] = {
    **{
        kind: Target(read_as(kind))
        for kind in ("csv", "jsonl", "parquet", "sav", "vtt", "srt", "txt", "md", "pdf")
    },
    **{kind: Target(read_as(kind), mutate_zip) for kind in ("xlsx", "ods", "docx", "odt")},
    "qdpx": Target(import_as("qdpx"), mutate_zip),
    "qdc": Target(import_as("qdc"), mutate_xml),
    "codebook": Target(read_codebook),
    "rules": Target(read_rules),
    "labels": Target(read_labels),
    "model": Target(load_model, mutate_model),
    "web": Target(ask_app, mutate_json),
}
