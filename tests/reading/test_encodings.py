"""Encodings are found by the bytes: marks, nulls, UTF-8, windows-1252, Mac-Roman, and mixtures by line."""

from __future__ import annotations

import pytest

from textmine.reading.encodings import decode_bytes

PROSE = "id,text\n1,They aren’t “new” – café… it’s £5 • one\n2,Élan, naïve señor\n"


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"), ("utf-32", "utf-32"), ("utf-32-le", "utf-32-le"),
        ("utf-32-be", "utf-32-be"), ("cp1252", "windows-1252"), ("mac_roman", "mac-roman"),
    ],
)  # fmt: skip
def test_each_encoding_is_told_and_read(codec: str, name: str) -> None:
    assert decode_bytes(PROSE.encode(codec), "x.csv") == (PROSE, name)


@pytest.mark.parametrize("codec", ["cp1252", "mac_roman"])
@pytest.mark.parametrize(
    "text",
    [
        "we don’t",
        "“Yes”, she said – “no”",
        "à la forêt. Où? Ça va.",
        "the café and the naïve plan",
        "Zoë’s idea",
    ],
)
def test_one_byte_encodings_are_told_apart_by_little(codec: str, text: str) -> None:
    assert decode_bytes(text.encode(codec), "x.csv")[0] == text


def test_pounds_alone_stay_windows() -> None:
    assert decode_bytes(b"1,\xa35 and \xa310", "x.csv") == ("1,£5 and £10", "windows-1252")


def test_capitals_with_accents_stay_windows() -> None:
    assert decode_bytes("CAFÉ ÉLAN Über".encode("cp1252"), "x.csv")[0] == "CAFÉ ÉLAN Über"


def test_lines_of_three_encodings_in_one_file_are_each_right() -> None:
    lines = ["a’b café", "it’s “so”", "naïve – yes", "plain"]
    codecs = ["mac_roman", "cp1252", "utf-8", "ascii"]
    data = b"\n".join(line.encode(codec) for line, codec in zip(lines, codecs, strict=True))
    assert decode_bytes(data, "x.csv")[0].split("\n") == lines


def test_mostly_utf8_file_with_a_mac_line_is_right() -> None:
    data = ("café – “yes”\n" * 20).encode() + "they aren’t".encode("mac_roman")
    assert decode_bytes(data, "x.csv")[0].endswith("they aren’t")


def test_text_with_some_nulls_is_no_utf16() -> None:
    text, name = decode_bytes(b"id,text\n1,a\0b\n2,c\n", "x.csv")
    assert (text, name) == ("id,text\n1,a\0b\n2,c\n", "utf-8")
