"""Files that would harm or mislead: each is refused in one line that names the file and what to do."""

from __future__ import annotations

import io
import json
import time
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from textmine.errors import InputError
from textmine.reading import read_survey, read_table
from textmine.reading import sources as sources_module
from textmine.reading.archives import open_archive

ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
ODS_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>{doctype}<office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
)
ODS_END = "</office:spreadsheet></office:body></office:document-content>"


def zipped(parts: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return held.getvalue()


def ods(body: str, doctype: str = "") -> bytes:
    content = ODS_HEAD.format(doctype=doctype) + body + ODS_END
    return zipped({"mimetype": ODS_TYPE.encode(), "content.xml": content.encode()})


def workbook(folder: Path, rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(folder / "made.xlsx")
    return (folder / "made.xlsx").read_bytes()


def replaced(data: bytes, part: str, change) -> bytes:
    archive = zipfile.ZipFile(io.BytesIO(data))
    return zipped({n: change(archive.read(n)) if n == part else archive.read(n) for n in archive.namelist()})


def refused(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_survey(path)
    message = str(caught.value)
    assert path.name in message and "\n" not in message
    return message


@pytest.mark.parametrize("name", ["w.xlsx", "w.ods", "w.parquet", "w.sav", "w.csv", "w.jsonl", "w.tsv"])
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00", "a program"),
        (b"%PDF-1.7\n", "a pdf"),
        (b"<html><body><table><tr><td>id</td></tr></table></body></html>", "web page"),
        (zipped({"word/document.xml": b"<w/>", "[Content_Types].xml": b"<t/>"}), "a Word document"),
        (zipped({"notes.txt": b"a"}), "a zip archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "save it as .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
    ],
)
def test_file_of_another_kind_is_named(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    assert said in refused(tmp_path / name, data)


@pytest.mark.parametrize("name", ["w.xlsx", "w.ods", "w.parquet", "w.sav", "w.csv", "w.jsonl"])
def test_empty_file_is_refused(tmp_path: Path, name: str) -> None:
    assert refused(tmp_path / name, b"")


@pytest.mark.parametrize("start", [b"$FL2", b"$FL3", b"PAR1", b"PK\x03\x04"])
def test_garbage_behind_a_good_start_is_refused(tmp_path: Path, start: bytes) -> None:
    assert refused(tmp_path / "w.csv", start + bytes(range(256)) * 20)


def test_truncated_files_are_refused(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": ["1", "2"], "text": ["We share staff", "We share costs"]})
    frame.to_parquet(tmp_path / "w.parquet")
    whole = (tmp_path / "w.parquet").read_bytes()
    assert "parquet" in refused(tmp_path / "w.parquet", whole[: len(whole) // 2])
    book = workbook(tmp_path, [["id", "text"], [1, "We share staff"]])
    assert "damaged" in refused(tmp_path / "w.xlsx", book[: len(book) // 2])


def test_old_workbook_is_to_be_saved_anew(tmp_path: Path) -> None:
    assert "save it as .xlsx" in refused(tmp_path / "w.xls", b"\x09\x08\x10\x00")


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_zip_bomb_is_refused_quickly_and_in_little_memory(tmp_path: Path, kind: str) -> None:
    bomb = b" " * (100 * 2**20)
    if kind == "ods":
        data = zipped({"mimetype": ODS_TYPE.encode(), "content.xml": bomb})
    else:
        data = zipped({"xl/workbook.xml": b"<w/>", "xl/worksheets/sheet1.xml": bomb})
    del bomb
    started = time.process_time()
    tracemalloc.start()
    message = refused(tmp_path / f"w.{kind}", data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "zip bomb" in message
    assert peak < 32 * 2**20
    assert time.process_time() - started < 5


def test_part_that_lies_about_its_size_is_refused() -> None:
    data = bytearray(zipped({"xl/workbook.xml": b" " * 2**22}))
    at = data.rfind(b"PK\x01\x02") + 24  # the size that the directory claims
    data[at : at + 4] = (100).to_bytes(4, "little")
    with pytest.raises(InputError, match=r"w\.xlsx is damaged"):
        open_archive(bytes(data), "w.xlsx")


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_xml_entities_are_refused(tmp_path: Path, codec: str) -> None:
    lol = '<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a SYSTEM "file:///etc/hosts">]><w>&a;</w>'.encode(codec)
    data = replaced(workbook(tmp_path, [["id", "text"], [1, "a"]]), "xl/workbook.xml", lambda _: lol)
    assert "XML entities" in refused(tmp_path / "w.xlsx", data)


def test_entities_of_ods_are_refused(tmp_path: Path) -> None:
    assert "XML entities" in refused(tmp_path / "w.ods", ods("", '<!DOCTYPE x [<!ENTITY a "b">]>'))


def test_repeated_cells_are_bounded(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="string" table:number-columns-repeated="16384">'
    cell += "<text:p>a</text:p>"
    row = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-cell></table:table-row>'
    body = f'<table:table table:name="s">{row}</table:table>'
    started = time.process_time()
    assert "repeats cells" in refused(tmp_path / "w.ods", ods(body))
    assert time.process_time() - started < 5


def test_cell_in_the_last_corner_costs_little(tmp_path: Path) -> None:
    far = b'</row><row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    data = replaced(
        workbook(tmp_path, [["id", "text"], [1, "We share staff"]]),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"</row></sheetData>", far),
    )
    (tmp_path / "w.xlsx").write_bytes(data)
    started = time.process_time()
    table = read_table(tmp_path / "w.xlsx")
    assert table.frame["text"].tolist() == ["We share staff"]
    assert table.rejected[0].line == 1048576
    assert time.process_time() - started < 10


def test_line_without_an_end_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources_module, "MOST_LINE", 16 * 2**20)
    path = tmp_path / "w.csv"
    with path.open("wb") as handle:
        handle.write(b"id,text\n1,")
        handle.truncate(2 * 2**30)  # a sparse file of 2 GB
    tracemalloc.start()
    with pytest.raises(InputError, match=r"w\.csv, line 2: no line end in 16 MiB"):
        read_table(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 * 2**20


def test_file_beyond_the_bound_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources_module, "MOST_BYTES", 2**30)
    with (tmp_path / "w.parquet").open("wb") as handle:
        handle.write(b"PAR1")
        handle.truncate(2**31)
    with pytest.raises(InputError, match="larger than 1 GiB"):
        read_table(tmp_path / "w.parquet")


def test_formulas_stay_text(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("id,text\n1,=cmd|' /C calc'!A0\n2,+44 is not a number\n", "utf-8")
    assert read_table(tmp_path / "w.csv").frame["text"].tolist() == [
        "=cmd|' /C calc'!A0",
        "+44 is not a number",
    ]


def test_lone_surrogates_and_nulls_are_kept_out_of_harm(tmp_path: Path) -> None:
    lines = [json.dumps({"id": "1", "text": "a \ud83d b"}), json.dumps({"id": "2", "text": "nul \0 here"})]
    (tmp_path / "w.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert read_survey(tmp_path / "w.jsonl").corpus.texts == ["a \ufffd b", "nul \0 here"]


def test_deeply_nested_json_is_refused(tmp_path: Path) -> None:
    assert "line 1" in refused(tmp_path / "w.jsonl", b'{"a":' + b"[" * 200_000 + b"}")


def test_right_content_under_a_wrong_name_is_read(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_bytes(workbook(tmp_path, [["id", "text"], [1, "We share staff"]]))
    assert read_table(tmp_path / "w.csv").frame["text"].tolist() == ["We share staff"]


def test_damage_inside_a_part_is_refused() -> None:
    data = bytearray(zipped({"xl/workbook.xml": zlib.compress(b"words" * 99)}))
    data[60] ^= 0xFF
    with pytest.raises(InputError, match="damaged"):
        open_archive(bytes(data), "w.xlsx")


def test_workbook_of_blank_cells_far_out_is_refused(tmp_path: Path) -> None:
    row = b'<row><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>'
    book = workbook(tmp_path, [["id", "text"], [1, "We share staff"]])

    def widen(xml: bytes) -> bytes:
        return xml.replace(b"</sheetData>", row * 1_400 + b"</sheetData>")

    assert "most of them blank" in refused(
        tmp_path / "w.xlsx", replaced(book, "xl/worksheets/sheet1.xml", widen)
    )


def test_merged_cells_over_and_over_are_refused(tmp_path: Path) -> None:
    merged = b'<mergeCell ref="A2:XFD1000"/>' * 3_000
    book = workbook(tmp_path, [["id", "text"], *([n, "We share staff"] for n in range(1_000))])

    def merge(xml: bytes) -> bytes:
        return xml.replace(b"</sheetData>", b"</sheetData><mergeCells>" + merged + b"</mergeCells>")

    assert "merged cells" in refused(tmp_path / "w.xlsx", replaced(book, "xl/worksheets/sheet1.xml", merge))


def test_workbook_with_styles_beyond_number_is_refused(tmp_path: Path) -> None:
    book = workbook(tmp_path, [["id", "text"], [1, "We share staff"]])
    styles = b'<xf numFmtId="0"/>' * 1_500_000

    def style(xml: bytes) -> bytes:
        return xml.replace(b"</cellXfs>", styles + b"</cellXfs>")

    assert "cell styles" in refused(tmp_path / "w.xlsx", replaced(book, "xl/styles.xml", style))
