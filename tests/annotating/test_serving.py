"""Links, addresses, and a server that only this machine can reach unless told otherwise."""

from __future__ import annotations

import http.client
import json
import re
import socket
import subprocess
import sys
import threading
import time

import pandas as pd
import pytest

from textmine.annotating.access import Visitor, name_cookie
from textmine.annotating.serving import Address, bind, find_own_address, give_links
from textmine.errors import InputError

LOOPBACK = Address("127.0.0.1", 8765)


def token_of(link: str) -> str:
    return link.rpartition("#")[2]


def test_a_link_holds_its_token_behind_the_hash_only() -> None:
    link = Address("::1", 80).link("abc")
    assert link == "http://[::1]:80/#abc"


def test_alone_on_loopback_one_gets_a_link_each_time(work) -> None:
    for name in ("ann", "ben", "ada"):
        work.store.revoke(name)
    first = give_links(work.store, LOOPBACK)
    second = give_links(work.store, LOOPBACK)
    assert list(first) == list(second) == ["olu"]
    assert work.store.who(token_of(first["olu"])) is None
    assert work.store.who(token_of(second["olu"])).name == "olu"


def test_links_of_a_team_stay_as_they_are_until_one_is_renewed(work) -> None:
    assert give_links(work.store, LOOPBACK) == {}
    assert work.store.who(work.tokens["ann"]).name == "ann"
    renewed = give_links(work.store, LOOPBACK, renew=["ann"])
    assert list(renewed) == ["ann"] and work.store.who(work.tokens["ann"]) is None
    assert work.store.who(work.tokens["ben"]).name == "ben"


def test_no_link_for_a_stranger(work) -> None:
    with pytest.raises(InputError, match=r"No annotator 'zoe'. There are: ada, ann"):
        give_links(work.store, LOOPBACK, annotator="zoe")


def test_a_port_that_is_taken_is_told_in_a_line() -> None:
    listening, address = bind(Address("127.0.0.1", 0))
    with listening:
        listening.listen()
        with pytest.raises(InputError, match="Give another --port"):
            bind(address)


def test_another_machine_cannot_connect_by_default() -> None:
    own = find_own_address()
    if Address(own, 0).is_loopback:
        pytest.skip("this machine has no address but loopback's")
    listening, address = bind(Address("127.0.0.1", 0))
    with listening:
        listening.listen()
        socket.create_connection((address.host, address.port), timeout=5).close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((own, address.port), timeout=5)


def test_the_command_opens_a_project_and_prints_the_link(textmine, tmp_path, monkeypatch, work) -> None:
    from textmine.annotating import serving
    from textmine.jobs import annotate as job

    served = threading.Event()
    monkeypatch.setattr(job, "serve", lambda *given, **named: served.set())
    for name in ("ann", "ben", "ada"):
        work.store.revoke(name)
    ran = textmine("annotate", work.project.folder, "--port", 0, "--no-browser")
    assert ran.code == 0 and served.is_set(), ran.err
    link = next(word for word in ran.out.split() if word.startswith("http://127.0.0.1:"))
    assert work.store.who(token_of(link)).name == "olu"
    assert serving.Address("127.0.0.1", 1).is_loopback


def test_stopping_writes_the_files_for_git(textmine, monkeypatch, work) -> None:
    from textmine.jobs import annotate as job

    monkeypatch.setattr(job, "serve", lambda *given, **named: work.store.decide("u01", "ann", ["money"]))
    ran = textmine("annotate", work.project.folder, "--port", 0, "--no-browser", "--no-learn")
    assert ran.code == 0, ran.err
    kept = work.project.annotations
    assert kept.name in ran.out and len((kept / "ann.jsonl").read_text("utf-8").splitlines()) == 1
    assert (kept / "labels" / "settled.csv").read_text("utf-8").splitlines()[1].startswith("u01,0,1,0,")


def test_opening_to_others_says_so(textmine, monkeypatch, work) -> None:
    from textmine.jobs import annotate as job

    monkeypatch.setattr(job, "serve", lambda *given, **named: None)
    ran = textmine("annotate", work.project.folder, "--host", "0.0.0.0", "--port", 0, "--no-browser")
    assert "Other machines can reach this address" in ran.out and "unencrypted" in ran.out


def test_a_folder_without_a_project_is_told(textmine, tmp_path) -> None:
    assert "textmine init" in textmine("annotate", tmp_path, "--no-browser").error


def test_missing_packages_are_told_with_what_to_install(textmine, tmp_path, monkeypatch) -> None:
    from textmine.annotating import serving

    monkeypatch.setattr(serving, "find_spec", lambda name: None)
    assert "textmine[annotate]" in textmine("annotate", tmp_path, "--no-browser").error


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX's")
def test_what_was_confirmed_outlives_a_kill_and_nothing_is_logged(make_work, corpus, tmp_path) -> None:
    rows = [{"doc_id": f"r{n}", "text": f"Quillfeather said {n}"} for n in range(3000)]
    work = make_work(type(corpus)(pd.DataFrame(rows)))
    for name in ("ann", "ben"):
        work.store.revoke(name)
    token = work.store.new_token("olu")
    command = [sys.executable, "-m", "textmine.cli", "annotate", str(work.project.folder), "--port", "0"]
    log = tmp_path / "log.txt"
    with (
        log.open("wb") as out,
        subprocess.Popen([*command, "--no-browser"], stdout=out, stderr=out) as process,
    ):
        place = wait_for_address(log)
        confirmed: list[str] = []
        threads = [threading.Thread(target=send, args=(place, token, part, confirmed)) for part in range(4)]
        for thread in threads:
            thread.start()
        while len(confirmed) < 200:
            time.sleep(0.005)
        process.kill()
        for thread in threads:
            thread.join()
    stored = {event.id for event in work.store.events()}
    assert len(confirmed) >= 200 and set(confirmed) <= stored
    assert "quillfeather" not in log.read_text("utf-8").casefold()


def wait_for_address(log) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = re.search(r"http://(127\.0\.0\.1:\d+)", log.read_text("utf-8"))
        if found and "Stop with Ctrl" in log.read_text("utf-8"):
            return found[1]
        time.sleep(0.05)
    raise AssertionError(log.read_text("utf-8"))


def send(place: str, token: str, part: int, confirmed: list[str]) -> None:
    """Decide on units until the server is gone; note what it confirmed."""
    csrf = Visitor("olu", "owner", token).seal("csrf")
    headers = {"Content-Type": "application/json", "X-CSRF-Token": csrf}
    headers["Cookie"] = f"{name_cookie('study')}={token}"
    connection = http.client.HTTPConnection(place, timeout=10)
    number = part
    try:
        while number < 3000:
            event = {"id": f"e{number}", "kind": "decision", "unit_id": f"r{number}", "codes": ["money"]}
            connection.request("POST", "/api/event", json.dumps(event), headers)
            answer = connection.getresponse()
            told = json.loads(answer.read())
            if answer.status == 200:
                confirmed.append(told["id"])
                number += 4
            else:
                assert answer.status == 429, told
                time.sleep(0.05)
    except (OSError, http.client.HTTPException):
        return
    finally:
        connection.close()
