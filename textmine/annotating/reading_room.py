"""Reading back what was coded: whose codes a person may read, as passages and as tables that lead to them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from textmine.annotating.access import Refused, Visitor
from textmine.annotating.inbox import take_list, take_number, take_text
from textmine.annotations.current import list_readers
from textmine.coded import STANCES, CodedDataset
from textmine.passages.finding import CODES, STANCE, SUB_THEME
from textmine.passages.wishes import as_text

if TYPE_CHECKING:
    from textmine.annotating.desk import Desk
    from textmine.passages import Passages

#: Whose codes are read: one's own, what was settled, another reader's (``reader:NAME``), the model's.
OWN, SETTLED, READER, MODEL = "own", "settled", "reader:", "model"
#: An attribute with more values than this is no filter: it is a text of its own.
MOST_VALUES = 40
#: Columns of a table of counts; rarer values are left to the filter.
MOST_COLUMNS = 12
_ON_A_PAGE, _MOST_ON_A_PAGE = 20, 50
_NOT_TOLD = "not told"
_UNTITLED = "(blank)"


class ReadingRoom:
    """The codings of a project as each person may read them; one object serves everybody.

    One's own codes are always open. Others' are open to those who settle differences, but for units that they
    are still to read themselves; to everybody else on their own units, as far as the project shows others'
    codes at all, and in a blind project only after their own decision.
    """

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._lock = threading.Lock()
        self._held: dict[str, tuple[int, CodedDataset]] = {}
        self._last = 0
        self._stamp: tuple[int, int, int] | None = None

    # --- what there is to choose ----------------------------------------------------------------------------

    def list_sources(self, visitor: Visitor) -> list[dict[str, str]]:
        """Whose codes this person may read, by id and name; one's own first."""
        sources = [{"id": OWN, "name": "my own"}]
        if not self._sees_others(visitor):
            return sources
        if self.desk.settings.has_gold and visitor.settles:
            sources.append({"id": SETTLED, "name": "settled, and what all readers agree on"})
        others = [name for name in list_readers(self.desk.store) if name != visitor.name]
        sources += [{"id": READER + name, "name": name} for name in others]
        if self._has_model():
            sources.append({"id": MODEL, "name": "the model"})
        return sources

    def tell_choices(self, visitor: Visitor) -> dict[str, Any]:
        """What passages can be chosen by: whose codes, attributes with their values, what makes sections."""
        attributes = self._list_attributes()
        filters = [
            {"name": name, "values": sorted({str(value) for value in column.tolist()})}
            for name, column in attributes.items()
            if 1 < column.nunique() <= MOST_VALUES
        ]
        return {
            "sources": self.list_sources(visitor),
            "attributes": filters,
            "stances": [*STANCES, _NOT_TOLD],
            "sections": [
                {"id": SUB_THEME, "name": "sub-theme"},
                {"id": STANCE, "name": "stance"},
                {"id": CODES, "name": "the other codes"},
                *({"id": one["name"], "name": one["name"]} for one in filters),
            ],
        }

    # --- passages and tables --------------------------------------------------------------------------------

    def find(self, visitor: Visitor, given: Mapping[str, Any]) -> tuple[CodedDataset, Passages]:
        """The codings asked for, as far as this person may read them, and the passages of the wish."""
        coded = self._open(visitor, take_text(given, "source", longest=200) or OWN)
        stance = take_text(given, "stance", longest=20)
        where = given.get("where") or {}
        if not isinstance(where, dict) or not all(isinstance(value, str) for value in where.values()):
            raise Refused(422, "where: wanted attributes with a value each.")
        passages = coded.read(
            take_text(given, "code", longest=400) or None,
            where=where,
            also=take_list(given, "also", longest=50),
            without=take_list(given, "without", longest=50),
            stance=None if not stance else ("" if stance == _NOT_TOLD else stance),
            below=given.get("below") is True,
            containing=take_text(given, "containing", longest=500),
            by=take_text(given, "by", longest=400) or None,
        )
        return coded, passages

    def show(self, visitor: Visitor, given: Mapping[str, Any]) -> dict[str, Any]:
        """One page of the passages that were asked for, with how many there are and in which sections."""
        _, passages = self.find(visitor, given)
        offset = take_number(given, "offset", least=0, most=10**9, default=0)
        limit = take_number(given, "limit", least=1, most=_MOST_ON_A_PAGE, default=_ON_A_PAGE)
        page = passages.table.iloc[offset : offset + limit]
        units = set(page["unit_id"])
        shown = passages.stretches[passages.stretches["unit_id"].isin(units)]
        columns = ["code", "start", "end"]
        spans = {unit: rows[columns].to_dict("records") for unit, rows in shown.groupby("unit_id")}
        if take_text(given, "source", longest=200) not in ("", OWN):
            for unit in units:
                self.desk.note_shown(visitor, str(unit))
        return {
            "title": passages.title,
            "count": len(passages),
            "units": passages.units,
            "of": passages.n_of,
            "offset": offset,
            "asked": passages.asked,
            "sections": [{"name": name, "count": n} for name, n in passages.counts().items() if name],
            "notes": list(passages.notes),
            "passages": [self._tell_passage(row, spans) for row in page.to_dict("records")],
        }

    def count(self, visitor: Visitor, given: Mapping[str, Any]) -> dict[str, Any]:
        """How many texts carry each code, in columns of an attribute, of stances or of the other codes.

        Each cell says what to ask for to read its texts. The code asked for is left aside: all are shown.
        """
        by = take_text(given, "columns", longest=400)
        coded, passages = self.find(visitor, {**given, "code": "", "stance": "", "by": "", "below": False})
        units = passages.table["unit_id"].tolist()
        given_codes = coded.decisions.loc[units].eq(1)
        columns = self._make_columns(coded, units, by)
        rows = []
        for code in coded.codes:
            carries = given_codes[code]
            counts = [int((carries & column["mask"](code)).sum()) for column in columns]
            rows.append({"code": code, "name": coded.codebook.code(code).name or code, "counts": counts})
        told = [{"name": column["name"], "asks": column["asks"]} for column in columns]
        return {"columns": told, "rows": rows, "texts": len(units)}

    # --- inside ---------------------------------------------------------------------------------------------

    def _tell_passage(
        self, row: Mapping[Any, Any], spans: Mapping[Any, list[dict[Any, Any]]]
    ) -> dict[str, Any]:
        unit = str(row["unit_id"])
        return {
            "id": unit,
            "section": row["section"],
            "text": self.desk.text(unit),
            "question": self.desk.question(unit),
            "facts": self.desk.list_facts(unit),
            "code": row["code"],
            "codes": [code for code in str(row["codes"]).split("; ") if code],
            "stance": row["stance"],
            "start": int(row["start"]),
            "end": int(row["end"]),
            "spans": spans.get(unit, []),
        }

    def _make_columns(self, coded: CodedDataset, units: list[Any], by: str) -> list[dict[str, Any]]:
        """The columns of a table of counts: a name, what asks for its texts, a mask of units for a code."""
        index = pd.Index(units)
        everything = pd.Series(True, index=index)
        whole = {"name": "all", "asks": {}, "mask": lambda code: everything}
        if by == CODES:
            given = coded.decisions.loc[units].eq(1)
            return [whole] + [
                {
                    "name": coded.codebook.code(one).name or one,
                    "asks": {"also": [one]},
                    "mask": _always(given[one]),
                }
                for one in coded.codes
            ]
        if by == STANCE:
            stances = _find_stances(coded)
            return [whole] + [
                {"name": one, "asks": {"stance": one}, "mask": _of_stance(stances, one, index)}
                for one in STANCES
            ]
        if not by or coded.attributes is None or by not in coded.attributes.columns:
            return [whole]
        values = as_text(coded.attributes[by].reindex(index))
        common = values.value_counts().index[:MOST_COLUMNS]
        return [whole] + [
            {"name": value or _UNTITLED, "asks": {"where": {by: value}}, "mask": _always(values == value)}
            for value in sorted(common)
        ]

    def _open(self, visitor: Visitor, source: str) -> CodedDataset:
        """The codings of a source, of the units on which this person may see them. Else ``Refused``."""
        if source not in {one["id"] for one in self.list_sources(visitor)}:
            raise Refused(404, "There are no such codes among those you may read.")
        coded = self._fetch(visitor.name if source == OWN else source, own=source == OWN)
        if source == OWN:
            return coded
        allowed = self._list_allowed(visitor)
        return coded.select([unit for unit in coded.decisions.index if unit in allowed])

    def _fetch(self, name: str, *, own: bool) -> CodedDataset:
        """The codings of a source, made anew only when something was decided since."""
        key = f"{READER}{name}" if own else name
        with self._lock:
            fresh = self.desk.store.events(after=self._last)
            if fresh:
                self._last = fresh[-1].seq
                self._held.clear()
            stamp = self.desk.stamp_suggestions()
            if stamp != self._stamp:
                self._stamp = stamp
                self._held.pop(MODEL, None)
            if key not in self._held:
                self._held[key] = (self._last, self._dress(self._make(key)))
            return self._held[key][1]

    def _make(self, key: str) -> CodedDataset:
        store = self.desk.store
        if key == SETTLED:
            return store.coded(adjudicated=True)
        if key == MODEL:
            return self._make_suggested()
        name = key.removeprefix(READER)
        if name in list_readers(store):
            return store.coded(name)
        nothing = pd.DataFrame(columns=self.desk.codebook.ids, dtype=float)
        return CodedDataset(nothing, self.desk.codebook, name, texts=pd.Series(dtype=object))

    def _make_suggested(self) -> CodedDataset:
        """What the model suggests, of all units of the project."""
        said, desk = self.desk.project.suggestions(), self.desk
        units = pd.Index(desk.project.units, name="unit_id")
        codes = [code for code in desk.codebook.ids if code in set(said["code"])]
        table = said.assign(given=1.0).pivot_table(
            index="unit_id", columns="code", values="given", aggfunc="max"
        )
        given = table.reindex(index=units, columns=codes).fillna(0.0)
        texts = pd.Series([desk.text(unit) for unit in units], index=units, dtype=object)
        facts = desk.project.corpus.facts.reindex(units)
        return CodedDataset(given, desk.codebook, MODEL, texts=texts, attributes=facts)

    def _dress(self, coded: CodedDataset) -> CodedDataset:
        """Only attributes that may be shown beside a text."""
        known = self._list_attributes()
        facts = pd.DataFrame(
            {name: column.reindex(coded.decisions.index).fillna("") for name, column in known.items()},
            index=coded.decisions.index,
        )
        return replace(coded, attributes=facts)

    def _list_attributes(self) -> dict[str, pd.Series]:
        ids = pd.Index(self.desk.project.corpus.ids)
        known = {"question": self.desk.questions, **self.desk.facts}
        return {name: as_text(pd.Series(list(values), index=ids)) for name, values in known.items()}

    def _sees_others(self, visitor: Visitor) -> bool:
        settings = self.desk.settings
        return visitor.settles or settings.show_suggestions_after or not settings.blind

    def _list_allowed(self, visitor: Visitor) -> set[str]:
        """The units on which this person may see what others or the model gave."""
        desk = self.desk
        if visitor.settles:
            return set(desk.place) - desk.list_unread(visitor)
        own = set(desk.list_own(visitor))
        return own if not desk.settings.blind else own & desk.list_decided(visitor)

    def _has_model(self) -> bool:
        return self.desk.settings.has_gold and bool(len(self.desk.project.suggestions()))


def _always(mask: pd.Series) -> Any:
    return lambda code: mask


def _of_stance(stances: pd.Series, stance: str, index: pd.Index) -> Any:
    def mask(code: str) -> pd.Series:
        said = stances[stances.index.get_level_values("code") == code].droplevel("code")
        return said.reindex(index).eq(stance)

    return mask


def _find_stances(coded: CodedDataset) -> pd.Series:
    """By unit and code the stance of its first stretch that has one."""
    said = coded.spans[coded.spans["stance"].fillna("").ne("")]
    return said.drop_duplicates(["unit_id", "code"]).set_index(["unit_id", "code"])["stance"]
