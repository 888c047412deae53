"""Hosts, origins, limits: the small decisions that the app's safety rests on."""

from __future__ import annotations

import pytest

from textmine.annotating.access import Limiter, Visitor
from textmine.annotating.guard import is_own_host, is_same_origin


@pytest.mark.parametrize(
    ("host", "open_to_others", "own"),
    [
        ("127.0.0.1:8765", False, True),
        ("localhost", False, True),
        ("[::1]:8765", False, True),
        ("LOCALHOST:1", False, True),
        ("10.0.0.5:8765", False, False),
        ("10.0.0.5:8765", True, True),
        ("[fe80::1]:8765", True, True),
        ("study.example", True, False),
        ("lab.example:8765", True, True),
        ("", True, False),
        ("localhost.evil.example", True, False),
    ],
)
def test_which_host_names_are_this_server(host: str, open_to_others: bool, own: bool) -> None:
    assert is_own_host(host, ["lab.example"], open_to_others=open_to_others) is own


@pytest.mark.parametrize(
    ("origin", "same"),
    [
        ("http://localhost:8765", True),
        ("https://localhost:8765", True),
        ("http://localhost:8766", False),
        ("http://localhost", False),
        ("file://localhost:8765", False),
        ("null", False),
    ],
)
def test_which_origins_are_its_own_pages(origin: str, same: bool) -> None:
    assert is_same_origin(origin, "localhost:8765") is same


def test_limiter_lets_a_burst_through_and_then_so_many_a_second() -> None:
    now = [0.0]
    limiter = Limiter(per_second=2, burst=3, clock=lambda: now[0])
    assert [limiter.allows("ann") for _ in range(4)] == [True, True, True, False]
    assert limiter.allows("ben")
    now[0] = 1.0
    assert [limiter.allows("ann") for _ in range(3)] == [True, True, False]


def test_looking_at_the_limit_costs_nothing() -> None:
    limiter = Limiter(per_second=0, burst=1, clock=lambda: 0.0)
    assert limiter.allows("x", cost=0) and limiter.allows("x", cost=0)
    assert limiter.allows("x") and not limiter.allows("x", cost=0)


def test_a_visitor_is_shown_without_the_token() -> None:
    assert "secret" not in repr(Visitor("ann", "annotator", "secret"))
