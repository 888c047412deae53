"""Pictures of every page of the annotation app, for docs/annotating.md: `python benchmarks/screenshots.py`.

The texts are the fictional ones of corpora/school-collaboration. Needs Chromium and the dev packages.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from textmine.annotating.app import create_app
from textmine.annotating.rounds import learn_round
from textmine.annotating.serving import Address, bind
from textmine.annotations import AnnotationStore, Project, Settings, Task
from textmine.annotations.project import Assignment, create_project
from textmine.codebook import Codebook
from textmine.corpus import Corpus
from textmine.reading import read_corpus
from textmine.reading.transcripts import read_transcript

ROOT = Path(__file__).resolve().parents[1]
STUDY = ROOT / "corpora" / "school-collaboration"
ASKED = {
    "q_benefit": "What has working with other schools brought you?",
    "q_barrier": "What gets in the way?",
    "q_support": "What would help?",
}
READERS = ("coder_1", "coder_2")


def find_chromium() -> str | None:
    """Where Chromium is, or None."""
    return next((found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None)


@contextmanager
def serving(app: Any) -> Iterator[Address]:
    """The app served on a free port of this machine."""
    import uvicorn

    listening, address = bind(Address("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False, ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield address
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


def make_comments(folder: Path) -> tuple[Project, AnnotationStore, dict[str, str]]:
    """Sixty comments that two readers have coded in part, with questions, memos and a ruling."""
    frame = read_corpus(STUDY / "comments.csv").frame.head(60).copy()
    frame["question"] = frame["question"].map(ASKED)
    settings = Settings(name="school-study", evidence="always", show_suggestions_after=True)
    project = create_project(folder, Corpus(frame), Codebook.load(STUDY / "codebook.yaml"), settings)
    store = project.open_store()
    people = {**dict.fromkeys(READERS, "annotator"), "lead": "owner"}
    tokens = {name: store.add_annotator(name, role) for name, role in people.items()}
    store.assign([Task(annotator=name, unit_id=unit) for name in READERS for unit in project.units])
    texts = dict(zip(project.corpus.ids, project.corpus.texts, strict=True))
    first, second = project.units[2], project.units[4]
    for name, count in (("coder_2", 45), ("coder_1", 24)):
        given = pd.read_json(ROOT / "annotations" / "school-collaboration" / f"{name}.jsonl", lines=True)
        units = project.units[1:] if name == "coder_1" else project.units
        for number, unit in enumerate(units[:count]):
            _decide(store, name, unit, texts[unit], given[given["unit_id"] == unit], 18.0 + number % 7)
        if name == "coder_2":
            text = "Does sharing a post count where no cost is named?"
            asked = store.ask(second, name, text, code="financial_benefit")
            store.answer(asked.id, "lead", "Only where money is said.", effect="narrows")
    store.memo(second, "coder_1", "Is a shared post a saving, or is it about skill?")
    store.act_on(first, "coder_1")
    store.ask(first, "coder_1", "Is a wish for funding a barrier or a need?", code="support_needs")
    return project, store, tokens


def make_talk(folder: Path) -> tuple[Project, AnnotationStore, dict[str, str]]:
    """One interview, its participant's turns to be coded."""
    frame = read_transcript(STUDY / "transcripts" / "t1.docx").frame
    settings = Settings(name="interviews", evidence="never")
    project = create_project(folder, Corpus(frame), Codebook.load(STUDY / "codebook.yaml"), settings)
    store = project.open_store()
    tokens = {"coder_1": store.add_annotator("coder_1")}
    store.assign([Task(annotator="coder_1", unit_id=unit) for unit in project.units])
    for unit in project.units[:3]:
        store.decide(unit, "coder_1", [], seconds=30)
    return project, store, tokens


def make_rounds(folder: Path) -> tuple[Project, AnnotationStore, dict[str, str]]:
    """Two readers of 280 comments, with a calibration set, silent re-reads and four rounds of learning.

    Both read as the corpus's two readers did; what came back unannounced is read as the other one read it.
    """
    frame = read_corpus(STUDY / "comments.csv").frame.head(320)
    plan = Assignment(sample=280, calibration=40, rereads=0.15, overlap=0.1)
    settings = Settings(name="school-study", assignment=plan)
    project = create_project(folder, Corpus(frame), Codebook.load(STUDY / "codebook.yaml"), settings)
    store = project.open_store()
    people = {**dict.fromkeys(READERS, "annotator"), "lead": "owner"}
    tokens = {name: store.add_annotator(name, role) for name, role in people.items()}
    store.assign(project.plan(READERS))
    texts = dict(zip(project.corpus.ids, project.corpus.texts, strict=True))
    where = ROOT / "annotations" / "school-collaboration"
    given = {name: pd.read_json(where / f"{name}.jsonl", lines=True) for name in READERS}
    for _ in range(4):
        for name, other in (READERS, READERS[::-1]):
            for _ in range(40):
                task = store.next_task(name)
                if task is None:
                    break
                said = given[other if task.purpose == "reread" else name]
                mine = said[said["unit_id"] == task.unit_id]
                _decide(store, name, task.unit_id, texts[task.unit_id], mine, 20.0, task.round)
        learn_round(project, store)
    return project, store, tokens


def _decide(
    store: AnnotationStore,
    name: str,
    unit: str,
    text: str,
    given: pd.DataFrame,
    seconds: float,
    round: int | None = None,
) -> None:
    codes = [code for code in given["code"].unique() if code in store.codebook.ids]
    spans = []
    for row in given.to_dict("records"):
        quote = row.get("quote")
        if row["code"] in codes and isinstance(quote, str) and (start := text.find(quote)) >= 0:
            spans.append({"code": row["code"], "start": start, "end": start + len(quote)})
    store.decide(unit, name, codes, spans=spans, seconds=seconds, round=round)


def open_page(browser: Any, link: str, *, width: int, height: int, scheme: str) -> Any:
    """A signed-in page of a fresh browser profile."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    page = context.new_page()
    page.goto(link)
    page.wait_for_url("**/read")
    page.wait_for_selector("#main[data-ready]")
    return page


def take_all(out: Path) -> list[Path]:
    """Take every picture; gives the files."""
    from playwright.sync_api import sync_playwright

    out.mkdir(parents=True, exist_ok=True)
    chromium = find_chromium()
    taken: list[Path] = []

    def shoot(page: Any, name: str, *, whole: bool = False) -> None:
        path = out / f"annotating-{name}.png"
        page.screenshot(path=path, full_page=whole)
        taken.append(path)

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        project, store, tokens = make_comments(Path(folder, "comments"))
        with store, serving(create_app(project, store)) as address:
            for name, width, height, scheme in (
                ("read-light", 1600, 900, "light"),
                ("read-dark", 1600, 900, "dark"),
                ("read-narrow", 360, 740, "light"),
            ):
                page = open_page(
                    browser, address.link(tokens["coder_1"]), width=width, height=height, scheme=scheme
                )
                page.keyboard.press("v")
                for key in (*["Shift+ArrowRight"] * 5, "1"):
                    page.keyboard.press(key)
                if scheme == "light":
                    page.keyboard.press("+")
                shoot(page, name, whole=width == 360)
                if name == "read-light":
                    page.keyboard.press("?")
                    page.wait_for_selector("dialog[open]")
                    shoot(page, "keys")
            for width, name in ((1600, "grid"), (360, "grid-narrow")):
                page = open_page(
                    browser, address.link(tokens["coder_1"]), width=width, height=800, scheme="light"
                )
                page.goto(f"{address.url}/grid")
                page.wait_for_selector("#main[data-ready]")
                shoot(page, name)
            page = open_page(browser, address.link(tokens["coder_2"]), width=1280, height=800, scheme="light")
            page.goto(f"{address.url}/passages")
            page.wait_for_selector("#main[data-ready]")
            page.select_option("#code", "expertise_sharing")
            page.wait_for_selector("#list-title:has-text('Expertise sharing')")
            page.click("#passages li button")
            page.wait_for_selector("#passages button[aria-pressed=true]")
            shoot(page, "passages")
            lead = open_page(browser, address.link(tokens["lead"]), width=1280, height=800, scheme="light")
            for name in ("settle", "agreement", "questions", "progress", "codebook", "people"):
                lead.goto(f"{address.url}/{name}")
                lead.wait_for_selector("#main[data-ready]")
                lead.wait_for_timeout(300)
                shoot(lead, name)
            page.set_viewport_size({"width": 1280, "height": 800})
            for name in ("memos", "search"):
                page.goto(f"{address.url}/{name}")
                page.wait_for_selector("#main[data-ready]")
                if name == "search":
                    page.fill("#words", "school")
                    page.keyboard.press("Enter")
                    page.wait_for_selector("#hits li")
                shoot(page, name)
        project, store, tokens = make_rounds(Path(folder, "rounds"))
        with store, serving(create_app(project, store)) as address:
            lead = open_page(browser, address.link(tokens["lead"]), width=1280, height=800, scheme="light")
            for name, height in (("drift", 800), ("learning", 1320)):
                lead.set_viewport_size({"width": 1280, "height": height})
                lead.goto(f"{address.url}/{name}")
                lead.wait_for_selector("#main[data-ready]")
                shoot(lead, name)
        project, store, tokens = make_talk(Path(folder, "talk"))
        with store, serving(create_app(project, store)) as address:
            page = open_page(browser, address.link(tokens["coder_1"]), width=1280, height=800, scheme="light")
            page.wait_for_timeout(600)
            shoot(page, "conversation")
        browser.close()
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images")
    for path in take_all(parser.parse_args().out):
        print(path)


if __name__ == "__main__":
    main()
