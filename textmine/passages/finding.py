"""Finding passages: the units of a coded dataset that carry a code under all conditions, in sections."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.codebook import Codebook
from textmine.errors import InputError
from textmine.passages.passages import COLUMNS, Passages
from textmine.passages.wishes import Wish, as_text

if TYPE_CHECKING:
    from textmine.passages.bank import QuoteBank

#: Sections that are made of codes and stances rather than of an attribute.
SUB_THEME, STANCE, CODES = "sub_theme", "stance", "code"
_NONE = {SUB_THEME: "(no sub-theme)", STANCE: "(stance not told)", CODES: "(no other code)"}
_BLANK = "(blank)"
Mask = npt.NDArray[np.bool_]


def find_passages(
    wish: Wish,
    *,
    decisions: pd.DataFrame,
    codebook: Codebook,
    texts: pd.Series,
    spans: pd.DataFrame,
    scores: pd.DataFrame | None,
    bands: pd.DataFrame,
    attributes: pd.DataFrame,
    by: str | None = None,
    bank: QuoteBank | None = None,
) -> Passages:
    """The passages of a coded dataset that a wish is for, in sections; see ``CodedDataset.read``."""
    codes = [str(code) for code in decisions.columns]
    family = _find_family(wish, codebook, codes, by)
    own = spans[spans["code"].isin(family)] if family else spans
    stances = _find_stances(own, decisions.index)
    chosen, notes = _choose(wish, family, decisions, bands, stances, texts, attributes)
    rows = np.flatnonzero(chosen)
    if wish.code is not None and scores is not None:
        surest = scores[family].to_numpy(dtype=float)[rows]
        order = np.argsort(-np.nan_to_num(surest, nan=-1.0).max(axis=1, initial=-1.0), kind="stable")
        rows = rows[order]
    units = decisions.index[rows]
    stretches = own[own["unit_id"].isin(set(units)) & (own["start"].astype(int) >= 0)]
    table = _make_table(wish, units, codes, decisions, texts, stretches, stances, scores, bands)
    table = pd.concat([table, attributes.loc[units].reset_index(drop=True)], axis=1)
    table = _put_in_sections(table, by, wish, codebook, decisions, attributes)
    name = "All texts" if wish.code is None else codebook.code(wish.code).name or wish.code
    shown = [*wish.where, *([by] if by in attributes.columns else [])]
    return Passages(
        table,
        stretches[["unit_id", "code", "start", "end", "quote"]].reset_index(drop=True),
        title=name,
        asked=wish.tell(),
        n_of=len(decisions),
        shown=tuple(dict.fromkeys(str(one) for one in shown)),
        notes=tuple(notes),
        bank=bank,
    )


def _find_family(wish: Wish, codebook: Codebook, codes: Sequence[str], by: str | None) -> list[str]:
    """The code and, where they count as well, the codes below it that were coded."""
    if wish.code is None:
        return []
    below = wish.below or by == SUB_THEME
    return [c for c in codes if c == wish.code or (below and wish.code in codebook.ancestors(c))]


def _find_stances(spans: pd.DataFrame, units: pd.Index) -> pd.Series:
    """The stance of each unit on the code: that of its heaviest stretch which has one; '' where none has."""
    said = spans[spans["stance"].fillna("").ne("")].drop_duplicates("unit_id").set_index("unit_id")["stance"]
    return said.reindex(units).fillna("").astype(str)


def _choose(
    wish: Wish,
    family: Sequence[str],
    decisions: pd.DataFrame,
    bands: pd.DataFrame,
    stances: pd.Series,
    texts: pd.Series,
    attributes: pd.DataFrame,
) -> tuple[Mask, list[str]]:
    chosen = np.ones(len(decisions), dtype=bool)
    notes = []
    if wish.code is not None:
        if wish.band == "given":
            chosen &= decisions[list(family)].eq(1).any(axis=1).to_numpy()
        else:
            chosen &= (bands[list(family)].to_numpy() == wish.band).any(axis=1)
    for name, values in wish.where.items():
        has = as_text(attributes[name]).isin(set(values)).to_numpy()
        if not has.any():
            notes.append(f"No unit at all has the value asked for of {name}. Check how it is written.")
        chosen &= has
    for code in wish.also:
        chosen &= decisions[code].eq(1).to_numpy()
    for code in wish.without:
        unknown = int((chosen & decisions[code].isna().to_numpy()).sum())
        if unknown:
            notes.append(f"{unknown} texts were not coded for {code} and are left out.")
        chosen &= decisions[code].eq(0).to_numpy()
    if wish.stances:
        chosen &= stances.isin(set(wish.stances)).to_numpy()
    if wish.containing:
        word = wish.containing.casefold()
        chosen &= np.array([word in str(text).casefold() for text in texts.tolist()], dtype=bool)
    return chosen, notes


def _make_table(
    wish: Wish,
    units: pd.Index,
    codes: Sequence[str],
    decisions: pd.DataFrame,
    texts: pd.Series,
    stretches: pd.DataFrame,
    stances: pd.Series,
    scores: pd.DataFrame | None,
    bands: pd.DataFrame,
) -> pd.DataFrame:
    heaviest = stretches.drop_duplicates("unit_id").set_index("unit_id").reindex(units)
    if wish.code is not None:  # a stretch of the code itself before one of a code below it
        own = stretches[stretches["code"] == wish.code].drop_duplicates("unit_id").set_index("unit_id")
        heaviest = own.reindex(units).combine_first(heaviest).reindex(units)
    given = decisions.loc[units].eq(1).to_numpy()
    empty: Any = [""] * len(units)
    return pd.DataFrame(
        {
            "section": empty,
            "unit_id": units.astype(str),
            "code": heaviest["code"].fillna(wish.code or "").astype(str).to_numpy(),
            "text": texts.reindex(units).fillna("").astype(str).to_numpy(),
            "quote": heaviest["quote"].fillna("").astype(str).to_numpy(),
            "start": pd.to_numeric(heaviest["start"]).fillna(-1).astype(int).to_numpy(),
            "end": pd.to_numeric(heaviest["end"]).fillna(-1).astype(int).to_numpy(),
            "stance": stances.reindex(units).to_numpy() if wish.code is not None else empty,
            "score": np.nan
            if scores is None or wish.code is None
            else scores[wish.code].reindex(units).to_numpy(),
            "band": empty if wish.code is None else bands[wish.code].reindex(units).to_numpy(),
            "codes": ["; ".join([codes[k] for k in np.flatnonzero(row).tolist()]) for row in given],
        },
        columns=COLUMNS,
    )


def _put_in_sections(
    table: pd.DataFrame,
    by: str | None,
    wish: Wish,
    codebook: Codebook,
    decisions: pd.DataFrame,
    attributes: pd.DataFrame,
) -> pd.DataFrame:
    """The table with its ``section`` filled, sections in the order of their size, codes in the codebook's."""
    if by is None:
        return table
    if by in (SUB_THEME, CODES):
        names = codebook.children(wish.code) if by == SUB_THEME and wish.code else list(decisions.columns)
        names = [code for code in names if code in decisions.columns and code != wish.code]
        parts, held = [], np.zeros(len(table), dtype=bool)
        for code in names:
            below = [c for c in decisions.columns if c == code or code in codebook.ancestors(c)]
            columns = below if by == SUB_THEME else [code]
            mine = decisions[columns].eq(1).any(axis=1).reindex(table["unit_id"]).to_numpy(dtype=bool)
            held |= mine
            parts.append(table[mine].assign(section=codebook.code(code).name or code))
        parts.append(table[~held].assign(section=_NONE[by]))
        return pd.concat([part for part in parts if len(part)] or [table], ignore_index=True)
    if by == STANCE:
        section = table["stance"].replace("", _NONE[STANCE])
    elif by in attributes.columns:
        section = as_text(table[by]).replace("", _BLANK)
    else:
        known = [SUB_THEME, STANCE, CODES, *map(str, attributes.columns)]
        raise InputError(f"Nothing called {by!r} to group by. There is: {', '.join(known)}.")
    sizes = section.value_counts()
    place = {name: number for number, name in enumerate(sorted(sizes.index, key=lambda n: (-sizes[n], n)))}
    order = np.argsort(section.map(place).to_numpy(), kind="stable")
    return table.assign(section=section).iloc[order].reset_index(drop=True)
