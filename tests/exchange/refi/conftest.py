"""A synthetic project with everything in it, a zip made by hand, and where the schemas are."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from textmine.exchange.refi.facts import (
    VARIABLE_TYPES,
    Case,
    CodeSet,
    Coding,
    Link,
    RefiCode,
    RefiProject,
    Selection,
    Source,
    User,
    Value,
    Variable,
)
from textmine.exchange.refi.names import make_guid

TEXT = "Waits 😀 too long\nCafé staff kind"
CRLF = "Waits 😀 too long\r\nCafé\rstaff\nkind"
FIXTURES = Path(__file__).resolve().parents[4] / "shared" / "fixtures" / "refi-qda"


def guid(*key: object) -> str:
    return make_guid("test", *key)


def select(number: int, text: str, quote: str) -> Selection:
    """A stretch that two users coded, one of them the model."""
    start = text.index(quote)
    first = Coding(guid("coding", number), guid("code", 1), guid("user", 1), "2026-01-31T10:00:00Z")
    second = Coding(guid("coding", number, 2), guid("code", 2), guid("user", 2), notes=(guid("note"),))
    return Selection(
        guid("selection", number),
        start,
        start + len(quote),
        name=" ".join(quote.split()),
        codings=(first, second),
        user=guid("user", 1),
        description="look at this" if number == 1 else "",
        notes=(guid("note"),) if number == 2 else (),
        created="2026-01-30T10:00:00Z" if number == 3 else "2026-01-31T10:00:00Z",
        modified_by=guid("user", 2) if number == 1 else "",
        modified="2026-02-01T10:00:00Z" if number == 1 else "",
    )


@pytest.fixture
def project() -> RefiProject:
    below = RefiCode(guid("code", 2), "Long waits", children=(RefiCode(guid("code", 3), "Phone"),))
    codes = (
        RefiCode(guid("code", 1), "Waiting", True, "#FF0010", "Delay.", (below,), (guid("note"),)),
        RefiCode(guid("code", 4), "A folder", codable=False),
    )
    variables = tuple(Variable(guid(kind), kind, kind, f"a {kind}") for kind in VARIABLE_TYPES)
    held = ("a 😀", True, -5, Decimal("1.50"), date(2026, 1, 2), datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    values = tuple(Value(v.guid, value) for v, value in zip(variables, held, strict=True))
    plain = Source(
        guid("source", 1),
        "A day",
        TEXT,
        (select(1, TEXT, "too long"), select(2, TEXT, "staff kind"), select(3, TEXT, "😀 too long\nCafé")),
        values=values[:1],
        modified_by=guid("user", 1),
        modified="2026-02-02T10:00:00Z",
    )
    mixed = Source(
        guid("source", 2),
        "B day",
        CRLF,
        (select(4, CRLF, "too long"), select(5, CRLF, "long\r\nCafé\rstaff\nkind")),
        codings=(Coding(guid("whole"), guid("code", 3)),),
    )
    return RefiProject(
        "A study",
        users=(
            User(guid("user", 1), "ann"),
            User(guid("user", 2), "textmine tiny 0123456789ab", "sha256:0123"),
        ),
        codes=codes,
        variables=variables,
        cases=(
            Case(
                guid("case"),
                "R1",
                "Somebody",
                (guid("code", 1),),
                values,
                (guid("source", 1),),
                (guid("selection", 1),),
            ),
        ),
        sources=(plain, mixed),
        notes=(Source(guid("note"), "Memo", "Think again.", created="2026-01-02T10:00:00Z", kind="note"),),
        links=(Link(guid("link"), "leads to", "OneWay", "#00FF00", guid("selection", 1), guid("note")),),
        sets=(CodeSet(guid("set"), "Core", "d", (guid("code", 1),), (guid("source", 1),), (guid("note"),)),),
        description="About the study.",
        about=(guid("note"),),
        user=guid("user", 1),
        modified_by=guid("user", 1),
        modified="2026-02-03T10:00:00Z",
    )


@pytest.fixture
def make_zip(tmp_path: Path) -> Callable[..., Path]:
    """A .qdpx file of these parts, such as another program writes."""

    def make(parts: dict[str, str | bytes], name: str = "other.qdpx") -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w") as archive:
            for part, content in parts.items():
                archive.writestr(part, content)
        return path

    return make


@pytest.fixture
def project_schema():
    return load_schema("Project.xsd")


@pytest.fixture
def codebook_schema():
    return load_schema("Codebook.xsd")


def load_schema(name: str):
    etree = pytest.importorskip("lxml.etree")
    if not (FIXTURES / name).is_file():
        pytest.skip(f"no {name}: the schemas of REFI-QDA are not here")
    return etree.XMLSchema(etree.parse(str(FIXTURES / name)))
