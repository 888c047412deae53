"""Finding out the encoding of a file from its bytes: marks, nulls, UTF-8, windows-1252 and Mac-Roman."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice

from textmine.errors import InputError

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_SAMPLE = 4_096
_VOTES = 20_000  # bytes beyond ASCII that are looked at to tell windows-1252 from Mac-Roman
_ESCAPED_BYTES = re.compile("[\udc80-\udcff]")
_ESCAPED_RUNS = re.compile("(.?)([\udc80-\udcff]+)(?=(.?))", re.DOTALL)

# windows-1252 with its five undefined bytes read as latin-1 reads them, so that no byte can fail.
_WINDOWS = {
    0xDC00 + byte: bytes([byte]).decode("cp1252" if byte not in b"\x81\x8d\x8f\x90\x9d" else "latin-1")
    for byte in range(128, 256)
}
_MAC = {0xDC00 + byte: bytes([byte]).decode("mac_roman") for byte in range(128, 256)}


def decode_bytes(data: bytes, source: str, encoding: str | None = None) -> tuple[str, str]:
    r"""The text of a file and the name of its encoding, found out unless given.

    A byte order mark decides; then the pattern of nulls (UTF-16 and UTF-32 without a mark); then valid UTF-8
    is UTF-8. What is left is windows-1252 or Mac-Roman, whichever puts letters, apostrophes and quotes where
    prose has them; neither can fail. A file in which some lines are UTF-8 and others are not (two exports
    pasted together) gets both right, line by line.
    Raises ``InputError`` when a given encoding is unknown or does not fit.

    >>> decode_bytes(b"caf\xe9", "wave3.csv")
    ('café', 'windows-1252')
    >>> decode_bytes(b"they aren\xd5t \xd2new\xd3", "wave3.csv")
    ('they aren’t “new”', 'mac-roman')
    """
    if encoding is not None:
        return _decode_as(data, source, encoding), encoding
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data.decode(name, "replace"), name
    if (wide := _find_wide(data[:_SAMPLE])) is not None:
        return data.decode(wide, "replace"), wide
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "surrogateescape")
    bad = len(_ESCAPED_BYTES.findall(text))
    good = sum(not char.isascii() for char in text) - bad
    legacy, table = _choose_legacy(text if good else data.decode("ascii", "surrogateescape"))
    if good == 0:
        return text.translate(table), legacy
    if good > bad:
        return _mend_lines(text, table), f"utf-8 with {legacy}"
    lines = data.split(b"\n")
    if not any(_is_utf8_beyond_ascii(line) for line in lines):
        return data.decode("ascii", "surrogateescape").translate(table), legacy
    return "\n".join(_decode_line(line, table) for line in lines), f"{legacy} with utf-8"


def _decode_as(data: bytes, source: str, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except LookupError:
        raise InputError(f"Encoding {encoding!r} is not known. Try utf-8, utf-16 or windows-1252.") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{source}, line {line}: not valid {encoding}. Leave the encoding out to have it found."
        ) from None
    return text.removeprefix("\ufeff")


def _find_wide(sample: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark, told by where the nulls stand; None for anything else."""
    if sample.count(0) * 5 < len(sample) or len(sample) < 4:
        return None
    quarters = [sample[i::4].count(0) / max(1, len(sample[i::4])) for i in range(4)]
    if quarters[0] < 0.1 and min(quarters[1:]) > 0.6 and quarters[3] > 0.95:
        return "utf-32-le"
    if quarters[3] < 0.1 and min(quarters[:3]) > 0.6 and quarters[0] > 0.95:
        return "utf-32-be"
    even, odd = (quarters[0] + quarters[2]) / 2, (quarters[1] + quarters[3]) / 2
    if even < 0.1 and odd > 0.4:
        return "utf-16-le"
    return "utf-16-be" if odd < 0.1 and even > 0.4 else None


def _choose_legacy(text: str) -> tuple[str, dict[int, str]]:
    """The name and the table of the one-byte encoding that fits the escaped bytes of a text."""
    windows = mac = 0
    for found in islice(_ESCAPED_RUNS.finditer(text), _VOTES):
        before, run, after = found.groups()
        windows += _score_run(before, run.translate(_WINDOWS), after)
        mac += _score_run(before, run.translate(_MAC), after)
    is_mac = mac > 0 and (windows < 0 < mac - windows or mac >= windows + 3)
    return ("mac-roman", _MAC) if is_mac else ("windows-1252", _WINDOWS)


def _score_run(before: str, run: str, after: str) -> int:
    chars = [before, *run, after]
    return sum(_score_char(*chars[i : i + 3]) for i in range(len(chars) - 2))


def _score_char(before: str, char: str, after: str) -> int:
    """How well a character beyond ASCII stands between its neighbours in prose; below 0 for badly."""
    kind = unicodedata.category(char)
    if char in "’'":
        return 2 if before.isalpha() and after.isalpha() else 1 if before.isalpha() or after.isalpha() else 0
    if char in "“‘":
        return 1 if not before.isalnum() and after.isalnum() else -1
    if char == "”":
        return 1 if before.strip() and not after.isalnum() else -1
    if char in "–—…•":
        return 1 if not (before.isalpha() and after.isalpha()) or char in "–—" else -1
    if kind == "Ll":
        return 1 if before.isalpha() or after.isalpha() else -1
    if kind == "Lu":
        if before.islower():
            return -2
        return 1 if after.isalpha() or before.isupper() else -1
    if char in "£€":
        return 1 if after.isdigit() or not before.isalpha() else -1
    if kind == "Zs":
        return 0
    if kind == "Cc":  # a byte that windows-1252 leaves undefined
        return -2 if before.islower() else 0
    return -1


def _mend_lines(text: str, table: dict[int, str]) -> str:
    """A text that is mostly UTF-8, each line's stray bytes read in the encoding that fits that line."""
    if "\udcd5" not in text and "\udcd2" not in text:  # no sign of a second one-byte encoding
        return text.translate(table)
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if _ESCAPED_BYTES.search(line):
            lines[number] = line.translate(_table_of_line(line, table))
    return "\n".join(lines)


def _decode_line(line: bytes, table: dict[int, str]) -> str:
    if _is_utf8_beyond_ascii(line):
        return line.decode("utf-8")
    text = line.decode("ascii", "surrogateescape")
    return text.translate(_table_of_line(text, table))


def _table_of_line(line: str, table: dict[int, str]) -> dict[int, str]:
    """The file's one-byte encoding, unless the line fits the other one clearly better."""
    other = _MAC if table is _WINDOWS else _WINDOWS
    score = {id(t): 0 for t in (table, other)}
    for found in _ESCAPED_RUNS.finditer(line):
        before, run, after = found.groups()
        for t in (table, other):
            score[id(t)] += _score_run(before, run.translate(t), after)
    return other if score[id(other)] > max(1, score[id(table)]) else table


def _is_utf8_beyond_ascii(line: bytes) -> bool:
    if line.isascii():
        return False
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
