"""How programs count places in a text: line ends, emoji, last character; which of them wrote a file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from textmine.errors import InputError

Positions = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_LINE_END = re.compile(r"\r\n|\r|\n")
_RUN = re.compile(r"([nwr])(\d+)")


@dataclass(frozen=True, order=True)
class Dialect:
    """A way to count: ``lines`` 'lf' (a line end is one) or 'crlf' (two), ``units`` 'codepoint' or 'utf16'.

    ``inclusive`` is True where the end is the place of the last character. 'stored' counts line ends as the
    file has them, which only differs in a file that mixes them.
    """

    lines: str = "lf"
    units: str = "codepoint"
    inclusive: bool = False

    def __str__(self) -> str:
        return f"{self.lines}-{self.units}{'-inclusive' if self.inclusive else ''}"


#: Programs by name. The standard counts code points, end exclusive (REFI-QDA 1.5, section 10.2, example A.2).
DIALECTS = {
    "standard": Dialect(),
    "nvivo": Dialect("crlf", "utf16"),
    "maxqda": Dialect("crlf", "codepoint"),
    "atlasti": Dialect(),
}
_ORIGINS = {
    "nvivo": DIALECTS["nvivo"],
    "maxqda": DIALECTS["maxqda"],
    "atlas": DIALECTS["atlasti"],
    "textmine": Dialect(),
}


def find_dialect(name: str) -> Dialect:
    """The dialect of that name, a program's or spelled out such as 'lf-utf16' or 'lf-codepoint-inclusive'.

    Raises ``InputError`` for another name.

    >>> find_dialect("nvivo")
    Dialect(lines='crlf', units='utf16', inclusive=False)
    """
    if name in DIALECTS:
        return DIALECTS[name]
    known = {str(dialect): dialect for dialect in _list_hypotheses(["lf", "crlf"])}
    if name not in known:
        raise InputError(
            f"No dialect {name!r}. Dialects: {', '.join(DIALECTS)}; or, spelled out, {', '.join(known)}."
        )
    return known[name]


class Ruler:
    """A text measured in a dialect: places of Python (code points) to its places, and back.

    >>> ruler = Ruler("😀\\nok", Dialect("crlf", "utf16"))
    >>> ruler.to_dialect(2, 4), ruler.from_dialect(4, 6)
    ((4, 6), (2, 4))
    """

    def __init__(self, text: str, dialect: Dialect) -> None:
        self.length = len(text)
        self.dialect = dialect
        self._marks = _measure(text, dialect)

    def to_dialect(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch begins and ends as the dialect counts."""
        last = int(self._marks[end])
        first = int(self._marks[start])
        return first, last - 1 if self.dialect.inclusive and last > first else last

    def from_dialect(self, start: int, end: int) -> tuple[int, int]:
        """The stretch in code points; a place inside a character or beyond the text is moved to its edge."""
        starts, ends, _ = self.place(np.array([start]), np.array([end]))
        return int(starts[0]), int(ends[0])

    def place(self, starts: Positions, ends: Positions) -> tuple[Positions, Positions, Mask]:
        """Stretches in code points, and whether both of their edges were places that the dialect has."""
        if self.dialect.inclusive:
            ends = np.where(ends >= starts, ends + 1, ends)
        limit = int(self._marks[-1])
        inside = (starts >= 0) & (ends <= limit) & (starts <= ends)
        low = np.clip(np.minimum(starts, ends), 0, limit)
        high = np.clip(np.maximum(starts, ends), 0, limit)
        first = np.searchsorted(self._marks, low, side="left")
        last = np.searchsorted(self._marks, high, side="left")
        exact = inside & (self._marks[first] == low) & (self._marks[last] == high)
        first = np.where(self._marks[first] == low, first, np.maximum(first - 1, 0))
        return first, np.maximum(first, last), exact


def detect_dialect(texts: Iterable[MarkedText], *, origin: str = "") -> tuple[Dialect, Evidence]:
    """The dialect that fits best, and on what ground it was taken.

    Quoted text decides first: how many stretches, cut out so, are what the file says they hold. Then how many
    begin and end at the edge of a word. Where nothing tells, ``origin`` (the program's name) does, and else
    the standard holds.
    """
    marked = [text for text in texts if len(text.starts)]
    mixed = any(_mixes_line_ends(text.text) for text in marked)
    stored_crlf = any("\r\n" in text.text for text in marked)
    likely = next((d for name, d in _ORIGINS.items() if name in origin.lower()), None)
    likely = likely or Dialect("stored" if mixed else "crlf" if stored_crlf else "lf")
    hypotheses = _list_hypotheses(["lf", "crlf", *(["stored"] if mixed else [])])
    hypotheses.sort(key=lambda dialect: (dialect != likely, dialect.inclusive, dialect.units != "codepoint"))
    found = [(dialect, _weigh(dialect, marked)) for dialect in hypotheses]
    most = max(evidence.quotes for _, evidence in found)
    quoting = 5 * most >= sum(len(text.starts) for text in marked)  # else names match by chance
    return max(found, key=lambda pair: (quoting * pair[1].quotes, pair[1].edges))  # the first of equals


@dataclass(frozen=True)
class Evidence:
    """How well a dialect fits: 2 for a stretch that is its quote (1 cut short), edges of words, stretches."""

    quotes: int
    edges: int
    stretches: int


@dataclass(frozen=True)
class MarkedText:
    """A text with the places that its file gives, as written there, and what each is said to hold or ''."""

    text: str
    starts: Positions
    ends: Positions
    quotes: Sequence[str]

    @cached_property
    def opens(self) -> Mask:
        """Whether a word or a mark begins at each place; one more than the text is long."""
        ink, inside = self._marks
        return np.append(ink, False) & ~inside

    @cached_property
    def closes(self) -> Mask:
        """Whether a word or a mark ends before each place; one more than the text is long."""
        ink, inside = self._marks
        return np.insert(ink, 0, False) & ~inside

    @cached_property
    def _marks(self) -> tuple[Mask, Mask]:
        """Which letters can be seen, and which places lie inside a word."""
        ink = np.fromiter((not c.isspace() for c in self.text), bool, len(self.text))
        word = np.fromiter((_is_word(c) for c in self.text), bool, len(self.text))
        return ink, np.insert(word, 0, False) & np.append(word, False)


def rate_quote(stretch: str, quote: str) -> int:
    """How well a stretch is what is quoted, white space apart: 2 all of it, 1 as far as it was cut, 0 not.

    >>> rate_quote("too  long", "too long"), rate_quote("too long to wait", "too long…")
    (2, 1)
    """
    said, wanted = " ".join(stretch.split()), " ".join(quote.split())
    if not wanted:
        return 0
    if said == wanted:
        return 2
    cut = wanted.rstrip("….").rstrip()
    whole = len(wanted) < 40 and cut == wanted
    return int(not whole and len(cut) >= 4 and said.startswith(cut))


def convert_lines(text: str, lines: str) -> str:
    r"""The text with all its line ends as 'lf' or 'crlf' has them.

    >>> convert_lines("a\r\nb\nc", "crlf")
    'a\r\nb\r\nc'
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return plain.replace("\n", "\r\n") if lines == "crlf" else plain


def note_lines(text: str) -> str:
    r"""The line ends of a text in order as runs: n LF, w CRLF, r CR.

    >>> note_lines("a\r\nb\r\nc\nd")
    'w2n1'
    """
    runs: list[tuple[str, int]] = []
    for found in _LINE_END.findall(text):
        end = {"\r\n": "w", "\r": "r"}.get(found, "n")
        runs.append((end, runs.pop()[1] + 1) if runs and runs[-1][0] == end else (end, 1))
    return "".join(f"{end}{count}" for end, count in runs)


def restore_lines(text: str, noted: str) -> str:
    r"""The text with the line ends that ``note_lines`` noted; as it is where they do not fit.

    >>> restore_lines("a\nb\nc\nd", "w2n1")
    'a\r\nb\r\nc\nd'
    """
    if not noted:
        return text
    pieces = convert_lines(text, "lf").split("\n")
    ends: list[str] = []
    for kind, count in _RUN.findall(noted):
        if len(ends) + int(count[:9]) >= len(pieces):
            return text
        ends += [{"n": "\n", "w": "\r\n", "r": "\r"}[kind]] * int(count)
    if len(ends) != len(pieces) - 1:
        return text
    return "".join(piece + end for piece, end in zip(pieces, [*ends, ""], strict=True))


def _weigh(dialect: Dialect, marked: Sequence[MarkedText]) -> Evidence:
    quotes = edges = stretches = 0
    for text in marked:
        starts, ends, exact = Ruler(text.text, dialect).place(text.starts, text.ends)
        edges += int((exact & text.opens[starts]).sum() + (exact & text.closes[ends]).sum())
        stretches += len(starts)
        for start, end, fits, quote in zip(starts, ends, exact, text.quotes, strict=True):
            if quote and fits:
                quotes += rate_quote(text.text[start:end], quote)
    return Evidence(quotes, edges, stretches)


def _measure(text: str, dialect: Dialect) -> Positions:
    """The place of each code point as the dialect counts, and the place behind the last."""
    letters = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    width = np.ones(len(letters), dtype=np.int64)
    if dialect.units == "utf16":
        width[letters > 0xFFFF] = 2
    if dialect.lines != "stored":
        line_feed = letters == 0x0A
        carriage = letters == 0x0D
        joined = carriage & np.concatenate([line_feed[1:], [False]]) if len(letters) else carriage
        behind = np.concatenate([[False], joined[:-1]]) if len(letters) else joined
        if dialect.lines == "lf":
            width[joined] = 0
        else:
            width[(line_feed & ~behind) | (carriage & ~joined)] = 2
    return np.concatenate([[0], np.cumsum(width)])


def _list_hypotheses(lines: Sequence[str]) -> list[Dialect]:
    return [
        Dialect(line, unit, inclusive)
        for line in lines
        for unit in ("codepoint", "utf16")
        for inclusive in (False, True)
    ]


def _mixes_line_ends(text: str) -> bool:
    return "\r\n" in text and text.count("\n") > text.count("\r\n")


def _is_word(character: str) -> bool:
    return character.isalnum() or (character > "\u02ff" and unicodedata.category(character)[0] == "M")
