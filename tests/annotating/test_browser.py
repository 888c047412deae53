"""The whole way in a real browser: link, keys, evidence, undo, reload, a lost connection, a second reader."""

from __future__ import annotations

import json
import random
import time

import pytest

from textmine.annotations import Task
from textmine.annotations.folder import export_annotations
from textmine.corpus import Corpus

pytestmark = pytest.mark.slow

SELECT = """words => {
  const place = document.querySelector('#text'), text = place.textContent, at = text.indexOf(words);
  const range = document.createRange(), walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
  let seen = 0;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const end = seen + node.data.length;
    if (at >= seen && at < end) range.setStart(node, at - seen);
    if (at + words.length > seen && at + words.length <= end) range.setEnd(node, at + words.length - seen);
    seen = end;
  }
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""


def press(page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def wait_until(page, condition: str, seconds: float = 10) -> None:
    """Wait for a condition of the page; Playwright's own way needs an eval, which the policy forbids."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, f"waited in vain for {condition}"
        page.wait_for_timeout(20)


def wait_saved(page) -> None:
    wait_until(page, "document.querySelector('#saved').textContent.startsWith('Saved')")


def wait_answer(page, number: int) -> None:
    """Wait until a unit is shown: before that there is nothing for a key to act on."""
    wait_until(page, f"document.querySelector('#text').textContent.endsWith('answer {number}')")


def text_of(page) -> str:
    return page.text_content("#text")


def quotes_of(page) -> list[str]:
    return [quote.removesuffix("×")[1:-1] for quote in page.locator("#given .quote").all_text_contents()]


def test_the_whole_way_by_keyboard(work, serve, open_page, tmp_path) -> None:
    address = serve(work)
    ann = open_page(address.link(work.tokens["ann"]))
    assert work.tokens["ann"] not in ann.url + ann.content()
    tricky = work.project.corpus.texts[0]
    assert text_of(ann) == tricky  # the same characters, markup as words

    press(ann, "v", "Shift+ArrowRight", "2")  # words chosen by keyboard, from the emoji on
    ann.evaluate(SELECT, "nai\u0308ve cafe\u0301")
    press(ann, "1", "-")
    ann.evaluate(SELECT, "👩‍🏫 saved")
    press(ann, "2")
    seen = quotes_of(ann)
    assert sorted(seen) == sorted(["😀 Sharing", "nai\u0308ve cafe\u0301", "👩‍🏫 saved"])
    assert text_of(ann) == tricky  # marks add nothing to the text
    press(ann, "Enter")
    wait_saved(ann)
    kept = work.store.coded("ann").spans
    assert [tricky[row.start : row.end] for row in kept.itertuples()] == kept["quote"].tolist()
    assert sorted(kept["quote"]) == sorted(seen)
    assert work.store.events()[0].payload["stances"] == {"training": "denies"}

    for number, key in enumerate(("1", "2", "3"), start=1):
        wait_answer(ann, number)
        press(ann, key, "Enter")
    wait_answer(ann, 4)
    press(ann, "n")
    wait_answer(ann, 5)
    press(ann, "u")  # back to the one where nothing was found
    wait_answer(ann, 4)
    press(ann, "3", "Enter")
    wait_answer(ann, 5)
    press(ann, "2", "u", "3")  # a change of mind before saving
    wait_saved(ann)
    before = text_of(ann)
    assert "answer 5" in before
    ann.reload()
    ann.wait_for_selector("#main[data-ready]")
    assert text_of(ann) == before and "Time" in ann.text_content("#given")
    assert "5 of 12 read" in ann.text_content("#count")
    press(ann, "Enter")
    for number in range(6, 12):
        wait_answer(ann, number)
        press(ann, "2", "Enter")
    ann.wait_for_selector("text=Nothing left to read")
    wait_saved(ann)
    assert ann.troubles == []

    coded = work.store.coded("ann")
    assert len(coded.wide()) == 12
    assert coded.wide().loc["u04"].to_dict() == {"training": 0, "money": 0, "time": 1}
    assert coded.wide().loc["u05"].to_dict() == {"training": 0, "money": 0, "time": 1}
    files = export_annotations(work.store, tmp_path)
    texts = dict(zip(work.project.corpus.ids, work.project.corpus.texts, strict=True))
    (path,) = [path for path in files if path.name == "ann.jsonl" and path.parent == tmp_path]
    rows = [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]
    spans = [(row["unit_id"], span) for row in rows for span in row["payload"].get("spans", [])]
    assert len(spans) == 3
    assert all(texts[unit][span["start"] : span["end"]] == span["quote"] for unit, span in spans)


def test_a_second_reader_is_blind_and_differences_are_settled(work, serve, open_page) -> None:
    address = serve(work)
    ann = open_page(address.link(work.tokens["ann"]))
    ann.evaluate(SELECT, "Sharing")
    press(ann, "2", "m")
    ann.fill("#memo-text", "odd one")
    press(ann, "Control+Enter", "Enter")
    wait_saved(ann)

    ben = open_page(address.link(work.tokens["ben"]))
    assert ben.locator("mark").count() == 0 and ben.locator("#others").is_hidden()
    assert "No code given yet." in ben.text_content("#given") and "odd one" not in ben.content()
    press(ben, "1", "Enter", "o")
    wait_until(ben, "document.querySelector('#said').textContent.includes('keeps readings apart')")
    wait_saved(ben)

    ada = open_page(address.link(work.tokens["ada"]), "/settle")
    assert ada.locator("#readings q").all_text_contents() == ["Sharing"]
    assert ada.locator("#readings thead th").all_text_contents() == ["Code", "ann", "ben", "Decision"]
    press(ada, "2")
    ada.fill("#reason", "Money is named.")
    ada.click("text=Settle, next")
    ada.wait_for_selector("#none:visible")
    assert work.store.coded(adjudicated=True).wide().loc["u00"].to_dict() == {
        "training": 0,
        "money": 1,
        "time": 0,
    }
    assert ann.troubles + ben.troubles + ada.troubles == []


def test_what_could_not_be_sent_is_shown_kept_without_words_and_sent_once(work, serve, open_page) -> None:
    address = serve(work)
    ann = open_page(address.link(work.tokens["ann"]))
    ann.route("**/api/event", lambda route: route.abort())
    ann.evaluate(SELECT, "Sharing")
    press(ann, "2", "Enter", "3", "Enter")
    wait_until(ann, "document.querySelector('#saved').textContent.startsWith('2 not saved yet')")
    assert work.store.events() == []
    kept = ann.evaluate("JSON.stringify(localStorage)")
    assert "outbox" in kept and "u01" in kept
    assert "Sharing" not in kept and "answer" not in kept
    ann.reload()
    ann.wait_for_selector("#main[data-ready]")
    assert "answer 2" in text_of(ann)  # not given again while its decision is on the way
    ann.unroute("**/api/event")
    wait_saved(ann)
    assert [event.unit_id for event in work.store.events()] == ["u00", "u01"]


def test_a_tab_and_its_double_both_keep_what_could_not_be_sent(work, serve, open_page) -> None:
    address = serve(work)
    ann = open_page(address.link(work.tokens["ann"]))
    with ann.expect_popup() as opened:
        ann.evaluate("() => { window.open('/read'); }")  # with a copy of what the first keeps for its tab
    double = opened.value
    double.wait_for_selector("#main[data-ready]")
    for page, key in ((ann, "2"), (double, "3")):
        page.bring_to_front()  # a page behind another is let run at times only
        page.route("**/api/event", lambda route: route.abort())
        press(page, key, "Enter")
        wait_until(page, "document.querySelector('#saved').textContent.includes('not saved yet')")
    # What a page keeps reaches the other's view of the same store a moment later.
    wait_until(ann, "Object.keys(localStorage).filter((name) => name.includes('outbox')).length === 2")
    double.close()
    ann.reload()
    ann.wait_for_selector("#main[data-ready]")
    ann.unroute("**/api/event")
    wait_saved(ann)
    wait_until(
        ann, "!Object.keys(localStorage).some((name) => (localStorage[name] || '').includes('unit_id'))"
    )
    assert sorted(event.applied for event in work.store.events()) == [["money"], ["time"]]


def test_an_answer_that_was_lost_stores_nothing_twice(work, serve, open_page) -> None:
    ann = open_page(serve(work).link(work.tokens["ann"]))
    lost = []

    def lose_first(route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch())  # it arrives, but the page never hears of it
            route.abort()

    ann.route("**/api/event", lose_first)
    press(ann, "2", "Enter")
    wait_saved(ann)
    assert len(lost) == 1 and len(work.store.events()) == 1


def test_undo_and_redo_after_a_reload(work, serve, open_page) -> None:
    ann = open_page(serve(work).link(work.tokens["ann"]))
    press(ann, "2", "+", "Enter")
    wait_saved(ann)
    ann.reload()
    ann.wait_for_selector("#main[data-ready]")
    press(ann, "u")
    ann.wait_for_selector("#given >> text=Money")
    assert text_of(ann) == work.project.corpus.texts[0]
    assert "(affirms)" in ann.text_content("#given")
    wait_until(ann, "document.querySelector('#saved').textContent.startsWith('Saved')")
    assert work.store.decisions().empty
    press(ann, "r")
    wait_until(ann, "document.querySelector('#text').textContent.includes('answer 1')")
    wait_saved(ann)
    deadline = time.monotonic() + 5
    while work.store.decisions().empty and time.monotonic() < deadline:
        time.sleep(0.02)
    assert work.store.decisions()["unit_id"].tolist() == ["u00"]


def test_evidence_is_asked_for_once_where_the_project_asks(make_work, serve, open_page) -> None:
    work = make_work(evidence="always")
    ann = open_page(serve(work).link(work.tokens["ann"]))
    press(ann, "2", "Enter")
    assert "Which words show it?" in ann.text_content("#said")
    assert text_of(ann) == work.project.corpus.texts[0]
    press(ann, "Enter")
    wait_until(ann, "document.querySelector('#text').textContent.includes('answer 1')")
    assert "Which words" not in ann.text_content("#said")  # it was about the text before


def test_words_chosen_by_mouse_go_to_the_code_that_is_clicked(work, serve, open_page) -> None:
    work.store.decide("u00", "ann", [])
    ann = open_page(serve(work).link(work.tokens["ann"]))
    ann.locator("#text").dblclick(position={"x": 40, "y": 35})
    chosen = ann.evaluate("getSelection().toString().trim()")
    ann.click("#codes button.code >> nth=1")
    assert quotes_of(ann) == [chosen] and chosen in work.project.corpus.texts[1]
    press(ann, "Enter")  # a click leaves the keys where they were
    wait_saved(ann)
    assert work.store.coded("ann").spans["quote"].tolist() == [chosen]


def test_no_code_is_not_taken_for_nothing_found(work, serve, open_page) -> None:
    ann = open_page(serve(work).link(work.tokens["ann"]))
    press(ann, "Enter")
    assert "Press n" in ann.text_content("#said")
    press(ann, "n")
    wait_saved(ann)
    assert work.store.decisions()["unit_id"].tolist() == ["u00"]


def test_flags_calls_to_act_and_questions_are_one_key(work, serve, open_page) -> None:
    ann = open_page(serve(work).link(work.tokens["ann"]))
    press(ann, "f", "t", "f", "2", "q")
    ann.fill("#question-text", "Does pooling count?")
    ann.click("#question-form button[type=submit]")
    wait_saved(ann)
    assert ann.get_attribute("#act", "aria-pressed") == "true"
    assert ann.get_attribute("#flag", "aria-pressed") == "false"
    kinds = [event.kind for event in work.store.events()]
    assert kinds == ["flag", "act_on", "undo", "question"]
    assert work.store.questions()["code"].tolist() == ["money"]


def test_a_conversation_stands_whole_around_the_turn(make_work, talk, serve, open_page) -> None:
    work = make_work(talk)
    ann = open_page(serve(work).link(work.tokens["ann"]))
    ann.wait_for_selector("#after li")
    assert ann.locator("#before .said").all_text_contents() == ["Turn 1 says something"]
    assert ann.locator("#after .said").count() == 4
    press(ann, "]")
    wait_until(ann, "document.querySelector('#text').textContent === 'Turn 4 says something'")
    press(ann, "2", "Enter")
    wait_saved(ann)
    assert work.store.decisions()["unit_id"].tolist() == ["t1:4"]


def test_a_conversation_is_coded_from_its_first_turn_on(make_work, talk, serve, open_page) -> None:
    work = make_work(talk, tasks=False)
    work.store.assign([Task(annotator="ann", unit_id=unit) for unit in ("t1:6", "t1:2", "t1:4")])
    ann = open_page(serve(work).link(work.tokens["ann"]))
    for _ in range(3):
        press(ann, "2", "Enter")
        ann.wait_for_timeout(150)
    wait_saved(ann)
    assert work.store.decisions()["unit_id"].tolist() == ["t1:2", "t1:4", "t1:6"]
    ann.wait_for_selector("text=Nothing left to read")


def test_owner_answers_and_the_ruling_stands_beside_the_code(work, serve, open_page) -> None:
    work.store.decide("u01", "ann", ["money"])
    work.store.ask("u02", "ann", "Does pooling count?", code="money")
    address = serve(work)
    olu = open_page(address.link(work.tokens["olu"]), "/questions")
    olu.fill("#questions textarea", "Pooling counts not.")
    olu.select_option("#questions select >> nth=1", "narrows")
    olu.click("#questions button[type=submit]")
    wait_until(olu, "document.querySelector('#said').textContent.includes('1 earlier decision is queued')")
    ann = open_page(address.link(work.tokens["ann"]))
    assert "answer 1" in text_of(ann) and "Please read again" in ann.text_content("#reread")
    assert "Pooling counts not." in ann.text_content("#codes")


def test_the_grid_is_coded_by_keyboard_and_saved_on_leaving_a_row(work, serve, open_page) -> None:
    ann = open_page(serve(work).link(work.tokens["ann"]), "/grid")
    press(ann, "2", "ArrowDown", "1", "3", "Enter", "n", "2", "u", "ArrowUp", "u")
    wait_saved(ann)
    ann.wait_for_timeout(200)
    frame = work.store.coded("ann").wide()
    assert frame.loc["u00"].to_dict() == {"training": 0, "money": 1, "time": 0}
    assert frame.loc["u01"].to_dict() == {"training": 1, "money": 0, "time": 1}
    assert frame.index.tolist() == ["u00", "u01"]  # what n gave row 3 was undone
    assert ann.troubles == []


def test_a_row_left_by_mouse_is_saved(work, serve, open_page) -> None:
    ann = open_page(serve(work).link(work.tokens["ann"]), "/grid")
    press(ann, "2")
    ann.click("#rows tr >> nth=3")
    wait_saved(ann)
    assert work.store.decisions()["unit_id"].tolist() == ["u00"]


def test_the_grid_asks_for_evidence_on_the_same_units_as_the_page(make_work, serve, open_page) -> None:
    work = make_work(evidence="share", evidence_share=0.5)
    asked = [unit for unit in work.project.units if work.project.asks_evidence(unit)]
    free = [unit for unit in work.project.units if unit not in asked]
    assert asked and free
    ann = open_page(serve(work).link(work.tokens["ann"]), "/grid")
    told = ann.locator("#rows tr").all_text_contents()
    assert [work.project.units[n] for n, row in enumerate(told) if "Show the words" in row] == asked

    at = work.project.units.index(asked[0])
    press(ann, *["ArrowDown"] * at, "2", "Enter")
    wait_until(ann, "document.querySelector('#said').textContent.includes('Which words show it?')")
    assert work.store.events() == []
    press(ann, "v", "ArrowRight", "Shift+ArrowRight", "2", "Enter")
    wait_saved(ann)
    span = work.store.coded("ann").spans.iloc[0]
    text = work.project.document(asked[0]).text
    assert span["quote"] == text[span["start"] : span["end"]] and len(span["quote"].split()) > 1
    assert ann.locator("#rows tr").nth(at).locator("mark").text_content() == span["quote"]
    assert ann.troubles == []


def test_evidence_in_the_grid_may_be_left_out(make_work, serve, open_page) -> None:
    work = make_work(evidence="always")
    ann = open_page(serve(work).link(work.tokens["ann"]), "/grid")
    press(ann, "2", "Enter", "Enter")
    wait_saved(ann)
    press(ann, "2")
    ann.click("#rows tr >> nth=5")  # asked by mouse as by key
    wait_until(ann, "document.querySelector('#said').textContent.includes('Which words show it?')")
    ann.click("#rows tr >> nth=5")
    wait_until(ann, "document.activeElement.getAttribute('aria-rowindex') === '6'")
    wait_saved(ann)
    assert sorted(work.store.decisions()["unit_id"]) == ["u00", "u01"]


def test_a_stance_is_asked_only_where_the_code_has_one(work, serve, open_page) -> None:
    address = serve(work)
    ann = open_page(address.link(work.tokens["ann"]))
    press(ann, "3", "+")
    assert "No stance is asked for Time" in ann.text_content("#said")
    assert ann.locator("[data-code=time] .stance").count() == 0
    press(ann, "2", "-", "Enter")
    wait_saved(ann)
    assert work.store.events()[0].payload["stances"] == {"money": "denies"}
    grid = open_page(address.link(work.tokens["ben"]), "/grid")
    press(grid, "3", "+", "2", "*", "Enter")
    wait_saved(grid)
    assert work.store.events(annotator="ben")[0].payload["stances"] == {"money": "mixed"}


def test_six_thousand_rows_do_not_freeze_the_grid(make_work, corpus, serve, open_page) -> None:
    import pandas as pd

    rows = [{"doc_id": f"r{n}", "text": f"short answer {n}", "question": "Why?"} for n in range(6000)]
    work = make_work(Corpus(pd.DataFrame(rows)))
    began = time.perf_counter()
    ann = open_page(serve(work).link(work.tokens["ann"]), "/grid")
    assert time.perf_counter() - began < 10
    assert "of 6000" in ann.text_content("#where") and ann.locator("#rows tr").count() == 50
    began = time.perf_counter()
    for _ in range(60):
        press(ann, "2", "Enter")
    assert (time.perf_counter() - began) / 120 < 0.1  # a key is answered in under a tenth of a second
    wait_saved(ann)
    wait_until(ann, "document.querySelector('#where').textContent.startsWith('Rows 51 to 100')")


def test_each_line_runs_in_the_direction_of_its_words(make_work, corpus, serve, open_page) -> None:
    frame = corpus.frame.copy()
    frame.loc[0, "text"] = "\u0646\u0639\u0645\u0644 \u0645\u0639\nand in English"
    work = make_work(Corpus(frame))
    ann = open_page(serve(work).link(work.tokens["ann"]))
    first, second = ann.evaluate("""() => {
      const node = document.querySelector('#text').firstChild, lines = node.data.split('\\n');
      return [[0, lines[0].length], [lines[0].length + 1, node.data.length]].map(([start, end]) => {
        const range = document.createRange();
        range.setStart(node, start);
        range.setEnd(node, end);
        return range.getBoundingClientRect().left;
      });
    }""")
    assert first > second + 200  # the Arabic line stands at the right
    ann.evaluate(SELECT, "\u0645\u0639")
    press(ann, "2", "Enter")
    wait_saved(ann)
    assert work.store.coded("ann").spans["quote"].tolist() == ["\u0645\u0639"]


def test_places_in_the_browser_and_in_python_agree(work, serve, open_page) -> None:
    ann = open_page(serve(work).link(work.tokens["ann"]))
    chance = random.Random(0)
    letters = ["a", "é", "e\u0301", "😀", "👩‍🏫", "🇬🇧", "ا", "한", " ", "\n", "\r\n", "𝒳", "\u200b", "<b>"]
    cases = []
    for _ in range(300):
        text = "".join(chance.choices(letters, k=chance.randint(1, 30)))
        start = chance.randint(0, len(text))
        cases.append([text, start, chance.randint(start, len(text))])
    found = ann.evaluate(
        """async cases => {
          const {slice, toUnits, toCodePoints} = await import('/static/offsets.js');
          return cases.map(([text, start, end]) =>
            [slice(text, start, end), toCodePoints(text, toUnits(text, start))]);
        }""",
        cases,
    )
    assert found == [[text[start:end], start] for text, start, end in cases]


def test_markup_in_a_comment_is_shown_and_never_run(make_work, corpus, serve, open_page) -> None:
    evil = '<img src=x onerror="alert(1)"><script>alert(2)</script>'
    frame = corpus.frame.assign(text=[evil, *corpus.texts[1:]], question=[evil] * len(corpus))
    work = make_work(Corpus(frame))
    work.store.memo("u00", "ann", evil)
    address = serve(work)
    for path in ("/read", "/grid", "/memos"):
        page = open_page(address.link(work.tokens["ann"]), path)
        assert evil in page.text_content("#main")
        assert page.locator("#main img, #main script").count() == 0
        assert page.troubles == []
    with pytest.raises(Exception, match="TrustedHTML"):
        page.evaluate("document.body.innerHTML = '<b>x</b>'")
