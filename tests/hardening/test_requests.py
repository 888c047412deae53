"""Requests to the app of annotators that no page would send: answered in one line, never with a failure."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytest.importorskip("starlette", reason="starlette is not installed: pip install textmine[annotate]")

Ask = Callable[[bytes], None]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    """What sends one request as the fuzzer does and fails on a status of 500 or an exception."""
    from textmine.annotating.access import Limiter

    allows = Limiter.allows
    sys.path.insert(0, str(Path(__file__).parent))
    try:
        from targets import TARGETS

        yield TARGETS["web"].make(tmp_path_factory.mktemp("web"))
    finally:
        sys.path.remove(str(Path(__file__).parent))
        Limiter.allows = allows  # type: ignore[method-assign]


@pytest.mark.parametrize(
    ("at", "body"),
    [
        ("event", {"id": "a", "kind": ["decision"], "unit_id": "u01", "codes": []}),
        ("event", {"id": "b", "kind": {"memo": 1}, "unit_id": "u01"}),
        ("event", {"id": "c", "kind": "decision", "unit_id": "u01", "codes": [], "seconds": 10**400}),
        ("event", {"id": "d", "kind": "memo", "unit_id": "u02", "text": "half a \ud83d face"}),
        ("event", {"id": "\udc00", "kind": "flag", "unit_id": "u02", "text": "x"}),
        ("event", {"id": "e", "kind": "undo", "supersedes": "\ud800"}),
        ("search", {"words": "\ud800"}),
        ("codememo", {"code": "money", "text": "\ud800"}),
        ("passages", {"words": "\ud800", "codes": ["\ud800"]}),
        ("enter", {"token": "\ud800"}),
        ("next", {"passed": ["\ud800"], "limit": 10**400}),
    ],
)
def test_strange_request_is_answered(ask: Ask, at: str, body: object) -> None:
    ask(json.dumps({"at": at, "body": body}).encode())


@pytest.mark.parametrize(
    "body",
    [b"[" * 100_000, b'{"a":' * 50_000, b"\xff\xfe", b'"\xed\xa0\x80"', b"", b"9" * 5_000, b"NaN", b"\x00"],
)
def test_body_that_is_no_json_is_answered(ask: Ask, body: bytes) -> None:
    ask(body)


def test_half_a_character_in_a_memo_is_kept_as_a_mark(tmp_path: Path) -> None:
    from textmine.annotating.api import _mend_halves

    assert _mend_halves({"text": "a \ud83d b", "list": ["\ud83d\ude00"]}) == {
        "text": "a \ufffd b",
        "list": ["😀"],
    }
