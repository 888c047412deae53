"""The release ledger on disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from textmine.disclosure import (
    Ledger,
    Release,
    make_earlier_table,
    protect_shares,
    read_ledger,
    write_ledger,
)
from textmine.errors import InputError


@pytest.fixture
def ledger(survey) -> Ledger:
    empty = Ledger(salt="ab")
    groups = survey.groups[["region"]]
    done = protect_shares(survey.codes, groups, audit=False)
    members = {empty.key_of(person): tuple(row) for person, row in groups.iterrows()}
    table = make_earlier_table("first", done, ["region"], members)
    return empty.add(Release("first", "2026-11-14", "simple5", "", {"q": table}, {empty.key_of("p001"): 2}))


def test_ledger_comes_back_as_it_was(ledger: Ledger, tmp_path: Path) -> None:
    path = write_ledger(ledger, tmp_path / "ledger.jsonl")
    assert read_ledger(path) == ledger
    assert os.name != "posix" or path.stat().st_mode & 0o077 == 0


def test_ledger_holds_no_id(ledger: Ledger, tmp_path: Path) -> None:
    assert "p001" not in write_ledger(ledger, tmp_path / "ledger.jsonl").read_text(encoding="utf-8")


def test_ledger_says_which_releases_hold_somebody(ledger: Ledger) -> None:
    assert ledger.releases_with("p001") == ["first"] and ledger.releases_with("p999") == []
    assert ledger.count_quotes()[ledger.key_of("p001")] == 2


def test_name_is_given_once(ledger: Ledger) -> None:
    with pytest.raises(InputError, match="Give this one another name"):
        ledger.add(Release("first", "2026-11-15", "simple5"))


def test_file_that_is_no_ledger_is_told_with_its_line(ledger: Ledger, tmp_path: Path) -> None:
    path = write_ledger(ledger, tmp_path / "ledger.jsonl")
    path.write_text(path.read_text(encoding="utf-8") + "{}\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 3: not a release ledger"):
        read_ledger(path)
    assert read_ledger(tmp_path / "none.jsonl").releases == ()
