"""Stretches of evidence survive every form in which they leave and come back, over whatever people type."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textmine.annotations import Project, Settings, create_project
from textmine.codebook import Codebook
from textmine.coded import SPAN_COLUMNS, CodedDataset
from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.exchange.coded_folder import WideOptions, write_coded_folder
from textmine.exchange.coded_reader import read_coded
from textmine.exchange.labels import list_readings
from textmine.exchange.refi.layouts import LAYOUTS
from textmine.jobs.export import ExportOptions, export_folder
from textmine.jobs.import_refi import import_file
from textmine.jobs.labels import export_labels, import_labels
from textmine.reading import read_table

#: Emoji of several code points, combining marks, every line end, right to left, letters without a width, and
#: what tables and XML are written with.
PIECES = ["we save", " money", "😀", "👩\u200d🏫", "e\u0301", "\r\n", "\r", "\n", "\u2028", "\u202eשלום\u202c", "مرحبا",
          "\u200b", "\u200d", "\ufeff", "\u00ad", "\ufe0f", '"', "'", ",", ";", "\t", " ", "=1+1", "@", "<b>", "&amp;",
          "\\n", "_x000D_", "%s", "\ufffd", "ﬁ", "\u00a0", "𝒜", "0"]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join)
CODES = ["money", "time"]


@st.composite
def marked_texts(draw: st.DrawFn) -> list[tuple[str, list[tuple[str, int, int]]]]:
    """One to three texts, each with stretches of either code that begin and end anywhere."""
    found = []
    for number, text in enumerate(draw(st.lists(TEXTS, min_size=1, max_size=3))):
        said = f"{number}{text}."  # texts that differ and hold a letter
        stretch = st.tuples(st.integers(0, len(said) - 1), st.integers(1, len(said)))
        places = st.tuples(st.sampled_from(CODES), stretch.filter(lambda s: s[0] < s[1]))
        spans = draw(st.lists(places, max_size=4, unique=True))
        found.append((said, [(code, start, end) for code, (start, end) in spans]))
    return found


Marked = Sequence[tuple[str, Sequence[tuple[str, int, int]]]]


def list_places(marked: Marked) -> set[tuple[str, str, int, int, str]]:
    """Unit, code, start, end and words of every stretch."""
    return {
        (f"u{n}", code, start, end, text[start:end])
        for n, (text, spans) in enumerate(marked)
        for code, start, end in spans
    }


def as_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def places_of(table: pd.DataFrame, quote: str = "quote") -> set[tuple[str, str, int, int, str]]:
    names = ["unit_id" if "unit_id" in table else "doc_id", "code", "start", "end", quote]
    return {
        (str(u), str(c), int(s), int(e), str(q)) for u, c, s, e, q in table[names].itertuples(index=False)
    }


# --- other tools' labels ----------------------------------------------------------------------------------


def make_study(folder: Path, marked: Marked) -> Project:
    frame = pd.DataFrame(
        {"doc_id": [f"u{n}" for n in range(len(marked))], "text": [text for text, _ in marked]}
    )
    return create_project(folder, Corpus(frame), Codebook.from_labels(CODES), Settings(name="study"))


@pytest.mark.parametrize(
    ("form", "utf16"),
    [("label-studio", False), ("label-studio", True), ("prodigy", False), ("doccano", False)],
)
@given(marked=marked_texts())
@settings(max_examples=12)
def test_stretches_come_back_from_other_tools(form: str, utf16: bool, marked: Marked) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        with make_study(folder / "out", marked).open_store() as store:
            store.add_annotator("ann", "owner")
            for n, (text, spans) in enumerate(marked):
                listed = [{"code": c, "start": s, "end": e, "quote": text[s:e]} for c, s, e in spans]
                store.decide(f"u{n}", "ann", sorted({c for c, _, _ in spans}), spans=listed)
        export_labels(folder / "out", folder / "labels.jsonl", form=form, utf16=utf16)
        back = make_study(folder / "back", marked)
        import_labels(folder / "back", folder / "labels.jsonl", form=form)
        with back.open_store() as store:
            readings = list_readings(back, store)
    found = {(r.unit_id, s["code"], s["start"], s["end"], s["quote"]) for r in readings for s in r.spans}
    assert found == list_places(marked)
    assert all(reading.codes is not None for reading in readings)


# --- the coded folder and what is made of it --------------------------------------------------------------


def write_coded(folder: Path, marked: Marked, *formats: str) -> None:
    """The coded folder of these texts by a model that gave each code where it has a stretch."""
    units = pd.Index([f"u{n}" for n in range(len(marked))], name="unit_id")
    given_codes = [[float(any(c == code for c, _, _ in spans)) for code in CODES] for _, spans in marked]
    decisions = pd.DataFrame(given_codes, index=units, columns=CODES)
    rows = [(*place, "tiny", "affirms") for place in sorted(list_places(marked))]
    book = Codebook.from_labels(CODES)
    coded = CodedDataset(
        decisions,
        book,
        "tiny",
        scores=decisions * 0.8 + 0.1,
        spans=pd.DataFrame(rows, columns=SPAN_COLUMNS),
        thresholds=dict.fromkeys(CODES, 0.5),
    )
    source = pd.DataFrame(
        {
            "id": units.to_numpy(),
            "question": [f"What {n % 2}?" for n in range(len(units))],
            "person": [f"p{n // 2}" for n in range(len(units))],
            "said": [text for text, _ in marked],
        }
    )
    columns = {"text": "said", "id": "id", "question": "question", "group": "person", "wave": None}
    provenance = {
        "model": {"id": "tiny", "sha256": "0" * 64, "tier": "fast"},
        "codebook": {"id": book.id, "version": book.version, "sha256": book.sha256},
        "columns": columns,
        "thresholds": dict(coded.thresholds),
        "corpus_fingerprint": "f" * 64,
    }
    options = WideOptions(formats=formats or ("csv",))
    write_coded_folder(coded, source, folder, provenance=provenance, options=options)


@pytest.mark.parametrize("form", ["csv", "parquet"])
@given(marked=marked_texts())
@settings(max_examples=12)
def test_coded_folder_gives_its_stretches_back(form: str, marked: Marked) -> None:
    with tempfile.TemporaryDirectory() as place:
        write_coded(Path(place, "coded"), marked, form)
        read = read_coded(Path(place, "coded"))
    assert places_of(read.coded.spans) == list_places(marked)
    assert read.coded.texts is not None and read.coded.texts.tolist() == [text for text, _ in marked]


@given(marked=marked_texts())
@settings(max_examples=6)
def test_workbook_gives_stretches_back_or_its_folder_is_refused(marked: Marked) -> None:
    """A cell of xlsx has LF alone: where a stretch is no longer at its place, the folder says so."""
    with tempfile.TemporaryDirectory() as place:
        write_coded(Path(place, "coded"), marked, "xlsx")
        try:
            read = read_coded(Path(place, "coded"))
        except InputError as error:
            assert "as xlsx only" in str(error) and any("\r" in text for text, _ in marked)
            return
    assert read.coded.texts is not None and read.coded.texts.tolist() == [
        as_lines(text) for text, _ in marked
    ]
    assert places_of(read.coded.spans) == list_places(marked)


@pytest.mark.parametrize("form", ["csv", "parquet", "jsonl", "json"])
@given(marked=marked_texts())
@settings(max_examples=12)
def test_exported_tables_hold_each_stretch_at_its_words(form: str, marked: Marked) -> None:
    names = {"json": ("responses.csv", "spans.csv")}.get(form, (f"out.{form}", f"out_spans.{form}"))
    with tempfile.TemporaryDirectory() as place:
        write_coded(Path(place, "coded"), marked)
        to = Path(place, "datapackage.json" if form == "json" else f"out.{form}")
        export_folder(Path(place, "coded"), to, options=ExportOptions(include_identifiers=True))
        wide = read_table(Path(place, names[0])).frame
        assert wide["said"].tolist() == [text for text, _ in marked]
        if not list_places(marked):
            return
        spans = read_table(Path(place, names[1])).frame
    assert places_of(spans, "evidence") == list_places(marked)


def splits_a_line_end(text: str, start: int, end: int) -> bool:
    """Whether a stretch begins or ends in the middle of CRLF, a place that a text with LF does not have."""
    return any(text[at - 1 : at + 1] == "\r\n" for at in (start, end) if at > 0)


@given(
    marked=marked_texts(),
    dialect=st.sampled_from(["standard", "nvivo", "maxqda", "atlasti"]),
    layout=st.sampled_from([*LAYOUTS]),
    named=st.booleans(),
)
@settings(max_examples=14)
def test_stretches_come_back_from_a_project(marked: Marked, dialect: str, layout: str, named: bool) -> None:
    marked = [(text, [s for s in spans if not splits_a_line_end(text, *s[1:])]) for text, spans in marked]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_coded(folder / "coded", marked)
        options = ExportOptions(dialect=dialect, layout=layout, include_identifiers=True)
        export_folder(folder / "coded", folder / "out.qdpx", options=options)
        given_dialect = dialect if named else None  # else it is found out
        report = import_file(
            folder / "out.qdpx", folder / "in", dialect=given_dialect, against=folder / "coded"
        )
        assert report.decisions is not None and report.decisions.empty  # nobody changed anything
        if not list_places(marked):
            return
        codings = read_table(folder / "in" / "codings.csv").frame
    wanted = {(u, c, as_lines(q)) for u, c, _, _, q in list_places(marked)}
    assert {(u, c, as_lines(q)) for u, c, _, _, q in places_of(codings)} == wanted
