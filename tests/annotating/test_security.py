"""Who is kept out, and what is never told: each attack that the app is to withstand."""

from __future__ import annotations

import logging
import re
from functools import partial

import pytest

from textmine.annotating import api
from textmine.annotating.access import Limiter
from textmine.annotating.api import ANSWERS, Json
from textmine.annotating.guard import LARGEST_BODY
from textmine.annotations import Task

PAGES = (
    "/read",
    "/grid",
    "/search",
    "/memos",
    "/codebook",
    "/progress",
    "/settle",
    "/agreement",
    "/questions",
    "/drift",
    "/learning",
    "/people",
)
LEADS = ("/settle", "/agreement", "/questions", "/drift", "/learning", "/people")


# --- who may come in --------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "wrong", "x" * 43, "é", "x" * 5000])
def test_a_forged_token_is_refused(work, token: str) -> None:
    client = work.client()
    answer = client.post("/api/enter", json={"token": token})
    assert answer.status_code in (401, 422) and not answer.cookies


def test_a_forged_cookie_opens_nothing(work, cookie: str) -> None:
    client = work.client()
    client.cookies.set(cookie, "x" * 43)
    for path in PAGES:
        assert client.get(path).status_code == 401
    for name in ANSWERS:
        assert client.post(f"/api/{name}", json={}).status_code == 401


def test_a_link_that_ended_lets_nobody_in_any_more(work) -> None:
    ann = work.enter("ann")
    work.store.revoke("ann")
    assert ann.ask("next").status_code == 401
    assert work.client().post("/api/enter", json={"token": ann.token}).status_code == 401


def test_a_fresh_link_ends_the_old_one(work) -> None:
    ann = work.enter("ann")
    work.store.new_token("ann")
    assert ann.ask("next").status_code == 401


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(work) -> None:
    answer = work.client().post("/api/enter", json={"token": work.tokens["ann"]})
    said = answer.headers["set-cookie"]
    assert "HttpOnly" in said and "samesite=strict" in said.lower() and "Path=/" in said


def test_signing_out_forgets_the_cookie(work) -> None:
    ann = work.enter("ann")
    assert ann.ask("leave").status_code == 200
    assert ann.ask("next").status_code == 401


def test_guessing_links_is_slowed_down(work) -> None:
    client = work.client()
    answers = [client.post("/api/enter", json={"token": f"guess{n}"}).status_code for n in range(15)]
    assert answers[0] == 401 and answers[-1] == 429


def test_asking_without_end_is_slowed_down(make_work, monkeypatch) -> None:
    monkeypatch.setattr(api, "Limiter", partial(Limiter, clock=lambda: 0.0))  # however slow the machine is
    ann = make_work().enter("ann")
    answers = [ann.ask("notes").status_code for _ in range(310)]
    assert answers == [200] * 300 + [429] * 10


# --- what others may make a browser send ------------------------------------------------------------------


def test_a_post_from_another_site_is_refused(work) -> None:
    ann = work.enter("ann")
    event = {"id": "e1", "kind": "decision", "unit_id": "u00", "codes": ["money"]}
    for headers in (
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "0" * 32},
    ):
        assert ann.ask("event", headers, **event).status_code == 403, headers
    assert work.store.events() == []
    assert ann.ask("event", {"Origin": "http://127.0.0.1:8765"}, **event).status_code == 200


def test_anothers_seal_is_no_use(work) -> None:
    ann, ben = work.enter("ann"), work.enter("ben")
    assert ann.ask("next", {"X-CSRF-Token": ben.csrf}).status_code == 403


def test_entering_from_another_site_is_refused(work) -> None:
    answer = work.client().post(
        "/api/enter", json={"token": work.tokens["ann"]}, headers={"Origin": "http://evil.example"}
    )
    assert answer.status_code == 403 and not answer.cookies


def test_a_form_cannot_send_json(work) -> None:
    ann = work.enter("ann")
    headers = {"X-CSRF-Token": ann.csrf, "Content-Type": "text/plain"}
    assert ann.client.post("/api/event", content='{"kind": "skip"}', headers=headers).status_code == 415


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "192.168.1.4", ""]
)
def test_a_foreign_name_for_this_machine_is_refused(work, host: str) -> None:
    answer = work.client().get("/", headers={"Host": host})
    assert answer.status_code == 421 and "study" not in answer.text


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_nothing_is_answered_to_get(work, name: str) -> None:
    assert work.enter("olu").client.get(f"/api/{name}").status_code in (404, 405)


def test_other_methods_are_refused(work) -> None:
    client = work.enter("ann").client
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        assert client.request(method, "/read").status_code == 405


# --- what one may not reach -------------------------------------------------------------------------------


def test_anothers_unit_by_its_id_is_refused_like_one_that_is_not_there(make_work) -> None:
    work = make_work(tasks=False, show_suggestions_after=True)
    work.store.assign([Task(annotator="ann", unit_id="u00"), Task(annotator="ben", unit_id="u05")])
    ann, ben = work.enter("ann"), work.enter("ben")
    ben.decide({"id": "u05"}, ["money"])
    seen = set()
    for unit in ("u05", "no-such-unit", None, 7, ["u00"]):
        for name in ("unit", "after", "talk"):
            answer = ann.ask(name, id=unit)
            assert answer.status_code == 404
            seen.add(answer.text)
        for kind in ("decision", "memo", "skip", "question", "flag", "act_on"):
            event = {"id": f"x-{kind}", "kind": kind, "unit_id": unit}
            event |= {"codes": ["money"]} if kind == "decision" else {"text": "x"}
            assert ann.ask("event", **event).status_code == 404
    assert len(seen) == 1
    assert work.store.events(annotator="ann") == []


def test_anothers_decision_cannot_be_taken_back(work) -> None:
    ann, ben = work.enter("ann"), work.enter("ben")
    ben.decide({"id": "u00"}, ["money"], id="b1")
    assert ann.ask("event", id="x", kind="undo", supersedes="b1").status_code == 422
    assert len(work.store.decisions()) == 1


def test_nobody_writes_in_anothers_name(work) -> None:
    ann = work.enter("ann")
    event = {"id": "e1", "kind": "memo", "unit_id": "u00", "text": "x"}
    for more in ({"annotator": "ben"}, {"role": "random"}, {"probability": 0.5}, {"round": 3}):
        assert ann.ask("event", **event, **more).status_code == 422
    assert ann.ask("event", **event).status_code == 200
    assert work.store.events()[0].annotator == "ann"


def test_annotators_see_no_page_of_leads_and_do_none_of_their_work(work) -> None:
    ann = work.enter("ann")
    work.enter("ben").decide({"id": "u00"}, ["money"])
    assert [ann.client.get(path).status_code for path in LEADS] == [403] * len(LEADS)
    for name in ("differences", "difference", "questions", "answer"):
        assert ann.ask(name, id="u00").status_code == 403
    word = {"id": "a1", "kind": "adjudication", "unit_id": "u00", "codes": [], "reason": "mine"}
    assert ann.ask("event", **word).status_code == 403
    ruling = {"id": "r1", "kind": "ruling", "unit_id": "u00", "text": "x", "code": "money"}
    assert ann.ask("event", **ruling).status_code == 422


def test_an_adjudicator_settles_but_does_not_rule(work) -> None:
    ada = work.enter("ada")
    assert [ada.client.get(path).status_code for path in LEADS] == [200, 200, 403, 403, 200, 403]
    assert ada.ask("answer", question="q", text="x").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "/static/../api.py",
        "/static/..%2fapi.py",
        "/static/%2e%2e/api.py",
        "/static/%2e%2e%2f%2e%2e%2fcli.py",
        "/static/..\\api.py",
        "/static//etc/passwd",
        "/static/",
        "/static/templates/read.html",
    ],
)
def test_nothing_outside_the_folder_of_scripts_is_served(work, path: str) -> None:
    answer = work.client().get(path)
    assert answer.status_code in (401, 404) and "textmine" not in answer.text


# --- what is sent -----------------------------------------------------------------------------------------


def test_pages_hold_no_words_no_inline_script_and_nothing_from_elsewhere(work) -> None:
    client = work.enter("olu").client
    for path in ("/", *PAGES):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "Sharing" not in answer.text and "answer 1" not in answer.text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", answer.text)
        assert not re.search(r"(?:src|href)=\"(?!/|#|data:,)", answer.text)


def test_headers_shut_the_page_off(work) -> None:
    client = work.enter("ann").client
    for answer in (
        client.get("/read"),
        client.get("/static/reading.js"),
        client.get("/nothing"),
        client.put("/read"),
    ):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src 'self';" in policy and "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in policy
    assert client.get("/read").headers["cache-control"] == "no-store"


def test_markup_in_a_comment_travels_as_text(work) -> None:
    answer = work.enter("ann").ask("next", limit=1)
    assert "<" not in answer.text and answer.headers["content-type"] == "application/json"
    assert "<script>alert(1)</script>" in answer.json()["units"][0]["text"]


def test_half_a_character_in_a_text_breaks_nothing() -> None:
    assert Json({"text": "half \ud83d"}).body == b'{"text":"half \\ud83d"}'


def test_a_large_body_is_refused_whatever_its_header_says(work) -> None:
    ann = work.enter("ann")
    body = b'{"words": "' + b"x" * LARGEST_BODY + b'"}'
    headers = {"X-CSRF-Token": ann.csrf, "Content-Type": "application/json"}
    assert ann.client.post("/api/search", content=body, headers=headers).status_code == 413
    parts = (body[n : n + 4096] for n in range(0, len(body), 4096))  # sent in chunks, without a length
    assert ann.client.post("/api/search", content=parts, headers=headers).status_code == 413


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b'"x"', b"[" * 100_000, b"\xff", b'{"id": NaN}'])
def test_nonsense_is_refused_in_a_line(work, body: bytes) -> None:
    ann = work.enter("ann")
    headers = {"X-CSRF-Token": ann.csrf, "Content-Type": "application/json"}
    answer = ann.client.post("/api/event", content=body, headers=headers)
    assert answer.status_code == 422 and set(answer.json()) == {"error"}


def test_what_goes_wrong_is_logged_without_words(work, monkeypatch, caplog) -> None:
    from textmine.annotating.desk import Desk

    def fail(self, visitor, words):
        raise RuntimeError(f"could not find {words}")

    monkeypatch.setattr(Desk, "search", fail)
    ann = work.enter("ann")
    with caplog.at_level(logging.DEBUG):
        answer = ann.ask("search", words="Quillfeather")
    assert answer.status_code == 500 and "Quillfeather" not in answer.text
    assert "RuntimeError" in caplog.text and "Quillfeather" not in caplog.text
