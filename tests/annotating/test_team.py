"""The owner lets people in and out: a link is told once, and nobody else may do it."""

from __future__ import annotations

import time

import pytest


def test_the_owner_adds_somebody_who_reads_what_is_left(make_work) -> None:
    work = make_work(tasks=False)
    olu = work.enter("olu")
    token = olu.told("person", do="add", name="cy", role="annotator", reads="all")["token"]
    work.tokens["cy"] = token
    cy = work.enter("cy")
    assert cy.told("start")["count"] == {"total": 12, "open": 12}
    told = {person["name"]: person for person in olu.told("people")["people"]}
    assert told["cy"] == {"name": "cy", "role": "annotator", "active": True, "given": 12, "open": 12}
    assert token not in str(told)
    assert olu.told("person", do="add", name="di", role="annotator", reads="unassigned")["token"]
    assert work.store.count_tasks("di") == (0, 0)  # cy holds them all


def test_a_role_changes_and_the_link_stays(work) -> None:
    olu, ben = work.enter("olu"), work.enter("ben")
    assert ben.ask("differences").status_code == 403
    assert olu.told("person", do="role", name="ben", role="adjudicator") == {"token": ""}
    assert ben.ask("differences").status_code == 200


def test_a_fresh_link_ends_the_old_one_and_an_end_ends_both(work) -> None:
    olu, ann = work.enter("olu"), work.enter("ann")
    work.store.decide("u01", "ann", ["money"])
    work.tokens["ann"] = olu.told("person", do="link", name="ann")["token"]
    assert ann.ask("next").status_code == 401
    ann = work.enter("ann")
    assert olu.told("person", do="revoke", name="ann") == {"token": ""}
    assert ann.ask("next").status_code == 401 and work.store.coded("ann").counts()["money"] == 1
    assert olu.ask("person", do="link", name="ann").status_code == 422
    work.tokens["ann"] = olu.told("person", do="role", name="ann", role="annotator")["token"]
    assert work.enter("ann").ask("next").status_code == 200


@pytest.mark.parametrize("who", ["ann", "ada"])
def test_nobody_but_the_owner_sees_or_changes_people(work, who: str) -> None:
    person = work.enter(who)
    assert person.client.get("/people").status_code == 403
    assert person.ask("people").status_code == 403
    for deed in ("add", "role", "link", "revoke"):
        assert person.ask("person", do=deed, name="ben", role="owner").status_code == 403
    assert {p.name: p.role for p in work.store.annotators()}["ben"] == "annotator"


@pytest.mark.parametrize(
    "given",
    [
        {"do": "burn", "name": "ann"},
        {"do": "role", "name": "ann", "role": "king"},
        {"do": "role", "name": "ann", "role": "revoked"},
        {"do": "add", "name": "ann", "role": "annotator"},
        {"do": "add", "name": "../x", "role": "annotator"},
        {"do": "add", "name": "cy", "role": "annotator", "reads": "much"},
        {"do": "link", "name": "nobody"},
        {"do": "role", "name": "olu", "role": "annotator"},
        {"do": "revoke", "name": "olu"},
        {"do": "link", "name": "olu"},
        {"do": ["add"], "name": {"a": 1}},
    ],
)
def test_what_cannot_be_done_changes_nothing(work, given: dict[str, object]) -> None:
    olu = work.enter("olu")
    before = work.store.annotators()
    assert olu.ask("person", **given).status_code in (404, 422)
    assert work.store.annotators() == before
    assert olu.ask("people").status_code == 200 and work.enter("ann").ask("next").status_code == 200


@pytest.mark.slow
def test_people_are_let_in_and_out_by_keyboard(work, serve, open_page) -> None:
    address = serve(work)
    olu = open_page(address.link(work.tokens["olu"]), "/people")
    assert olu.locator("#people button:enabled").count() == 9 and olu.locator("#role-olu").is_disabled()
    olu.focus("#name")
    olu.keyboard.type("cy")
    olu.keyboard.press("Tab")
    olu.keyboard.press("Tab")
    olu.keyboard.press("End")  # reads all
    olu.keyboard.press("Tab")
    olu.keyboard.press("Enter")
    olu.wait_for_selector("#fresh:visible")
    link = olu.input_value("#link")
    assert link.startswith(f"{address.url}/#")
    assert olu.evaluate("document.activeElement.id") == "link"
    cy = open_page(link)
    assert "0 of 12 read" in cy.text_content("#count")

    end = olu.get_by_role("button", name="End the access of cy")
    end.focus()
    olu.keyboard.press("Enter")
    assert work.store.annotators()[3].active is True  # asked twice
    olu.keyboard.press("Enter")
    deadline = time.monotonic() + 5
    while {p.name: p.active for p in work.store.annotators()}["cy"] and time.monotonic() < deadline:
        olu.wait_for_timeout(20)
    assert not {p.name: p.active for p in work.store.annotators()}["cy"]
    olu.wait_for_selector("#fresh", state="hidden")  # the store knows before the page has its answer
    assert link.split("#")[1] not in olu.content()
    cy.reload()
    cy.wait_for_selector("#enter")
    assert olu.troubles + cy.troubles == []
