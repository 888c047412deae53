"""Hostile and broken documents: one clear line, in bounded memory and time."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from textmine.errors import InputError
from textmine.reading import prose
from textmine.reading.documents import read_document
from textmine.reading.transcripts import read_transcript

BILLION = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
FILE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


def refuse(path: Path, why: str) -> None:
    for read in (read_transcript, read_document):
        with pytest.raises(InputError, match=why) as caught:
            read(path)
        assert "\n" not in str(caught.value) and path.name in str(caught.value)


@pytest.mark.parametrize("kind", ["docx", "odt", "pdf", "txt"])
def test_renamed_program(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"t.{kind}"
    path.write_bytes(b"MZ\x90\x00\x03" + b"\x00\x01" * 500)
    refuse(path, "is a program")


@pytest.mark.parametrize("kind", ["docx", "odt", "pdf"])
def test_text_named_as_a_document(kind: str, write: Callable[..., Path]) -> None:
    refuse(write("Int: Why?\nR: So.\n", f"t.{kind}"), f"not a {kind} file")


@pytest.mark.parametrize("declared", [BILLION, FILE])
def test_entities_are_refused(declared: str, make: SimpleNamespace, tmp_path: Path) -> None:
    refuse(make.docx(tmp_path / "t.docx", "<w:p/>", head=declared), "declares XML entities")
    refuse(make.odt(tmp_path / "t.odt", "<text:p/>", head=declared), "declares XML entities")


def test_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 90_000_000)
    refuse(path, "zip bomb")


def test_deep_nesting_is_refused(make: SimpleNamespace, tmp_path: Path) -> None:
    refuse(make.docx(tmp_path / "t.docx", "<w:x>" * 5000 + "</w:x>" * 5000), "nests")


def test_damaged_xml_and_zip(make: SimpleNamespace, tmp_path: Path) -> None:
    refuse(make.docx(tmp_path / "t.docx", "<w:p>"), "damaged")
    whole = make.docx(tmp_path / "u.docx", "<w:p/>").read_bytes()
    (tmp_path / "u.docx").write_bytes(whole[: len(whole) // 2])
    refuse(tmp_path / "u.docx", "zip")


def test_workbook_named_docx_and_old_word_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "t.docx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    refuse(tmp_path / "t.docx", "a workbook")
    (tmp_path / "u.docx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    refuse(tmp_path / "u.docx", "old Word file")


def test_pdf_with_a_password_damaged_or_without_text(make: SimpleNamespace, tmp_path: Path) -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(make.pdf(tmp_path / "a.pdf", "Int: Why?")))
    writer.encrypt("secret", algorithm="RC4-128")
    with (tmp_path / "b.pdf").open("wb") as handle:
        writer.write(handle)
    refuse(tmp_path / "b.pdf", "password")
    (tmp_path / "c.pdf").write_bytes(b"%PDF-1.4\n" + b"<< /Kids [1 0 R] >>" * 50)
    refuse(tmp_path / "c.pdf", "cannot be read as pdf")
    refuse(make.pdf(tmp_path / "d.pdf", ""), "only pictures")


def test_pdf_of_too_many_pages(
    make: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prose, "_MOST_PAGES", 1)
    refuse(make.pdf(tmp_path / "t.pdf", "a", "b"), "2 pages")


def test_endless_text_is_refused_before_it_is_held(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    with path.open("wb") as handle:
        handle.write(b"Int: " + b"a" * 1000)
        handle.truncate(2 * 2**30)  # sparse where the disk allows
    refuse(path, "larger than 32 MiB")


def test_text_of_too_many_lines(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_bytes(b"Int: Why?\n" + b"a\n" * 600_000)
    refuse(tmp_path / "t.txt", "500000 lines")


def test_binary_empty_folder_and_missing(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_bytes(bytes(range(1, 32)) * 40)
    refuse(tmp_path / "t.txt", "not text")
    (tmp_path / "e.txt").write_bytes(b" \n")
    refuse(tmp_path / "e.txt", "empty")
    (tmp_path / "f.txt").mkdir()
    refuse(tmp_path / "f.txt", "folder")
    refuse(tmp_path / "none.txt", "No file")
    (tmp_path / "x.xyz").write_bytes(b"words")
    refuse(tmp_path / "x.xyz", "not of a kind")


def test_a_few_nulls_are_taken_out_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes(b"Int: Wh\0y is it so, then, in this place?\n\nR: So.\0\n\nInt: And?\n\nR: Yes.\n")
    transcript = read_transcript(path)
    assert transcript.frame["text"].tolist()[:2] == ["Why is it so, then, in this place?", "So."]
    assert "Control characters: 2 taken out." in transcript.notes


def test_long_line_of_brackets_and_colons_is_quick(write: Callable[..., Path]) -> None:
    path = write("Int: " + "[(<{a: 00:01 " * 60_000 + "\n\nR: So.\n\nInt: Why?\n\nR: Yes.\n")
    assert len(read_transcript(path).frame) == 4
