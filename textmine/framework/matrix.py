"""The framework matrix of a coded dataset: each case's quotes on each theme beside your summary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from textmine.coded import CodedDataset
from textmine.disclosure.quotes import name_quote
from textmine.display import clip, escape, show_card
from textmine.errors import InputError
from textmine.framework.summaries import FrameworkSummaries, Summary, hash_quote, tell_state
from textmine.passages.journal import tell_time

#: Columns of ``FrameworkMatrix.cells`` and ``FrameworkMatrix.quotes``.
CELL_COLUMNS = ["case", "code", "name", "passages", "summary", "state", "written"]
QUOTE_COLUMNS = ["case", "code", "quote_id", "unit_id", "start", "end", "quote", "linked", "hash"]
_INTERVIEWER = "interviewer"
_SHOWN_CASES, _SHOWN_QUOTES = 25, 3


@dataclass(frozen=True, eq=False)
class FrameworkMatrix:
    """Cases by codes: what each case says on each theme, never a share of anything.

    ``cells`` has a row a case and code: ``passages`` (in how many of its texts or turns the code stands),
    ``summary`` (yours), ``state`` (what became of its quotes since: 'as summarised', 'quotes changed: ...'),
    ``written``. ``quotes`` has a row a stretch: ``case, code, quote_id, unit_id, start, end, quote`` and
    ``linked`` (the summary rests on it). ``left_over`` are summaries of cases and codes that are no longer
    there; the file keeps them. The quotes are respondents' words: see docs/release.md before they go out.

    >>> from textmine.codebook import Codebook
    >>> given = pd.DataFrame({"money": [1.0, 0.0]}, index=["t1:1", "t2:1"])
    >>> said = pd.Series(["It saves money", "Nobody rang"], index=given.index)
    >>> coded = CodedDataset(given, Codebook.from_labels(["money"]), "ann", texts=said)
    >>> make_framework_matrix(coded).cells["passages"].tolist()
    [1, 0]
    """

    cells: pd.DataFrame
    quotes: pd.DataFrame
    left_over: pd.DataFrame
    summaries: FrameworkSummaries | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        cases, codes = self.cells["case"].nunique(), self.cells["code"].nunique()
        written = int(self.cells["summary"].ne("").sum())
        return f"FrameworkMatrix({cases} cases x {codes} codes, {written} summaries)"

    def wide(self) -> pd.DataFrame:
        """Cases x codes: the summaries, '' where there is none."""
        order = list(dict.fromkeys(self.cells["code"]))
        wide = self.cells.pivot(index="case", columns="code", values="summary")
        return wide.reindex(index=list(dict.fromkeys(self.cells["case"])), columns=order)

    def read_cell(self, case: str, code: str) -> pd.DataFrame:
        """The quotes of a cell. Raises ``InputError`` where the matrix has no such cell."""
        self._find(case, code)
        mine = (self.quotes["case"] == case) & (self.quotes["code"] == code)
        return self.quotes[mine].reset_index(drop=True)

    def changed(self) -> pd.DataFrame:
        """The cells whose quotes changed since they were summarised."""
        return self.cells[self.cells["state"].str.startswith("quotes changed")].reset_index(drop=True)

    def write_summary(
        self,
        case: str,
        code: str,
        summary: str,
        *,
        quotes: Sequence[str] | None = None,
        at: str | None = None,
    ) -> FrameworkMatrix:
        """Write a cell's summary into the file of summaries; gives the matrix with it.

        ``quotes`` are the ids that it rests on, all of the cell's if not said; ``at`` is the time, now if not
        said. A blank summary takes the cell's out. Raises ``InputError`` without a file, for a cell and for a
        quote that is not there.
        """
        if self.summaries is None:
            raise InputError("No file for summaries. Give one: make_framework_matrix(..., summaries=PATH).")
        place = self._find(case, code)
        own = self.read_cell(case, code)
        now = dict(zip(own["quote_id"].tolist(), own["hash"].tolist(), strict=True))
        linked = list(now) if quotes is None else list(quotes)
        if unknown := [quote for quote in linked if quote not in now]:
            raise InputError(f"No quote {', '.join(unknown)} in this cell. See read_cell(case, code).")
        held = self.summaries.read()
        held.pop((case, code), None)
        fresh = Summary(summary.strip(), tuple(linked), now, tell_time(at))
        if fresh.summary:
            held[(case, code)] = fresh
        self.summaries.write(held)
        kept = fresh if fresh.summary else None
        cells, shown = self.cells.copy(), self.quotes.copy()
        cells.loc[place, ["summary", "state", "written"]] = [
            fresh.summary,
            tell_state(kept, now),
            fresh.written if kept else "",
        ]
        mine = (shown["case"] == case) & (shown["code"] == code)
        shown.loc[mine, "linked"] = shown.loc[mine, "quote_id"].isin(linked if kept else [])
        return replace(self, cells=cells, quotes=shown)

    def write(self, path: Path | str) -> Path:
        """Write the matrix: ``.xlsx`` (matrix, cells, quotes), ``.html`` or ``.csv`` (a row a cell).

        Raises ``InputError`` for another ending. Equal matrices give equal bytes. ``path`` is the file.
        """
        from textmine.framework.writing import write_matrix

        return write_matrix(self, Path(path))

    def _find(self, case: str, code: str) -> int:
        found = self.cells.index[(self.cells["case"] == case) & (self.cells["code"] == code)]
        if not len(found):
            raise InputError(f"No cell for this case and the code {code!r}. Cases and codes are in cells.")
        return int(found[0])

    def _repr_html_(self) -> str:
        return show_card("Framework matrix", [show_matrix(self, most=_SHOWN_CASES)], about=repr(self))


def make_framework_matrix(
    coded: CodedDataset,
    *,
    case: str | None = None,
    codes: Sequence[str] | None = None,
    summaries: Path | str | None = None,
) -> FrameworkMatrix:
    """The framework matrix of a coded dataset (Ritchie & Spencer 1994; Gale and others 2013).

    ``case`` is the attribute that says whose a text is (a school, a person); without, turns of a transcript
    ('t1:4') are of its interview, other texts of their respondent (``group``) or themselves. ``codes`` are
    the themes, all if not said. What an interviewer says (attribute ``role``) is left out. ``summaries`` is
    the csv of your summaries: made on the first ``write_summary``, read again at each run; a cell whose
    quotes are others since says so. Raises ``InputError`` without texts and for an attribute or code that
    there is not.

    >>> from textmine.codebook import Codebook
    >>> units = ["t1:1", "t1:2", "t2:1"]
    >>> given = pd.DataFrame({"money": [1.0, 0.0, 0.0]}, index=units)
    >>> said = pd.Series(["It saves money", "We meet", "Nobody rang"], index=units)
    >>> coded = CodedDataset(given, Codebook.from_labels(["money"]), "ann", texts=said)
    >>> make_framework_matrix(coded).cells[["case", "passages", "state"]].values.tolist()
    [['t1', 1, ''], ['t2', 0, 'nothing said']]
    """
    if coded.texts is None:
        raise InputError(
            "The dataset holds no texts, so there are no quotes. Give them: replace(coded, texts=...)."
        )
    chosen = list(coded.codes) if codes is None else list(codes)
    if unknown := [code for code in chosen if code not in coded.codes]:
        raise InputError(f"No code {', '.join(unknown)}. Codes: {', '.join(coded.codes)}.")
    cases = _find_cases(coded, case)
    quotes = _list_quotes(coded, cases, chosen)
    file = None if summaries is None else FrameworkSummaries(summaries)
    held = {} if file is None else file.read()
    order = [one for one in dict.fromkeys(cases.tolist()) if one]
    given = coded.decisions.loc[cases.index, chosen].eq(1).groupby(cases.to_numpy()).sum()
    by_cell = {key: rows for key, rows in quotes.groupby(["case", "code"], sort=False)}
    rows = []
    for one in order:
        for code in chosen:
            own = by_cell.get((one, code), quotes.iloc[:0])
            now = dict(zip(own["quote_id"].tolist(), own["hash"].tolist(), strict=True))
            kept = held.get((one, code))
            rows.append(
                {
                    "case": one,
                    "code": code,
                    "name": coded.codebook.code(code).name or code,
                    "passages": int(given.loc[one, code]),
                    "summary": "" if kept is None else kept.summary,
                    "state": tell_state(kept, now),
                    "written": "" if kept is None else kept.written,
                }
            )
    linked = {(*key, quote) for key, kept in held.items() for quote in kept.quote_ids}
    keys = zip(quotes["case"], quotes["code"], quotes["quote_id"], strict=True)
    quotes = quotes.assign(linked=[key in linked for key in keys])
    there = {(row["case"], row["code"]) for row in rows}
    rest = [(*key, kept.summary, kept.written) for key, kept in held.items() if key not in there]
    left_over = pd.DataFrame(rest, columns=["case", "code", "summary", "written"])
    return FrameworkMatrix(pd.DataFrame(rows, columns=CELL_COLUMNS), quotes, left_over, file)


def show_matrix(matrix: FrameworkMatrix, *, most: int | None = None) -> str:
    """The matrix as a table of html: in a cell the summary, else the first quotes; what changed is marked."""
    names = dict(zip(matrix.cells["code"], matrix.cells["name"], strict=True))
    cells = {(row["case"], row["code"]): row for row in matrix.cells.to_dict("records")}
    quotes = {key: rows for key, rows in matrix.quotes.groupby(["case", "code"], sort=False)}
    order = list(dict.fromkeys(matrix.cells["case"]))
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in ("case", *names.values()))
    lines = []
    for case in order[:most]:
        shown = "".join(
            f"<td>{_show_cell(cells[(case, code)], quotes.get((case, code)))}</td>" for code in names
        )
        lines.append(f'<tr><th scope="row">{escape(case)}</th>{shown}</tr>')
    left = len(order) - len(lines)
    more = f'<p class="about">and {left} more cases</p>' if left else ""
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(lines)}</tbody></table>{more}"


def _show_cell(row: Mapping[Any, Any], quotes: pd.DataFrame | None) -> str:
    parts = []
    if row["summary"]:
        parts.append(escape(row["summary"]))
    own = quotes if quotes is not None else pd.DataFrame(columns=QUOTE_COLUMNS)
    shown = own[own["linked"]] if row["summary"] else own
    for words in shown["quote"].head(_SHOWN_QUOTES).tolist():
        parts.append(f'<span class="about">“{escape(clip(str(words), 160))}”</span>')
    if len(own) > _SHOWN_QUOTES:
        parts.append(f'<span class="about">{len(own)} quotes in all</span>')
    if str(row["state"]).startswith("quotes changed"):
        parts.append(f"<strong>{escape(row['state'])}</strong>")
    return "<br>".join(parts)


def _find_cases(coded: CodedDataset, case: str | None) -> pd.Series:
    """The case of each unit that counts, by unit id."""
    facts = coded.attributes if coded.attributes is not None else pd.DataFrame(index=coded.decisions.index)
    units = pd.Series([str(unit) for unit in coded.decisions.index], index=coded.decisions.index)
    if case is not None:
        if case not in facts.columns:
            known = ", ".join(map(str, facts.columns)) or "none"
            raise InputError(f"No attribute {case!r}. Attributes: {known}.")
        cases = facts[case].astype(str).str.strip().replace("nan", "")
    elif {"turn", "speaker"} & set(facts.columns) or units.str.fullmatch(r".+:\d+").all():
        cases = units.str.replace(r":[^:]*$", "", regex=True)
    elif "group" in facts.columns:
        cases = facts["group"].astype(str).str.strip()
    else:
        cases = units
    if "role" in facts.columns:
        cases = cases[facts["role"].astype(str).str.casefold() != _INTERVIEWER]
    return cases


def _list_quotes(coded: CodedDataset, cases: pd.Series, codes: Sequence[str]) -> pd.DataFrame:
    """The stretches of the codes given, in the order of the units and their places; whole texts without."""
    assert coded.texts is not None
    texts, order = coded.texts, {unit: number for number, unit in enumerate(coded.decisions.index)}
    given = coded.decisions.loc[cases.index, list(codes)].eq(1)
    pairs = {(str(u), str(c)) for u, c in given.stack()[lambda cell: cell].index}
    spans = coded.spans
    rows, known = [], set()
    for unit, code, start, end in spans[["unit_id", "code", "start", "end"]].itertuples(
        index=False, name=None
    ):
        if (str(unit), str(code)) in pairs and int(start) >= 0:
            known.add((str(unit), str(code)))
            rows.append((str(unit), str(code), int(start), int(end)))
    rows += [(unit, code, 0, len(str(texts[unit]))) for unit, code in pairs - known]
    rows.sort(key=lambda row: (order[row[0]], row[2], row[3], row[1]))
    found = []
    for unit, code, start, end in dict.fromkeys(rows):
        words = str(texts[unit])[start:end]
        quote_id = name_quote(unit, code, start, end)
        found.append((cases[unit], code, quote_id, unit, start, end, words, False, hash_quote(unit, words)))
    return pd.DataFrame(found, columns=QUOTE_COLUMNS)
