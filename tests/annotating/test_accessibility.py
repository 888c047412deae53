"""No page breaks a rule of WCAG levels A and AA that axe-core can see; all of it is reached by keyboard."""

from __future__ import annotations

from importlib.resources import files

import pytest

pytestmark = pytest.mark.slow

PAGES = (
    "read",
    "grid",
    "passages",
    "search",
    "memos",
    "codebook",
    "progress",
    "settle",
    "agreement",
    "questions",
    "drift",
    "learning",
    "people",
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def axe() -> str:
    """The source of axe-core, run inside the page by the browser's own debugger."""
    pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


@pytest.fixture
def filled(make_work, talk):
    """A project with something on every page: readings that differ, a question, a ruling, notes."""
    work = make_work(evidence="always", show_suggestions_after=True)
    span = {"code": "money", "start": 0, "end": 9}
    for number, unit in enumerate(work.project.units[1:9]):
        work.store.decide(
            unit, "ann", ["money"] if number % 2 else ["time"], seconds=9, spans=[span] if number % 2 else []
        )
        work.store.decide(unit, "ben", ["money"] if number % 3 else [], seconds=9)
    work.store.memo("u01", "ann", "a thought")
    work.store.act_on("u04", "ann", "somebody should ring them")
    asked = work.store.ask("u02", "ben", "Does pooling count?", code="money")
    work.store.answer(asked.id, "olu", "No.", effect="narrows")
    work.store.ask("u03", "ann", "And time?", code="time")
    return work


def find_faults(page, axe: str) -> list[str]:
    page.evaluate(axe + "; null")
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [f"{v['id']}: {node['html'][:120]}" for v in found["violations"] for node in v["nodes"][:3]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1600])
def test_no_page_breaks_a_rule_of_level_a_or_aa(
    filled, serve, open_page, axe, width: int, scheme: str
) -> None:
    address = serve(filled)
    faults = {}
    page = open_page(address.link(filled.tokens["ann"]), "/read", width=width, scheme=scheme)
    page.keyboard.press("2")
    page.keyboard.press("m")
    faults["read, with a code and a memo"] = find_faults(page, axe)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    faults["keys"] = find_faults(page, axe)
    page.context.close()
    lead = open_page(address.link(filled.tokens["olu"]), "/read", width=width, scheme=scheme)
    for name in PAGES:
        lead.goto(f"{address.url}/{name}")
        lead.wait_for_selector("#main[data-ready]")
        if name == "search":
            lead.fill("#words", "money")
            lead.keyboard.press("Enter")
            lead.wait_for_selector("#hits li")
        if name == "passages":
            lead.select_option("#source", "reader:ann")
            lead.wait_for_selector("#passages li mark")
            lead.click("[data-view=table]")
            lead.select_option("#columns", "region")
            lead.wait_for_selector("#counts button")
            faults["passages, table"] = find_faults(lead, axe)
            lead.click("[data-view=list]")
            lead.wait_for_selector("#passages li mark")
        if name == "people":
            lead.fill("#name", "cy")
            lead.keyboard.press("Enter")
            lead.wait_for_selector("#fresh:visible")
        faults[name] = find_faults(lead, axe)
        wide = lead.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        faults[f"{name}, width"] = [f"{wide} px wider than the window"] if wide > 0 else []
    lead.click("#leave")
    lead.wait_for_selector("#enter")
    faults["enter"] = find_faults(lead, axe)
    assert {name: found for name, found in faults.items() if found} == {}


def test_what_is_saved_is_said_to_screen_readers(filled, serve, open_page) -> None:
    page = open_page(serve(filled).link(filled.tokens["ann"]))
    for place in ("#said", "#saved"):
        assert page.get_attribute(place, "aria-live") == "polite"
        assert page.get_attribute(place, "role") == "status"
    assert page.evaluate("document.activeElement.id") == "text"


def test_every_button_of_the_page_is_reached_by_tab_and_shows_where_it_is(filled, serve, open_page) -> None:
    page = open_page(serve(filled).link(filled.tokens["ann"]))
    reached = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("document.activeElement.textContent.replace(/\\s+/g, ' ').trim().slice(0, 30)")
        )
        focused = "document.activeElement"
        shown = page.evaluate(f"{focused} === document.body || getComputedStyle({focused}).outlineStyle")
        assert shown in (True, "solid", "auto")
    buttons = page.locator("main button:visible").all_text_contents()
    assert {" ".join(words.split())[:30].strip() for words in buttons} <= reached


def test_single_keys_can_be_turned_off(filled, serve, open_page) -> None:
    page = open_page(serve(filled).link(filled.tokens["ann"]))
    page.keyboard.press("?")
    page.uncheck("#singlekeys")
    page.keyboard.press("Escape")
    before = page.text_content("#given")
    page.keyboard.press("3")
    assert page.text_content("#given") == before


def test_a_key_of_ones_own_for_a_code(filled, serve, open_page) -> None:
    page = open_page(serve(filled).link(filled.tokens["ann"]))
    page.keyboard.press("?")
    page.select_option("#help select >> nth=0", "k")
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    assert "Training" in page.text_content("#given")
