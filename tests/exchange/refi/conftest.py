"""A synthetic project with everything in it, a zip made by hand, and where the schemas are."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from textmine.codebook import Code, Codebook
from textmine.coded import CodedDataset
from textmine.exchange.coded_folder import write_coded_folder
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
        notes=(Source(guid("note"), "Memo", "Think again.", kind="note"),),
        links=(Link(guid("link"), "leads to", "OneWay", "#00FF00", guid("selection", 1), guid("note")),),
        sets=(CodeSet(guid("set"), "Core", "d", (guid("code", 1),), (guid("source", 1),), (guid("note"),)),),
        description="About the study.",
        about=(guid("note"),),
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


ANSWERS = [
    # id, person, question, age, text
    ("01", "A", "What helped?", "41", "Joint training 😀 helped\r\nand it saved money"),
    ("02", "B", "What helped?", "", "Nothing =really"),
    ("03", "A", "What hindered?", "41", "Money, money"),
    ("04", "C", "What hindered?", "29", ""),
    ("05", "C", "What hindered?", "29", "It saved money for café staff"),
]


def write_study(folder: Path) -> Path:
    """A coded folder with two questions, three people, two codes, an emoji and a line end of two signs."""
    ids = pd.Index([row[0] for row in ANSWERS], name="unit_id")
    scores = pd.DataFrame(
        {"training": [0.9, 0.1, 0.1, np.nan, 0.3], "money": [0.8, 0.2, 0.95, np.nan, 0.7]}, index=ids
    )
    decisions = (scores >= 0.5).astype(float).where(scores.notna())
    texts = {row[0]: row[4] for row in ANSWERS}
    marked = [
        ("01", "training", "Joint training 😀"),
        ("01", "money", "helped\r\nand it saved money"),
        ("03", "money", "Money"),
        ("05", "money", "saved money"),
        ("05", "training", "staff"),
    ]
    rows = [(u, c, texts[u].index(q), texts[u].index(q) + len(q), q, "tiny", "affirms") for u, c, q in marked]
    book = Codebook(
        id="b",
        version="1",
        codes=(
            Code("training", "Training", "Shared skill.", include=("courses",), exclude=("money",)),
            Code("money", "Money saved", "Money.", colour="#00FF00", parent="training"),
        ),
    )
    coded = CodedDataset(
        decisions,
        book,
        "tiny",
        scores=scores,
        spans=pd.DataFrame(rows, columns=["unit_id", "code", "start", "end", "quote", "coder", "stance"]),
        thresholds={"training": 0.5, "money": 0.5},
        accept_from={"money": 0.9},
    )
    source = pd.DataFrame(ANSWERS, columns=["id", "person", "question", "age", "said"])
    columns = {"text": "said", "id": "id", "question": "question", "group": "person", "wave": None}
    provenance = {
        "model": {"id": "tiny", "sha256": "0123456789ab" + "0" * 52, "tier": "fast"},
        "codebook": {"id": "b", "version": "1", "sha256": book.sha256},
        "columns": columns,
        "thresholds": dict(coded.thresholds),
        "corpus_fingerprint": "f" * 64,
    }
    write_coded_folder(coded, source, folder, provenance=provenance)
    (folder / "codebook.yaml").write_text(book.dumps(), encoding="utf-8")
    os.utime(folder / "provenance.json", (1_769_853_600, 1_769_853_600))
    return folder


@pytest.fixture
def study_folder(tmp_path: Path) -> Path:
    return write_study(tmp_path / "coded")
