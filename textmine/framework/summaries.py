"""The researcher's summaries on disk: a row a case and theme, with the quotes that each rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from textmine.errors import InputError
from textmine.files import atomic_text, sha256_of, write_rows
from textmine.reading import read_table

#: Columns of the file; others that it has are kept out of it and named in an error.
SUMMARY_COLUMNS = ["case", "code", "summary", "quote_ids", "quote_hashes", "written"]


@dataclass(frozen=True)
class Summary:
    """What a cell says: the words, the ids of the quotes they rest on, the hash of each quote of the cell.

    ``quote_hashes`` are of all quotes that the cell had when it was written, by quote id.
    """

    summary: str
    quote_ids: tuple[str, ...] = ()
    quote_hashes: Mapping[str, str] | None = None
    written: str = ""


class FrameworkSummaries:
    """The file of summaries, a csv to be opened in any spreadsheet; it appears whole or not at all.

    A file made by hand needs the columns ``case, code, summary`` alone. It holds your own words and hashes of
    quotes, no quote. ``path`` is that file; it need not be there yet.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = FrameworkSummaries(Path(folder, "summaries.csv"))
    ...     file.write({("t1", "money"): Summary("Sees savings, doubts they last.")})
    ...     file.read()[("t1", "money")].summary
    'Sees savings, doubts they last.'
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def read(self) -> dict[tuple[str, str], Summary]:
        """The summaries by case and code; none where there is no file yet.

        Raises ``InputError`` where a column is missing or a cell stands twice.
        """
        if not self.path.is_file():
            return {}
        if len(self.path.read_text(encoding="utf-8-sig").splitlines()) < 2:  # a header alone
            return {}
        frame = read_table(self.path).frame
        if missing := [name for name in ("case", "code", "summary") if name not in frame.columns]:
            raise InputError(
                f"{self.path.name} lacks the columns {', '.join(missing)}. Wanted: case, code, summary."
            )
        found: dict[tuple[str, str], Summary] = {}
        for number, row in enumerate(frame.to_dict("records"), 2):
            key = (str(row["case"]).strip(), str(row["code"]).strip())
            if key in found:
                raise InputError(
                    f"{self.path.name}, row {number}: this case and code stand twice. Keep one a cell."
                )
            if not str(row["summary"]).strip():
                continue
            hashes = str(row.get("quote_hashes", "")).split()
            found[key] = Summary(
                str(row["summary"]),
                tuple(str(row.get("quote_ids", "")).split()),
                dict(pair.split("=", 1) for pair in hashes if "=" in pair) if hashes else None,
                str(row.get("written", "")),
            )
        return found

    def write(self, summaries: Mapping[tuple[str, str], Summary]) -> None:
        """Write all summaries, in the order of case and code."""
        with atomic_text(self.path) as handle:
            write_rows([SUMMARY_COLUMNS], handle)
            write_rows(
                (
                    [
                        case,
                        code,
                        held.summary,
                        " ".join(held.quote_ids),
                        " ".join(f"{quote}={digest}" for quote, digest in (held.quote_hashes or {}).items()),
                        held.written,
                    ]
                    for (case, code), held in sorted(summaries.items())
                ),
                handle,
            )


def hash_quote(unit_id: str, words: str) -> str:
    """A short hash of a unit's words, the same as long as they are.

    >>> hash_quote("u1", "It saves money") == hash_quote("u1", "It saves  money")
    False
    """
    return sha256_of([unit_id, words])[:12]


def tell_state(held: Summary | None, now: Mapping[str, str]) -> str:
    """What became of a cell since its summary was written; ``now`` has the hash of each quote by id.

    >>> tell_state(Summary("x", ("q1",), {"q1": "a"}), {"q1": "b", "q2": "c"})
    'quotes changed: 1 new, 1 with other words, of which 1 linked'
    """
    if held is None:
        return "" if now else "nothing said"
    if held.quote_hashes is None:
        return "not linked to quotes"
    before = held.quote_hashes
    new = [quote for quote in now if quote not in before]
    gone = [quote for quote in before if quote not in now]
    other = [quote for quote in before if quote in now and now[quote] != before[quote]]
    if not new and not gone and not other:
        return "as summarised"
    named: list[tuple[str, Sequence[str]]] = [("new", new), ("gone", gone), ("with other words", other)]
    said = ", ".join(f"{len(quotes)} {what}" for what, quotes in named if quotes)
    linked = len(set(held.quote_ids) & {*gone, *other})
    return f"quotes changed: {said}{f', of which {linked} linked' if linked else ''}"
