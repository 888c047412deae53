"""Every input that was found to fail by the fuzzer or by hand: it ends well now, or in one line, and soon."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shutil
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from textmine.codebook import Code, Codebook
from textmine.coding.artefact import load_coder
from textmine.coding.codebook_check import check_codebook
from textmine.errors import InputError, ModelError
from textmine.exchange.refi.reading import read_qdpx
from textmine.privacy.redaction import redact_texts
from textmine.reading import read_table
from textmine.reading.transcripts import read_transcript

SOON = 8.0  # seconds of processor time; each took less than a third of it here, and minutes before


def soon(work: Callable[[], object]) -> None:
    started = time.process_time()
    work()
    assert time.process_time() - started < SOON


def zipped(parts: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name or "x"), data)
    return held.getvalue()


def with_offset(data: bytes, offset: int) -> bytes:
    """A zip whose directory says that its last part begins elsewhere."""
    at = data.rindex(b"PK\x01\x02") + 42
    return data[:at] + struct.pack("<I", offset) + data[at + 4 :]


def without_name(data: bytes, name: bytes) -> bytes:
    """A zip with a part of no name: the length of it is 0 in the directory, its letters left out."""
    at = data.rindex(b"PK\x01\x02")
    end = data.rindex(b"PK\x05\x06")
    entry = data[at : at + 28] + b"\0\0" + data[at + 30 : at + 46] + data[at + 46 + len(name) : end]
    tail = bytearray(data[end:])
    tail[12:16] = struct.pack("<I", struct.unpack("<I", tail[12:16])[0] - len(name))
    return data[:at] + entry + bytes(tail)


# --- archives ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["w.xlsx", "w.ods"])
def test_part_before_the_start_of_a_zip_is_damage(tmp_path: Path, name: str) -> None:
    first = "xl/workbook.xml" if name == "w.xlsx" else "mimetype"
    body = b"application/vnd.oasis.opendocument.spreadsheet"
    good = zipped({first: body, "content.xml": b"<a/>"})
    end = good.rindex(b"PK\x05\x06")
    size, start = struct.unpack("<II", good[end + 12 : end + 20])
    bad = good[: end + 16] + struct.pack("<I", start + 40) + good[end + 20 :]  # all places 40 bytes too early
    (tmp_path / name).write_bytes(bad)
    with pytest.raises(InputError, match="damaged"):
        read_table(tmp_path / name)
    assert size


def test_project_with_a_part_before_its_start_is_damage(tmp_path: Path) -> None:
    good = zipped({"project.qde": b"<Project/>"})
    end = good.rindex(b"PK\x05\x06")
    start = struct.unpack("<I", good[end + 16 : end + 20])[0]
    path = tmp_path / "p.qdpx"
    path.write_bytes(good[: end + 16] + struct.pack("<I", start + 40) + good[end + 20 :])
    with pytest.raises(InputError, match="damaged"):
        read_qdpx(path)


def test_project_with_a_part_of_no_name_is_read(tmp_path: Path) -> None:
    path = tmp_path / "p.qdpx"
    path.write_bytes(without_name(zipped({"project.qde": b"<Project name='p'/>", "abc": b"x"}), b"abc"))
    with zipfile.ZipFile(path) as archive:
        assert "" in archive.namelist()
    assert read_qdpx(path).project.name == "p"


# --- tables -----------------------------------------------------------------------------------------------


def workbook(change: Callable[[str, bytes], bytes]) -> bytes:
    import xlsxwriter

    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["id", "why"])
        sheet.write_row(1, 0, [1, "We share"])
    with zipfile.ZipFile(held) as archive:
        return zipped({name: change(name, archive.read(name)) for name in archive.namelist()})


def test_row_far_below_where_a_workbook_ends_is_soon_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    path.write_bytes(workbook(lambda name, data: data.replace(b'<row r="2"', b'<row r="2147483648"')))

    def read() -> None:
        with pytest.raises(InputError, match="1,048,576"):
            read_table(path)

    started = time.process_time()
    read()
    assert time.process_time() - started < 30  # before: minutes, and a gigabyte


def test_style_that_is_not_there_prints_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "w.xlsx"
    path.write_bytes(
        workbook(lambda n, data: data.replace(b"<cellStyleXfs", b"<x").replace(b"</cellStyleXfs", b"</x"))
    )
    with contextlib.suppress(InputError):
        read_table(path)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "body",
    ["1," + '"a,' * 60_000 + "\n", ("1," + '"a"b"c' * 2_000 + "\n") * 300, '5,"' + '"x' * 90_000 + "\n"],
    ids=["never closed", "many lines", "one cell"],
)
def test_marks_made_to_be_mended_for_ever_are_soon_done(tmp_path: Path, body: str) -> None:
    path = tmp_path / "w.csv"
    path.write_text("id,comment\n0,x\n" + body, encoding="utf-8")
    table: list[Any] = []
    soon(lambda: table.append(read_table(path)))
    rows = len(table[0].frame) + len(table[0].rejected)
    assert rows == 1 + body.count("\n")


@pytest.mark.parametrize("blank", ["\n", "\r", " \n", "\n\t"])
def test_caption_with_thousands_of_blank_lines_is_soon_read(tmp_path: Path, blank: str) -> None:
    path = tmp_path / "t.vtt"
    path.write_text(
        "WEBVTT\n\n00:01.000 --> 00:02.000\nHi\n" + blank * 60_000 + "NOTE x\n", encoding="utf-8", newline=""
    )
    soon(lambda: read_transcript(path))


# --- redaction --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("piece", ["Mr A ", "[PERSON] x ", "@the "])
def test_time_to_redact_grows_with_the_length_only(piece: str) -> None:
    def measure(length: int) -> float:
        started = time.process_time()
        redact_texts([piece * (length // len(piece))], engine=None)
        return time.process_time() - started

    measure(2_000)  # word lists are read on first use
    short, long = measure(4_000), measure(32_000)
    assert long < 20 * short + 2, (short, long)  # a square would be 64 times as long


# --- models -----------------------------------------------------------------------------------------------


def spoil(model: Path, name: str, **changes: Any) -> Path:
    """The model with some of a json file's keys changed, and with hashes that fit again."""
    path = model / name
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | changes), "utf-8")
    config = json.loads((model / "config.json").read_text("utf-8"))
    config["files"] = {n: hashlib.sha256((model / n).read_bytes()).hexdigest() for n in config["files"]}
    (model / "config.json").write_text(json.dumps(config), "utf-8")
    return model


@pytest.mark.parametrize(
    ("name", "key", "change"),
    [
        ("vocabulary.json", "pieces", lambda held: [[], *held[1:]]),
        ("vocabulary.json", "words", lambda held: [held[1], *held[1:]]),
        ("vocabulary.json", "questions", lambda held: "".join("q" for _ in held)),
        ("config.json", "salt", lambda held: "\ud800"),
        ("config.json", "salt", lambda held: 5),
    ],
)
def test_model_whose_words_or_salt_are_no_texts_is_damaged(
    tiny_model: Path, tmp_path: Path, name: str, key: str, change: Callable[[Any], Any]
) -> None:
    model = Path(shutil.copytree(tiny_model, tmp_path / "spoiled"))
    held = json.loads((model / name).read_text("utf-8"))[key]
    with pytest.raises(ModelError, match="spoiled is damaged"):
        load_coder(spoil(model, name, **{key: change(held)}))


# --- thousands of codes -----------------------------------------------------------------------------------


def test_thousands_of_codes_with_an_unknown_parent_are_soon_told_of_in_few_words(
    tmp_path: Path, attempt: Callable[..., str]
) -> None:
    lines = [f"  - {{id: c{n}, definition: Says w{n}., parent: nobody}}" for n in range(3_000)]
    book = tmp_path / "book.yaml"
    book.write_text("\n".join(["id: big", "version: 1.0.0", "codes:", *lines]), "utf-8")
    problems = Codebook.load(book, strict=False).check()
    assert len(problems) == 3_000 and max(map(len, problems)) < 400
    table = tmp_path / "t.csv"
    table.write_text("id,comment\n1,hello there\n", "utf-8")
    given = ("--text", "comment", "--id", "id", "--out", tmp_path / "out")
    told = attempt("topics", table, "--codebook", book, *given, longest=20_000)
    assert "and 2975 more" in told


def test_codebook_of_thousands_of_codes_is_soon_checked() -> None:
    codes = tuple(Code(f"c{n}", definition=f"Says w{n} and v{n * 7}.") for n in range(2_000))
    soon(lambda: check_codebook(Codebook(codes=codes)))
