"""Each person's quote bank in a study: quotes ticked while reading, used or not, and memos on codes."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textmine.annotating.access import Refused, Visitor
from textmine.annotating.inbox import take_text
from textmine.annotations.events import check_name
from textmine.passages import QuoteBank

if TYPE_CHECKING:
    from textmine.annotating.desk import Desk

#: The folder of the banks in a study, a file a person.
BANKS = "quotes"
_DEEDS = ("tick", "untick", "use", "drop_use")


class QuoteDesk:
    """The quote banks of a project; each person sees and changes their own and nobody else's."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._lock = threading.Lock()

    def open_bank(self, visitor: Visitor) -> QuoteBank:
        """A person's bank: ``quotes/NAME.jsonl`` in the study's folder."""
        return QuoteBank(Path(self.desk.project.folder, BANKS, f"{check_name(visitor.name)}.jsonl"))

    def show(self, visitor: Visitor) -> dict[str, Any]:
        """The person's quotes with their words, as far as these are still there, and memos."""
        bank = self.open_bank(visitor)
        units = {str(unit) for unit in bank.table()["unit_id"]}
        texts = {unit: self.desk.text(unit) for unit in units if unit in self.desk.place}
        quotes = [{**row, "used": bool(row["used"])} for row in bank.table(texts).to_dict("records")]
        return {"quotes": quotes, "memos": bank.memos().to_dict("records")[::-1]}

    def change(self, visitor: Visitor, given: Mapping[str, Any]) -> dict[str, Any]:
        """Tick a stretch into the bank, take it out, say that it is used or no longer; gives its id.

        Raises ``Refused`` for another's unit and for what is not in the codebook or the text.
        """
        deed = take_text(given, "do", longest=20)
        if deed not in _DEEDS:
            raise Refused(422, f"do: wanted one of {', '.join(_DEEDS)}.")
        with self._lock:
            bank = self.open_bank(visitor)
            if deed == "tick":
                return {"quote": self._tick(bank, visitor, given)}
            quote = take_text(given, "quote", longest=200)
            if deed == "untick":
                bank.untick(quote)
            elif deed == "use":
                bank.use(quote, take_text(given, "where", longest=500))
            else:
                bank.drop_use(quote)
            return {"quote": quote}

    def write_memo(self, visitor: Visitor, given: Mapping[str, Any]) -> dict[str, Any]:
        """Keep a memo on a code, or on nothing in particular."""
        about = take_text(given, "about", longest=400)
        if about and about not in self.desk.codebook.ids:
            raise Refused(422, "about: wanted a code of the codebook.")
        with self._lock:
            bank = self.open_bank(visitor)
            memo = bank.write_memo(take_text(given, "text"), about=[about] if about else [], by=visitor.name)
        return {"memo": memo}

    def _tick(self, bank: QuoteBank, visitor: Visitor, given: Mapping[str, Any]) -> str:
        unit = self.desk.check_unit(visitor, given.get("unit_id"))
        code = take_text(given, "code", longest=400)
        if code and code not in self.desk.codebook.ids:
            raise Refused(422, "code: wanted a code of the codebook.")
        start, end = given.get("start"), given.get("end")
        if type(start) is not int or type(end) is not int:
            raise Refused(422, "start and end: wanted whole numbers.")
        text = self.desk.text(unit)
        return bank.add_quote(unit, code, start, end, text, note=take_text(given, "note", longest=2000))
