"""The quote bank: quotes ticked for use and memos, on disk, without a respondent's word in the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from textmine.disclosure import verify_review
from textmine.disclosure.quotes import name_quote
from textmine.display import show_card, show_table
from textmine.errors import InputError
from textmine.files import sha256_of
from textmine.passages.journal import add_entry, read_entries, tell_time

if TYPE_CHECKING:
    from textmine.passages.passages import Passages

#: What became of a quote in a review, and what may have become of its words since.
TO_REVIEW, RELEASED, REFUSED, CHANGED, GONE = "not reviewed", "released", "refused", "words changed", "gone"
BANK_COLUMNS = [
    *("quote_id", "unit_id", "code", "start", "end", "quote", "used", "used_in", "release", "release_as"),
    *("note", "ticked"),
]
MEMO_COLUMNS = ["memo_id", "at", "about", "by", "text"]


class QuoteBank:
    """A file of ticked quotes and memos, to which lines are only ever added.

    Of a quote the file keeps the place (unit, code, start, end), a hash of its words and your notes, never
    the words: these come from the coded dataset, so a person who withdraws takes them along. ``used`` says
    whether a quote stands in your text, ``release`` what a reviewer decided (see ``textmine release``). Memos
    are your own words and are kept whole. Two programs may write at once. ``path`` is that file (.jsonl); it
    is made with the first line.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     bank = QuoteBank(Path(folder, "quotes.jsonl"))
    ...     _ = bank.write_memo("Money is said with relief.", about="money")
    ...     bank.memos()["text"].tolist()
    ['Money is said with relief.']
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    def __repr__(self) -> str:
        return f"QuoteBank({self.path.name}: {len(self._quotes())} quotes, {len(self.memos())} memos)"

    def __len__(self) -> int:
        return len(self._quotes())

    # --- quotes -------------------------------------------------------------------------------------------

    def tick(
        self, passages: Passages, rows: int | Sequence[int], *, note: str = "", at: str | None = None
    ) -> list[str]:
        """Put the quotes of passages, by their numbers, into the bank; gives their ids.

        The quote is the heaviest stretch of the code. Ticked again it keeps its history. Raises
        ``InputError`` for a number that is not there and a passage of which no stretch is known. ``rows`` is
        a number of a passage as shown (from 0), or several; ``note`` is your own words on them.
        """
        picked = passages.pick(rows)
        unknown = int((picked["start"].astype(int) < 0).sum())
        if unknown:
            raise InputError(
                f"Of {unknown} of the passages no stretch is known, so there is no quote. Give a place with "
                "add_quote."
            )
        return [
            self.add_quote(
                str(row["unit_id"]),
                str(row["code"]),
                int(row["start"]),
                int(row["end"]),
                str(row["text"]),
                note=note,
                at=at,
            )
            for row in picked.to_dict("records")
        ]

    def add_quote(
        self,
        unit_id: str,
        code: str,
        start: int,
        end: int,
        text: str,
        *,
        note: str = "",
        at: str | None = None,
    ) -> str:
        """Put a stretch of a unit's text (code points, exclusive end) into the bank; gives the quote's id.

        Raises ``InputError`` for a stretch that is not in the text. ``unit_id`` and ``code`` are ids,
        ``text`` is the unit's whole text, ``note`` your own words on it.
        """
        if not 0 <= start < end <= len(text):
            raise InputError(f"{start} to {end} is no stretch of a text of {len(text)} characters.")
        quote_id = name_quote(unit_id, code, start, end)
        self._add(
            "tick",
            at,
            quote_id=quote_id,
            unit_id=unit_id,
            code=code,
            start=start,
            end=end,
            words_sha256=_hash_words(unit_id, text[start:end]),
            note=note,
        )
        return quote_id

    def untick(self, quote_id: str, *, note: str = "", at: str | None = None) -> None:
        """Take a quote out of the bank; that it was in stays in the file.

        ``quote_id`` is its id in the bank; ``note`` may say why.
        """
        self._know(quote_id)
        self._add("untick", at, quote_id=quote_id, note=note)

    def use(self, quote_id: str, where: str = "", *, at: str | None = None) -> None:
        """Say that a quote is used, and where: a chapter, a report.

        ``quote_id`` is its id in the bank.
        """
        self._know(quote_id)
        self._add("use", at, quote_id=quote_id, where=where)

    def drop_use(self, quote_id: str, *, at: str | None = None) -> None:
        """Say that a quote is not used any more, anywhere.

        ``quote_id`` is its id in the bank.
        """
        self._know(quote_id)
        self._add("drop_use", at, quote_id=quote_id)

    def take_review(self, sheet: Path | str, *, key: bytes | None = None, at: str | None = None) -> int:
        """Note what a signed sheet of ``textmine release`` says of the quotes; gives how many it names.

        ``key`` is that which it was signed with, if any. Raises ``InputError`` where the sheet is not signed
        or was changed since.
        """
        frame, signature = verify_review(Path(sheet), key=key)
        known, named = self._quotes(), 0
        for row in frame.to_dict("records"):
            quote_id = str(row["quote_id"])
            if quote_id not in known:
                continue
            named += 1
            status = RELEASED if row["release"] == "yes" else REFUSED
            other = bool(str(row["release_as"]).strip())
            self._add("review", at, quote_id=quote_id, release=status, date=signature.date, other_words=other)
        return named

    def table(self, texts: Mapping[str, str] | pd.Series | None = None) -> pd.DataFrame:
        """The quotes, a row each, with ``BANK_COLUMNS``.

        ``texts`` gives each unit's text (``coded.texts``); without, ``quote`` is empty. Where a text is gone
        or no longer has the words at that place, ``release`` says so and ``quote`` is empty. ``release_as``
        says whether the reviewer let it out in other words, which stand in the release.
        """
        said = None if texts is None else {str(unit): str(text) for unit, text in dict(texts).items()}
        rows = []
        for quote_id, quote in self._quotes().items():
            words, release = "", quote["release"]
            if said is not None:
                text = said.get(quote["unit_id"])
                words = "" if text is None else text[quote["start"] : quote["end"]]
                if text is None:
                    release = GONE
                elif _hash_words(quote["unit_id"], words) != quote["words_sha256"]:
                    words, release = "", CHANGED
            rows.append(
                {
                    **quote,
                    "quote_id": quote_id,
                    "quote": words,
                    "used": bool(quote["used_in"]),
                    "used_in": "; ".join(dict.fromkeys(quote["used_in"])),
                    "release": release,
                }
            )
        return pd.DataFrame(rows, columns=BANK_COLUMNS)

    def tell_ticked(self) -> dict[tuple[str, str, int, int], str]:
        """By unit, code, start and end what to show beside a passage: that it is ticked, used, released."""
        found = {}
        for quote in self._quotes().values():
            used = "; ".join(dict.fromkeys(quote["used_in"]))
            said = [f"used in {used}" if used else "ticked", quote["release"]]
            found[(quote["unit_id"], quote["code"], quote["start"], quote["end"])] = ", ".join(said)
        return found

    # --- memos --------------------------------------------------------------------------------------------

    def write_memo(
        self, text: str, *, about: str | Sequence[str] = (), by: str = "", at: str | None = None
    ) -> str:
        """Keep a memo; gives its id. ``about`` names codes, units, quotes; ``by`` is who wrote it.

        A blank is an ``InputError``. What stands in it is kept as you write it: leave out words and names
        that may not stay.
        """
        if not text.strip():
            raise InputError("The memo is blank. Write something.")
        named = [about] if isinstance(about, str) else list(about)
        memo_id = f"m{len(self._entries('memo')) + 1:04d}"
        self._add("memo", at, memo_id=memo_id, about=named, by=by, text=text)
        return memo_id

    def memos(self, about: str | None = None) -> pd.DataFrame:
        """The memos, the oldest first, with ``MEMO_COLUMNS``; ``about`` keeps those about one thing."""
        found = self._entries("memo")
        rows = [
            {**memo, "about": "; ".join(memo["about"])} for memo in found if about in (None, *memo["about"])
        ]
        return pd.DataFrame(rows, columns=MEMO_COLUMNS)

    # --- inside -------------------------------------------------------------------------------------------

    def _repr_html_(self) -> str:
        table, memos = self.table(), self.memos()
        shown = table[["quote_id", "unit_id", "code", "used_in", "release", "note", "ticked"]]
        parts = [show_table(shown)] if len(table) else []
        if len(memos):
            parts.append(show_table(memos[["at", "about", "text"]], caption="Memos"))
        about = f"{len(table)} quotes, {int(table['used'].sum())} used; {len(memos)} memos"
        return show_card(f"Quote bank {self.path.name}", parts, about=about)

    def _quotes(self) -> dict[str, dict[str, Any]]:
        """The quotes in the bank now, by id, in the order in which they were ticked first."""
        quotes: dict[str, dict[str, Any]] = {}
        for entry in read_entries(self.path):
            kind, quote_id = entry["kind"], str(entry.get("quote_id", ""))
            if kind == "tick":
                before = quotes.get(
                    quote_id, {"used_in": [], "release": TO_REVIEW, "release_as": "", "ticked": entry["at"]}
                )
                same = before.get("words_sha256", entry["words_sha256"]) == entry["words_sha256"]
                kept = before if same else {**before, "release": TO_REVIEW, "release_as": ""}
                note = entry["note"] or before.get("note", "")
                quotes[quote_id] = {**kept, **{k: v for k, v in entry.items() if k != "at"}, "note": note}
            elif quote_id not in quotes:
                continue
            elif kind == "untick":
                del quotes[quote_id]
            elif kind == "use":
                quotes[quote_id]["used_in"] = [*quotes[quote_id]["used_in"], entry["where"] or "yes"]
            elif kind == "drop_use":
                quotes[quote_id]["used_in"] = []
            elif kind == "review":
                other = "other words" if entry["other_words"] else ""
                quotes[quote_id] |= {"release": entry["release"], "release_as": other}
        return quotes

    def _know(self, quote_id: str) -> None:
        if quote_id not in self._quotes():
            raise InputError(f"No quote {quote_id!r} in {self.path.name}. See table() for those there are.")

    def _entries(self, kind: str) -> list[dict[str, Any]]:
        return [entry for entry in read_entries(self.path) if entry["kind"] == kind]

    def _add(self, kind: str, at: str | None, **said: Any) -> None:
        add_entry(self.path, {"kind": kind, "at": tell_time(at), **said})


def _hash_words(unit_id: str, words: str) -> str:
    return sha256_of([unit_id, words])
