"""Reading back in the app: what can be chosen, from a cell to its texts, the bank, who sees whose codes."""

from __future__ import annotations

import pytest

from textmine.annotating.quote_desk import BANKS

SPAN = {"code": "money", "start": 0, "end": 8}


@pytest.fixture
def read_by_two(make_work):
    """Ann has read four units and ben the first two; only what each gave is known of them."""

    def make(**settings):
        work = make_work(**settings)
        codes = {"u01": ["training"], "u02": ["money"], "u03": ["money", "time"], "u04": []}
        for unit, given in codes.items():
            spans = [SPAN] if "money" in given else []
            stances = {"money": "denies"} if unit == "u03" else {}
            work.store.decide(unit, "ann", given, seconds=9, spans=spans, stances=stances)
        for unit in ("u02", "u05"):
            work.store.decide(unit, "ben", ["time"], seconds=9)
        return work

    return make


def list_units(told) -> list[str]:
    return [passage["id"] for passage in told["passages"]]


def list_sources(person) -> list[str]:
    return [one["id"] for one in person.told("choices")["sources"]]


def test_passages_of_a_code_with_what_shows_it(read_by_two) -> None:
    ann = read_by_two().enter("ann")
    told = ann.told("passages", code="money")
    assert list_units(told) == ["u02", "u03"] and (told["units"], told["of"]) == (2, 4)
    first = told["passages"][0]
    assert (first["start"], first["end"], first["spans"]) == (0, 8, [SPAN])
    assert first["facts"] == [{"name": "region", "value": "south"}]


@pytest.mark.parametrize(
    ("asked", "units"),
    [
        ({"code": "money", "where": {"region": "north"}}, ["u03"]),
        ({"code": "money", "also": ["time"]}, ["u03"]),
        ({"code": "money", "without": ["time"]}, ["u02"]),
        ({"code": "money", "stance": "denies"}, ["u03"]),
        ({"code": "money", "stance": "not told"}, ["u02"]),
        ({"containing": "TRAIN"}, ["u04"]),
        ({"where": {"question": "Question 1?"}}, ["u01", "u03"]),
    ],
)
def test_filters(read_by_two, asked, units) -> None:
    assert list_units(read_by_two().enter("ann").told("passages", **asked)) == units


def test_sections_and_pages(read_by_two) -> None:
    ann = read_by_two().enter("ann")
    told = ann.told("passages", code="money", by="region", limit=1, offset=1)
    assert told["sections"] == [{"name": "north", "count": 1}, {"name": "south", "count": 1}]
    assert list_units(told) == ["u02"] and told["count"] == 2


@pytest.mark.parametrize("by", ["", "region", "stance", "code"])
def test_every_cell_of_a_table_leads_to_its_texts(read_by_two, by) -> None:
    ann = read_by_two().enter("ann")
    told = ann.told("counts", columns=by)
    assert told["texts"] == 4 and len(told["columns"]) > (1 if by else 0)
    seen = 0
    for row in told["rows"]:
        for column, count in zip(told["columns"], row["counts"], strict=True):
            assert len(list_units(ann.told("passages", code=row["code"], **column["asks"]))) == count
            seen += count
    assert seen


def test_nobody_who_reads_blind_sees_anybody_elses_codes(read_by_two) -> None:
    work = read_by_two()
    ann = work.enter("ann")
    assert list_sources(ann) == ["own"]
    for source in ("settled", "reader:ben", "model", "reader:ann"):
        assert ann.ask("passages", source=source).status_code == 404
        assert ann.ask("counts", source=source).status_code == 404


def test_others_codes_come_after_ones_own_decision_where_the_project_shows_them(read_by_two) -> None:
    work = read_by_two(show_suggestions_after=True)
    ann = work.enter("ann")
    assert list_sources(ann) == ["own", "reader:ben"]
    assert list_units(ann.told("passages", source="reader:ben")) == ["u02"]  # u05 is still to be read
    ann.decide({"id": "u05"}, ["time"])
    assert list_units(ann.told("passages", source="reader:ben")) == ["u02", "u05"]


def test_a_change_after_a_look_at_others_codes_is_stored_as_one(read_by_two) -> None:
    work = read_by_two(show_suggestions_after=True)
    ann = work.enter("ann")
    ann.told("passages", source="reader:ben")
    ann.decide({"id": "u02"}, ["time"], id="again")
    ann.decide({"id": "u03"}, ["time"], id="other")
    shown = {event.id: event.suggestions_shown for event in work.store.events(kinds=["decision"])}
    assert shown["again"] and not shown["other"]


def test_who_settles_reads_all_but_what_they_are_still_to_read(read_by_two) -> None:
    from textmine.annotations import Task

    work = read_by_two()
    work.store.assign([Task(annotator="ada", unit_id="u03")])
    ada = work.enter("ada")
    assert list_sources(ada) == ["own", "settled", "reader:ann", "reader:ben"]
    assert list_units(ada.told("passages", source="reader:ann")) == ["u01", "u02", "u04"]
    assert list_units(ada.told("passages", source="settled", code="training")) == ["u01"]
    ada.decide({"id": "u03"}, [])
    assert "u03" in list_units(ada.told("passages", source="reader:ann"))


def test_quotes_are_ticked_used_and_taken_out(read_by_two) -> None:
    work = read_by_two()
    ann = work.enter("ann")
    quote = ann.told("quote", do="tick", unit_id="u02", code="money", start=0, end=8)["quote"]
    ann.told("quote", do="use", quote=quote, where="chapter 4")
    (held,) = ann.told("quotes")["quotes"]
    text = work.project.corpus.texts[2]
    assert (held["quote"], held["used_in"], held["release"]) == (text[:8], "chapter 4", "not reviewed")
    assert text[:8] not in (work.project.folder / BANKS / "ann.jsonl").read_text("utf-8")
    assert work.enter("ben").told("quotes")["quotes"] == []
    ann.told("quote", do="untick", quote=quote)
    assert ann.told("quotes")["quotes"] == []


def test_no_quote_of_anothers_unit_nor_outside_the_text(make_work) -> None:
    from textmine.annotations import Task

    work = make_work(tasks=False)
    work.store.assign([Task(annotator="ann", unit_id="u01")])
    ann = work.enter("ann")
    span = {"code": "money", "start": 0, "end": 5}
    assert ann.ask("quote", do="tick", unit_id="u02", **span).status_code == 404
    assert ann.ask("quote", do="tick", unit_id="u01", **{**span, "end": 5000}).status_code == 422
    assert ann.ask("quote", do="tick", unit_id="u01", **{**span, "code": "<b>"}).status_code == 422
    assert ann.ask("quote", do="burn", quote="q").status_code == 422
    assert not (work.project.folder / BANKS).exists()


def test_memos_on_a_code_are_ones_own(read_by_two) -> None:
    work = read_by_two()
    ann = work.enter("ann")
    ann.told("codememo", about="money", text="Said with relief.")
    assert ann.ask("codememo", about="nothing", text="x").status_code == 422
    assert ann.ask("codememo", about="money", text=" ").status_code == 422
    (memo,) = ann.told("quotes")["memos"]
    assert (memo["about"], memo["text"], memo["by"]) == ("money", "Said with relief.", "ann")
    assert work.enter("ben").told("quotes")["memos"] == []


def test_who_has_decided_nothing_finds_nothing(make_work) -> None:
    ann = make_work().enter("ann")
    assert ann.told("passages")["passages"] == []
    assert ann.told("counts", columns="region")["texts"] == 0


def test_a_wish_for_what_is_not_there_is_refused_in_a_line(read_by_two) -> None:
    ann = read_by_two().enter("ann")
    for wrong in ({"code": "nope"}, {"by": "nope"}, {"where": {"nope": "x"}}, {"where": {"region": 3}}):
        answer = ann.ask("passages", **wrong)
        assert answer.status_code == 422 and answer.json()["error"]


@pytest.mark.slow
def test_from_a_cell_to_its_texts_and_into_the_bank_by_keyboard(read_by_two, serve, open_page) -> None:
    work = read_by_two()
    page = open_page(serve(work).link(work.tokens["ann"]), "/passages")
    page.click("[data-view=table]")
    page.select_option("#columns", "region")
    page.click("button[aria-label='Money, north: 1, read']")
    page.wait_for_selector("#passages li:focus")
    assert page.text_content("#list-title") == "Money: 1 of 4 texts"
    assert page.text_content("#passages .said") == work.project.corpus.texts[3]
    page.keyboard.press("x")
    page.wait_for_selector("text=In the quote bank")
    page.keyboard.press("m")
    page.fill("#memo-text", "Relief.")
    page.click("#memo-form button[type=submit]")
    page.click("[data-view=bank]")
    page.wait_for_selector("#quotes blockquote")
    assert page.text_content("#quotes blockquote") == work.project.corpus.texts[3][:8]
    assert "Relief." in page.text_content("#codememos")
    assert page.troubles == []
