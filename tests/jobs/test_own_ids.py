"""Ids that are known again, and rows without one of their own."""

from __future__ import annotations

import numpy as np
import pandas as pd

from textmine.jobs.own_ids import IdRegister, set_aside
from textmine.reading.table import Table


def test_ids_are_remembered_without_their_words() -> None:
    seen = IdRegister()
    assert seen.add(["a", "b", "a"]).tolist() == [True, True, False]
    assert seen.add(["c", "b", "d"]).tolist() == [True, False, True]
    assert seen.add([]).tolist() == []
    many = [str(n) for n in range(5000)]
    assert seen.add(many).all()
    assert not seen.add(many[::-1]).any()


def test_row_without_an_id_of_its_own_is_set_aside_with_the_reason() -> None:
    ids = IdRegister()
    set_aside(Table(pd.DataFrame({"id": ["a"]}), [], "one.csv", "", ""), "id", ids)
    table = Table(pd.DataFrame({"id": ["b", " ", "a"]}), [], "two.csv", "", "")
    own, aside = set_aside(table, "id", ids)
    assert own.frame["id"].tolist() == ["b"]
    reasons = [(row.row, row.id, row.reason) for row in aside]
    assert reasons == [(2, " ", "no id"), (3, "a", "the id stands already in an earlier row")]


def test_ids_are_new_once_however_they_are_handed_over() -> None:
    rng = np.random.default_rng(0)
    units = [f"u{n}" for n in rng.integers(4_000, size=10_000)]
    wanted = ~pd.Series(units).duplicated().to_numpy()
    register, found, place = IdRegister(), [], 0
    while place < len(units):
        size = int(rng.integers(1, 400))
        found.append(register.add(units[place : place + size]))
        place += size
    assert np.concatenate(found).tolist() == wanted.tolist()
    assert len(register) == wanted.sum()
