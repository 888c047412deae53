"""Written projects and codebooks: valid, the same when read back, the same bytes when written again."""

from __future__ import annotations

import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from textmine.errors import InputError
from textmine.exchange.refi.dialects import find_dialect
from textmine.exchange.refi.facts import Coding, RefiCode, RefiProject, Source
from textmine.exchange.refi.names import make_guid
from textmine.exchange.refi.reading import read_qdc, read_qdpx
from textmine.exchange.refi.writing import write_qdc, write_qdpx

DIALECTS = ("standard", "nvivo", "maxqda", "atlasti", "lf-utf16", "lf-codepoint-inclusive")
CODE = RefiCode(make_guid("c"), "Waiting")


def places(path: Path) -> list[tuple[int, int]]:
    with zipfile.ZipFile(path) as archive:
        root = ET.fromstring(archive.read("project.qde"))
    found = [e for e in root.iter() if str(e.tag).endswith("PlainTextSelection")]
    return [(int(e.get("startPosition", -1)), int(e.get("endPosition", -1))) for e in found]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_project_read_back_is_the_same(project: RefiProject, dialect: str, tmp_path: Path) -> None:
    path = tmp_path / "study.qdpx"
    write_qdpx(project, path, dialect=find_dialect(dialect))
    read = read_qdpx(path)
    assert replace(read.project, origin="") == project
    assert read.found == {"codes": 4, "codings": 11}
    assert (read.project.count_codes(), read.project.count_codings(), read.losses) == (4, 11, ())


def test_place_on_a_picture_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    coding = Coding(make_guid("k"), CODE.guid, where="page 2, 1,2,3,4")
    source = Source(make_guid("s"), "Report", "", codings=(coding,), kind="pdf")
    lost = write_qdpx(RefiProject("P", codes=(CODE,), sources=(source,)), tmp_path / "p.qdpx")
    assert [loss.count for loss in lost if "pages, pictures" in loss.what] == [1]
    assert read_qdpx(tmp_path / "p.qdpx").project.count_codings() == 1


@pytest.mark.parametrize("dialect", DIALECTS)
def test_project_is_valid(project: RefiProject, dialect: str, tmp_path: Path, project_schema) -> None:
    from lxml import etree

    write_qdpx(project, tmp_path / "study.qdpx", dialect=find_dialect(dialect))
    with zipfile.ZipFile(tmp_path / "study.qdpx") as archive:
        project_schema.assertValid(etree.fromstring(archive.read("project.qde")))


def test_codebook_is_valid_and_the_same_when_read_back(
    project: RefiProject, tmp_path: Path, codebook_schema
) -> None:
    from lxml import etree

    lost = write_qdc(project, tmp_path / "book.qdc")
    codebook_schema.assertValid(etree.parse(str(tmp_path / "book.qdc")))
    read = read_qdc(tmp_path / "book.qdc").project
    assert [c.guid for c in read.walk_codes()] == [c.guid for c in project.walk_codes()]
    assert read.codes[0].colour == "#FF0010" and not read.codes[1].codable
    assert read.sets[0].codes == project.sets[0].codes
    assert {loss.what for loss in lost} >= {"sources", "codings", "cases", "memos"}


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        ("standard", [(8, 16), (22, 32)]),
        ("atlasti", [(8, 16), (22, 32)]),
        ("lf-utf16", [(9, 17), (23, 33)]),
        ("maxqda", [(8, 16), (23, 33)]),
        ("nvivo", [(9, 17), (24, 34)]),
        ("lf-codepoint-inclusive", [(8, 15), (22, 31)]),
    ],
)
def test_known_places_are_written(
    project: RefiProject, dialect: str, expected: list[tuple[int, int]], tmp_path: Path
) -> None:
    write_qdpx(project, tmp_path / "p.qdpx", dialect=find_dialect(dialect))
    assert places(tmp_path / "p.qdpx")[:2] == expected


def test_zip_is_as_the_standard_has_it(project: RefiProject, tmp_path: Path) -> None:
    write_qdpx(project, tmp_path / "p.qdpx")
    with zipfile.ZipFile(tmp_path / "p.qdpx") as archive:
        names = archive.namelist()
        texts = [archive.read(name) for name in names[1:]]
    assert names == ["project.qde", *(f"sources/{s.guid}.txt" for s in (*project.sources, *project.notes))]
    assert not any(text.startswith(b"\xef\xbb\xbf") or b"\r" in text for text in texts)


@pytest.mark.parametrize("dialect", ["nvivo", "maxqda"])
def test_programs_that_count_crlf_get_crlf(project: RefiProject, dialect: str, tmp_path: Path) -> None:
    write_qdpx(project, tmp_path / "p.qdpx", dialect=find_dialect(dialect))
    with zipfile.ZipFile(tmp_path / "p.qdpx") as archive:
        text = archive.read(f"sources/{project.sources[0].guid}.txt")
    assert text == "Waits 😀 too long\r\nCafé staff kind".encode()


def test_second_writing_has_the_same_bytes(project: RefiProject, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_qdpx(project, tmp_path / f"{name}.qdpx")
        write_qdc(project, tmp_path / f"{name}.qdc")
    for kind in ("qdpx", "qdc"):
        assert (tmp_path / f"one.{kind}").read_bytes() == (tmp_path / f"two.{kind}").read_bytes()


def test_emoji_are_warned_of_where_nvivo_would_shift(project: RefiProject, tmp_path: Path) -> None:
    standard = write_qdpx(project, tmp_path / "p.qdpx")
    assert [loss.count for loss in standard if "emoji" in loss.what] == [2]
    assert not write_qdpx(project, tmp_path / "p.qdpx", dialect=find_dialect("nvivo"))


def test_what_xml_cannot_hold_does_not_break_the_file(tmp_path: Path, project_schema) -> None:
    from lxml import etree

    odd = Source(make_guid("s"), "bell \x07", "half \ud83d here \x00", description="\x0b<&>")
    lost = write_qdpx(RefiProject("null \0", codes=(CODE,), sources=(odd,)), tmp_path / "p.qdpx")
    with zipfile.ZipFile(tmp_path / "p.qdpx") as archive:
        project_schema.assertValid(etree.fromstring(archive.read("project.qde")))
    read = read_qdpx(tmp_path / "p.qdpx").project.sources[0]
    assert (read.name, read.text) == ("bell \ufffd", "half \ufffd here \x00")
    assert [loss.what for loss in lost] == ["texts with half a character"]


def test_ids_that_are_no_guids_become_guids(tmp_path: Path, project_schema) -> None:
    from lxml import etree

    project = RefiProject("p", codes=(RefiCode("code#2", "a"),), sources=(Source("x", text="t"),))
    write_qdpx(project, tmp_path / "p.qdpx")
    with zipfile.ZipFile(tmp_path / "p.qdpx") as archive:
        project_schema.assertValid(etree.fromstring(archive.read("project.qde")))


def test_empty_project_is_valid_and_a_codebook_needs_a_code(tmp_path: Path, project_schema) -> None:
    from lxml import etree

    write_qdpx(RefiProject("nothing"), tmp_path / "p.qdpx")
    with zipfile.ZipFile(tmp_path / "p.qdpx") as archive:
        project_schema.assertValid(etree.fromstring(archive.read("project.qde")))
    with pytest.raises(InputError, match="at least one"):
        write_qdc(RefiProject("nothing"), tmp_path / "b.qdc")


def test_pyrefiqda_reads_the_same_places(project: RefiProject, tmp_path: Path) -> None:
    pyrefiqda = pytest.importorskip("pyrefiqda")
    write_qdpx(project, tmp_path / "p.qdpx")
    read = pyrefiqda.RefiProject.load(tmp_path / "p.qdpx", extract_dir=str(tmp_path / "out"))
    found = read.sources.text_source
    assert [source.guid for source in found] == [source.guid for source in project.sources]
    for theirs, ours in zip(found, project.sources, strict=True):
        text = (tmp_path / "out" / "sources" / f"{ours.guid}.txt").read_text(encoding="utf-8")
        said = [text[s.start_position : s.end_position] for s in theirs.plain_text_selection]
        assert [" ".join(quote.split()) for quote in said] == [s.name for s in ours.selections]
    assert [code.name for code in read.code_book.codes.code] == ["Waiting", "A folder"]
