"""Old codings brought to another version of the codebook: what can be told, and what must be read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.codebook import Codebook
from textmine.coded import CodedDataset
from textmine.errors import InputError
from textmine.migration.changes import Changes
from textmine.migration.links import Link, link_codes, reverse_links

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

TO_READ_COLUMNS = ["unit_id", "code", "change", "carried", "why"]
KEPT_COLUMNS = ["unit_id", "code", "value", "why"]
#: What a reason to read is called as a change.
_KINDS = {"narrowed": "redefine", "widened": "redefine", "gap": "merge"}
#: Columns that make two rows of evidence the same.
_SAME = ["unit_id", "code", "start", "end", "quote", "coder", "stance"]


@dataclass(frozen=True, eq=False)
class Migration:
    """Codings under the other version, and what the change left open.

    ``coded`` has NaN wherever somebody must read again. ``to_read`` says where: ``unit_id, code`` (of the new
    version), ``change``, the old codes that the unit ``carried`` among those concerned, and ``why``.
    ``kept`` holds the old values (``unit_id, code, value, why``) that cannot be told from the new codings
    (missing: it was not coded), and ``kept_spans`` the evidence that belongs to none of them: the record
    without which there would be no way back. ``unscored`` names new codes that no model has scored.

    >>> from textmine.migration import Changes
    >>> old, new = Codebook.from_labels(["money"]), Codebook.from_labels(["savings"])
    >>> codings = CodedDataset(pd.DataFrame({"money": [1.0, 0.0]}, index=["u1", "u2"]), old, "ann")
    >>> changes = Changes.loads("changes: [{rename: money, to: savings}]")
    >>> len(migrate_codings(codings, changes, new).to_read)
    0
    """

    coded: CodedDataset
    to_read: pd.DataFrame
    kept: pd.DataFrame
    kept_spans: pd.DataFrame
    unscored: tuple[str, ...] = ()

    @property
    def lost(self) -> pd.DataFrame:
        """How many old values would be lost without ``kept``: ``code, why, units``."""
        counts = self.kept[self.kept["value"].notna()].groupby(["code", "why"], sort=False).size()
        return counts.rename("units").reset_index()


def migrate_codings(coded: CodedDataset, changes: Changes, new: Codebook) -> Migration:
    """Bring codings of an old version, by people or a model, to the ``new`` one.

    A rename or merge passes the codes on. What cannot be told from the old codings is left blank, never 0,
    and listed in ``to_read``: of a split, the units that carried the code; of a redefinition that takes in
    more, those that did not carry it, and of one that takes in less, those that did; of an added code, every
    unit that was coded. A retired code is kept in the record. Units that were not coded stay so.

    Raises ``CodebookError`` where the changes do not fit the two codebooks.

    >>> old, new = Codebook.from_labels(["money"]), Codebook.from_labels(["savings", "grants"])
    >>> codings = CodedDataset(pd.DataFrame({"money": [1.0, 0.0]}, index=["u1", "u2"]), old, "ann")
    >>> changes = Changes.loads("changes: [{split: money, to: [savings, grants]}]")
    >>> found = migrate_codings(codings, changes, new)
    >>> found.coded.wide().loc["u2"].tolist(), found.to_read[["unit_id", "code"]].to_numpy().tolist()
    ([0, 0], [['u1', 'savings'], ['u1', 'grants']])
    """
    old = coded.codebook
    links = link_codes(changes, old, new)
    return _carry(coded, links, reverse_links(links, old.ids), new)


def return_codings(
    coded: CodedDataset,
    changes: Changes,
    old: Codebook,
    *,
    kept: pd.DataFrame | None = None,
    kept_spans: pd.DataFrame | None = None,
) -> Migration:
    """Bring codings of the new version back to the ``old`` one, with the record that ``Migration`` keeps.

    With ``kept`` the way there and back leads to the codings that one set out with; what was read again since
    stands where the new codings can tell it. Without, ``to_read`` lists what is lost. Raises as
    ``migrate_codings`` does.

    ``kept_spans`` is the evidence in that record. ``coded`` are the codings by the new version, ``changes``
    what led from the ``old`` one to it.

    >>> old, new = Codebook.from_labels(["cost", "time"]), Codebook.from_labels(["barriers"])
    >>> codings = CodedDataset(pd.DataFrame({"cost": [1.0], "time": [0.0]}, index=["u1"]), old, "ann")
    >>> changes = Changes.loads("changes: [{merge: [cost, time], to: barriers}]")
    >>> there = migrate_codings(codings, changes, new)
    >>> return_codings(there.coded, changes, old, kept=there.kept).coded.wide().loc["u1"].tolist()
    [1, 0]
    """
    links = link_codes(changes, old, coded.codebook)
    found = _carry(coded, reverse_links(links, old.ids), links, old, back=True)
    if kept is None or not len(kept):
        return found
    _check_kept(kept, old)
    was = kept.pivot(index="unit_id", columns="code", values="value").astype(float)
    before = found.coded.decisions
    codes = [code for code in old.ids if code in before or code in was]
    before = before.reindex(columns=codes)
    decisions = before.where(before.notna(), was.reindex(index=before.index, columns=codes))
    spans = found.coded.spans
    if kept_spans is not None and len(kept_spans):
        ours = _look_up(before.isna() & (decisions == 1), kept_spans)
        spans = _put_in_order(pd.concat([spans, kept_spans[ours]]), decisions, old)
    scores = None if found.coded.scores is None else found.coded.scores.reindex(columns=codes)
    recorded = pd.MultiIndex.from_frame(kept[["unit_id", "code"]])
    left = ~pd.MultiIndex.from_frame(found.to_read[["unit_id", "code"]]).isin(recorded)
    return replace(
        found,
        coded=replace(found.coded, decisions=decisions, spans=spans, scores=scores),
        to_read=found.to_read[left].reset_index(drop=True),
    )


def fill_codings(migration: Migration, read_again: CodedDataset | pd.DataFrame) -> tuple[CodedDataset, int]:
    """The migrated codings with what was read again in its blanks, and how many are still to be read.

    What the old codings told stays as it is: only blanks that ``to_read`` lists are filled. ``migration`` is
    what ``migrate_codings`` gave, ``read_again`` the new readings (units x codes of the new version; 1, 0,
    NaN).

    >>> old, new = Codebook.from_labels(["money"]), Codebook.from_labels(["money", "trust"])
    >>> codings = CodedDataset(pd.DataFrame({"money": [1.0, 0.0]}, index=["u1", "u2"]), old, "ann")
    >>> found = migrate_codings(codings, Changes.loads("changes: [{add: trust}]"), new)
    >>> filled, open_ = fill_codings(found, pd.DataFrame({"trust": [1.0]}, index=["u1"]))
    >>> filled.counts(), open_
    ({'money': 1, 'trust': 1}, 1)
    """
    given = read_again.decisions if isinstance(read_again, CodedDataset) else read_again
    decisions = migration.coded.decisions.copy()
    asked = decisions.isna()
    asked.loc[:, :] = False
    for code, rows in migration.to_read.groupby("code"):
        asked.loc[rows["unit_id"], code] = True
    answer = given.reindex(index=decisions.index, columns=decisions.columns)
    filled = decisions.where(~(asked & answer.notna()), answer)
    spans = migration.coded.spans
    if isinstance(read_again, CodedDataset):
        new = read_again.spans
        told = _look_up(asked, new)
        spans = pd.concat([spans, new[told]], ignore_index=True) if told.any() else spans
    still = int((asked & filled.isna()).to_numpy().sum())
    return replace(migration.coded, decisions=filled, spans=spans), still


def _carry(
    coded: CodedDataset, links: Sequence[Link], reverse: Sequence[Link], book: Codebook, *, back: bool = False
) -> Migration:
    """The codings by these links, what they leave open, and what cannot be told from them on the way back."""
    codes = [link.code for link in reverse]
    given = coded.decisions.reindex(columns=codes)
    values = {code: given[code].to_numpy(dtype=np.float64) for code in codes}
    is_coded = coded.is_coded.to_numpy()
    links = [link for link in links if link.fresh or any(c in coded.decisions for c in link.sources)]
    known = {link.code: _tell(link, values, is_coded) for link in links}
    if back:
        for link in links:
            value, open_ = known[link.code]
            if not link.passes:
                told = np.any([*open_.values()], axis=0)
                open_["unread"] = np.isnan(value) & is_coded & ~told
    decisions = pd.DataFrame({code: value for code, (value, _) in known.items()}, index=given.index)
    to_read = _list_open(given, links, known, back)
    told = {code: decisions[code].to_numpy() if code in decisions else None for code in book.ids}
    spans = _carry_spans(coded.spans, links, decisions)
    kept, kept_spans = _list_kept(coded, reverse, told, spans, is_coded)
    passing = {link.code: link.whole[0] for link in links if link.passes and link.whole[0] in coded.codes}
    scored = coded.scores is not None
    carried = replace(
        coded,
        decisions=decisions,
        codebook=book,
        scores=_rename_scores(coded.scores, passing, list(decisions.columns)),
        spans=spans,
        thresholds=_rename(coded.thresholds, passing),
        accept_from=_rename(coded.accept_from, passing),
        review_from=_rename(coded.review_from, passing),
    )
    unscored = tuple(link.code for link in links if scored and link.code not in passing)
    return Migration(carried, to_read, kept, kept_spans, unscored)


def _tell(link: Link, values: Mapping[str, Floats], is_coded: Mask) -> tuple[Floats, dict[str, Mask]]:
    """A value a unit, NaN where the other version cannot tell, and by reason which of these must be read."""
    size = len(is_coded)
    among = _any_one(link.among, values, size) if link.among else np.ones(size, dtype=bool)
    if link.fresh:
        blank = is_coded & among
        value = np.where(is_coded & ~among, 0.0, np.nan)
        return value, {"add": blank}
    whole, part = (_any_one(codes, values, size) for codes in (link.whole, link.part))
    gaps = np.array([np.isnan(values[code]) for code in link.sources])
    empty, some = gaps.all(axis=0), gaps.any(axis=0)
    value = np.where(whole, 1.0, np.where(part | some, np.nan, 0.0))
    open_ = {"split": part & ~whole, "gap": some & ~empty & ~whole & ~part}
    if link.narrowed:
        open_["narrowed"] = value == 1
    if link.widened:
        open_["widened"] = (value == 0) & among
    for mask in (open_.get("narrowed"), open_.get("widened")):
        if mask is not None:
            value = np.where(mask, np.nan, value)
    return value, open_


def _any_one(codes: Sequence[str], values: Mapping[str, Floats], size: int) -> Mask:
    found = np.zeros(size, dtype=bool)
    for code in codes:
        found |= values[code] == 1
    return found


def _list_open(
    given: pd.DataFrame,
    links: Sequence[Link],
    known: Mapping[str, tuple[Floats, dict[str, Mask]]],
    back: bool,
) -> pd.DataFrame:
    units, parts = given.index.to_numpy(), []
    for place, link in enumerate(links):
        for reason, mask in known[link.code][1].items():
            rows = np.flatnonzero(mask)
            concerned = [code for code in (link.sources or link.among) if code in given]
            ones = given[concerned].to_numpy()[rows] == 1
            carried = [", ".join(c for c, one in zip(concerned, row, strict=True) if one) for row in ones]
            why = [_say_why(link, reason, back)] * len(rows)
            kind = _KINDS.get(reason, reason)
            parts.append(
                pd.DataFrame(
                    {
                        "unit_id": units[rows],
                        "code": link.code,
                        "change": kind,
                        "carried": carried,
                        "why": why,
                        "row": rows,
                        "place": place,
                    }
                )
            )
    parts = [part for part in parts if len(part)]
    if not parts:
        return pd.DataFrame(columns=TO_READ_COLUMNS)
    table = pd.concat(parts).sort_values(["row", "place"], kind="stable", ignore_index=True)
    return table[TO_READ_COLUMNS]


def _say_why(link: Link, reason: str, back: bool) -> str:
    sources = " or ".join(link.part or link.whole)
    if back:
        told = {
            "add": f"{link.code} is not part of the newer version",
            "split": f"{sources} does not say whether it was {link.code}",
            "gap": f"coded for some of {', '.join(link.sources)} only",
            "narrowed": f"{sources} takes in what {link.code} did not",
            "widened": f"{link.code} took in what {sources} does not",
            "unread": f"nobody has read it for {' or '.join(link.sources)} yet",
        }
        return told[reason]
    told = {
        "add": f"{link.code} is new, so nobody looked for it",
        "split": f"carried {sources}, which is split: say whether it is {link.code}",
        "gap": f"coded for some of {', '.join(link.sources)} only, which are now {link.code}",
        "narrowed": f"carried {' or '.join(link.sources)}, and {link.code} takes in less now",
        "widened": f"did not carry {' or '.join(link.sources)}, and {link.code} takes in more now",
    }
    return told[reason]


def _carry_spans(spans: pd.DataFrame, links: Sequence[Link], decisions: pd.DataFrame) -> pd.DataFrame:
    """Evidence under the other version's codes: of codes that pass whole, where the code was not left open.

    Evidence of a model for a code that is only up for review stays, as the code was not left open either.
    """
    parts = []
    for link in links:
        told = decisions.index[decisions[link.code].notna()]
        for source in link.whole:
            own = spans[(spans["code"] == source) & spans["unit_id"].isin(told)]
            parts.append(own.assign(code=link.code))
    parts = [part for part in parts if len(part)]
    if not parts:
        return spans.iloc[:0].copy()
    carried = pd.concat(parts).sort_index(kind="stable")
    same = [name for name in _SAME if name in carried]
    return carried.drop_duplicates(same).reset_index(drop=True)


def _list_kept(
    coded: CodedDataset,
    reverse: Sequence[Link],
    told: Mapping[str, Floats | None],
    spans: pd.DataFrame,
    is_coded: Mask,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Old values that the way back cannot tell, and the evidence that it cannot give back."""
    size, units = len(coded), coded.decisions.index.to_numpy()
    nothing = np.full(size, np.nan)
    values = {code: nothing if value is None else value for code, value in told.items()}
    tables, back = [], {}
    for link in reverse:
        if link.code not in coded.decisions:
            continue
        was = coded.decisions[link.code].to_numpy(dtype=np.float64)
        value, _ = _tell(link, values, is_coded) if link.sources else (nothing, {})
        back[link.code] = value
        rows = np.flatnonzero(np.isnan(value) & is_coded & (~np.isnan(was) | (not link.passes)))
        table = {
            "unit_id": units[rows],
            "code": link.code,
            "value": pd.array(was[rows], "Float64").astype("Int8"),
        }
        tables.append(pd.DataFrame({**table, "why": _say_kept(link)}))
    tables = [table for table in tables if len(table)]
    kept = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=KEPT_COLUMNS)
    returned = _carry_spans(spans, [link for link in reverse if link.code in back], pd.DataFrame(back, units))
    same = [name for name in _SAME if name in coded.spans and name in returned]
    here = pd.MultiIndex.from_frame(coded.spans[same].astype(str))
    missing = ~here.isin(pd.MultiIndex.from_frame(returned[same].astype(str)))
    return kept, coded.spans[missing].reset_index(drop=True)


def _say_kept(link: Link) -> str:
    if link.fresh:
        return "retired"
    if link.part:
        return f"merged with others into {', '.join(link.part)}"
    if link.widened or link.narrowed:
        return f"redefined as {', '.join(link.sources)}"
    return f"split into {', '.join(link.sources)}, to be read again"


def _look_up(table: pd.DataFrame, rows: pd.DataFrame) -> Mask:
    """What a table of units x codes says of the unit and code of each row; False where it has no such."""
    unit = table.index.get_indexer(pd.Index(rows["unit_id"]))
    code = table.columns.get_indexer(pd.Index(rows["code"]))
    there = (unit >= 0) & (code >= 0)
    return np.asarray(table.to_numpy(dtype=bool)[unit, code] & there) if table.size else there


def _put_in_order(spans: pd.DataFrame, decisions: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    unit = {id: place for place, id in enumerate(decisions.index)}
    code = {id: place for place, id in enumerate(book.ids)}
    keys = pd.DataFrame({"u": spans["unit_id"].map(unit), "c": spans["code"].map(code)})
    order = np.lexsort((keys["c"].to_numpy(), keys["u"].to_numpy()))
    return spans.iloc[order].reset_index(drop=True)


def _rename_scores(
    scores: pd.DataFrame | None, passing: Mapping[str, str], codes: Sequence[str]
) -> pd.DataFrame | None:
    if scores is None or not passing:
        return None
    named = {new: scores[old] for new, old in passing.items()}
    return pd.DataFrame(named, index=scores.index).reindex(columns=list(codes))


def _rename(values: Mapping[str, float], passing: Mapping[str, str]) -> dict[str, float]:
    return {new: values[old] for new, old in passing.items() if old in values}


def _check_kept(kept: pd.DataFrame, old: Codebook) -> None:
    lacking = [name for name in KEPT_COLUMNS[:3] if name not in kept]
    if lacking:
        raise InputError(
            f"The record of old values lacks {', '.join(lacking)}. Give the table that migrating wrote."
        )
    unknown: list[Any] = [code for code in kept["code"].unique() if code not in old.ids]
    if unknown:
        raise InputError(
            f"The record holds codes that the old codebook lacks: {', '.join(map(str, unknown))}. "
            "Give the record of this migration."
        )
