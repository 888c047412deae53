"""Counts and shares of codes by groups of people, as they may go out: now, and beside earlier releases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.disclosure.groups import (
    EVERYBODY,
    NOT_STATED,
    EarlierTable,
    Figure,
    Group,
    Sets,
    make_sets,
)
from textmine.disclosure.linked import (
    Plan,
    find_bases_given_away,
    find_differencing,
    protect_bases,
    protect_code,
)
from textmine.disclosure.rules import HIDDEN, DisclosureRule, find_rule
from textmine.disclosure.tables import check_counts
from textmine.errors import InputError

SHARE_COLUMNS = ("by", "group", "code", "n", "count", "share")
REASON_COLUMNS = ("by", "group", "code", "why", "low", "high")
FINDING_COLUMNS = ("release", "by", "group", "code", "people", "what")
_DECIMALS = 3


@dataclass(frozen=True, eq=False)
class ProtectedShares:
    """What may go out of a table of codes by groups, and what was hidden.

    ``table`` has ``by, group, code, n, count, share`` (everybody first, with ``by`` and ``group`` empty);
    ``*`` is hidden. ``hidden`` says why, and the interval that can be worked out of the table; ``findings``
    what could be worked out together with an earlier release, and of how many people. Both are private.
    ``rule`` is what was held to; ``bases`` has the people asked by (column, group), ``counts`` those who said
    it by code and (column, group), each with whether it is shown.

    >>> said = pd.DataFrame({"money": [1] * 3 + [0] * 27 + [1] * 20 + [0] * 30})
    >>> site = pd.DataFrame({"site": ["a"] * 30 + ["b"] * 50})
    >>> len(protect_shares(said, site).hidden)
    2
    """

    table: pd.DataFrame
    hidden: pd.DataFrame
    findings: pd.DataFrame
    rule: DisclosureRule
    bases: dict[Group, Figure] = field(default_factory=dict)
    counts: dict[str, dict[Group, Figure]] = field(default_factory=dict)


def protect_shares(
    codes: pd.DataFrame,
    groups: pd.DataFrame | None = None,
    *,
    rule: str | DisclosureRule = "simple5",
    earlier: Sequence[EarlierTable] = (),
    hide_differences: bool = False,
    national: bool = False,
    audit: bool = True,
) -> ProtectedShares:
    """Counts and shares of codes among people, over all and by group, as they may go out.

    ``codes`` is people x codes of 0 and 1, indexed by person: a person may have several codes. ``groups`` is
    people x columns, each column a table of its own. A figure is hidden where its base, its count, or the
    count of the others is too small, and where all (some rules: none) of a group said it; then others, until
    nothing hidden can be worked out by sums: over all columns of groups at once, nested ones too, and with
    the ``earlier`` tables. What ``earlier`` ones give away is listed in ``findings``, and hidden in the new
    table only with ``hide_differences``. Shares are of the figures shown, to three decimals. ``audit``
    adds the intervals in ``hidden``. Raises ``InputError`` for codes other than 0 and 1 and for people who
    are not in both.

    ``national`` says that the figures are of a whole country, to which some rules do not apply. ``rule`` is a
    name ('simple5', 'gpps', 'nhs_hes', 'ons_srs') or a ``DisclosureRule``.

    >>> said = pd.DataFrame({"money": [1] * 3 + [0] * 27 + [1] * 20 + [0] * 30})
    >>> site = pd.DataFrame({"site": ["a"] * 30 + ["b"] * 50})
    >>> protect_shares(said, site).table[["group", "n", "count"]].values.tolist()
    [['', 80, 23], ['a', 30, '*'], ['b', 50, '*']]
    """
    found = find_rule(rule)
    given = check_counts(codes)
    if (given > 1).any():
        raise InputError("codes holds people x codes of 0 and 1. Count each person once.")
    if codes.index.has_duplicates:
        raise InputError("codes has a person more than once. Put a person's answers together first.")
    held = pd.DataFrame(index=codes.index) if groups is None else groups
    if not codes.index.equals(held.index):
        raise InputError("codes and groups are not of the same people in the same order. Align them first.")
    stated = held.astype(str).apply(lambda column: column.str.strip().replace("", NOT_STATED))
    sets = make_sets([str(p) for p in codes.index], stated, earlier)
    counted = {str(c): sets.count(given[:, j]) for j, c in enumerate(codes.columns)}
    return _protect(sets, counted, found, hide_differences=hide_differences, national=national, audit=audit)


def protect_rates(
    counts: pd.DataFrame, bases: pd.Series, *, rule: str | DisclosureRule = "simple5", audit: bool = True
) -> ProtectedShares:
    """The same from counts that were made elsewhere: ``counts`` codes x groups, ``bases`` people by group.

    The groups do not overlap, so everybody is their sum. Raises ``InputError`` where a count is larger than
    its base.

    ``rule`` is a rule or its name; ``audit`` looks for what could still be worked out, as in
    ``protect_shares``.

    >>> counts = pd.DataFrame({"a": [3], "b": [20]}, index=["money"])
    >>> protect_rates(counts, pd.Series({"a": 30, "b": 50})).table["count"].tolist()
    [23, '*', '*']
    """
    found = find_rule(rule)
    given, base = check_counts(counts), check_counts(bases.reindex(counts.columns).to_frame())[:, 0]
    if (given > base).any():
        raise InputError("A count is larger than the base of its group. Both count people, unweighted.")
    name = str(counts.columns.name or "group")
    of: dict[Group, npt.NDArray[np.int64]] = {EVERYBODY: np.arange(len(base))}
    of |= {(name, str(group)): np.array([j]) for j, group in enumerate(counts.columns)}
    sets = Sets(base, [of], np.array([], dtype=np.int64))
    return _protect(sets, {str(c): given[i] for i, c in enumerate(counts.index)}, found, audit=audit)


def find_telling_shares(
    shares: pd.DataFrame, *, rule: str | DisclosureRule = "simple5", decimals: int = 3
) -> pd.DataFrame:
    """Which published shares give away a count that is too small: the rows with ``counts`` that fit.

    ``shares`` has ``n`` (people) and ``share`` (0 to 1, rounded to ``decimals``). A share of a small base
    fits one count only, and that count, or its complement, may be small; so may the base.

    ``rule`` is a rule or its name.

    >>> shares = pd.DataFrame({"group": ["a", "b"], "n": [40, 4000], "share": [0.075, 0.075]})
    >>> find_telling_shares(shares)[["group", "counts"]].values.tolist()
    [['a', '3']]
    """
    found = find_rule(rule)
    rows = []
    for number, row in enumerate(shares.to_dict("records")):
        n, share = int(row["n"]), float(row["share"])
        half = 0.5 * 10.0**-decimals + 1e-12
        low = max(0, int(np.ceil((share - half) * n)))
        high = min(n, int(np.floor((share + half) * n)))
        fitting = range(low, high + 1)
        small = [k for k in fitting if found.is_small(k) or found.is_small(n - k)]
        if 0 < n < found.base_below or (small and len(small) == len(fitting)):
            rows.append((number, ", ".join(map(str, fitting))))
    kept = shares.iloc[[number for number, _ in rows]]
    return kept.assign(counts=[words for _, words in rows])


def _protect(
    sets: Sets,
    counted: Mapping[str, npt.NDArray[np.int64]],
    rule: DisclosureRule,
    *,
    hide_differences: bool = False,
    national: bool = False,
    audit: bool = True,
) -> ProtectedShares:
    free = national and rule.national_free
    why_base = protect_bases(sets, rule, free=free)
    plans: dict[str, Plan] = {}
    findings = find_bases_given_away(sets, why_base, rule)
    for code, parts in counted.items():
        plan = protect_code(sets, code, parts, why_base, rule, free=free)
        if sets.earlier:
            findings += find_differencing(sets, plan, rule, hide=hide_differences)
        plans[code] = plan
    bases = {
        group: Figure(int(sets.sizes[held].sum()), not why_base.get(group))
        for group, held in sets.of[0].items()
    }
    counts = {
        code: {
            group: Figure(int(plan.parts[held].sum()), not plan.why[group])
            for group, held in sets.of[0].items()
        }
        for code, plan in plans.items()
    }
    table = pd.DataFrame(_list_rows(bases, counts, rule, free), columns=list(SHARE_COLUMNS))
    hidden = pd.DataFrame(
        _list_hidden(why_base, plans, audit and not rule.round_to), columns=list(REASON_COLUMNS)
    )
    listed = pd.DataFrame(findings, columns=list(FINDING_COLUMNS)).drop_duplicates(ignore_index=True)
    return ProtectedShares(table, hidden, listed, rule, bases, counts)


def _list_rows(
    bases: Mapping[Group, Figure],
    counts: Mapping[str, Mapping[Group, Figure]],
    rule: DisclosureRule,
    free: bool,
) -> Iterable[tuple[object, ...]]:
    for group, base in bases.items():
        exact = free and group == EVERYBODY
        n = base.count if exact else rule.show(base.count)
        for code, held in counts.items():
            figure = held[group]
            k = figure.count if exact else rule.show(figure.count)
            both = base.shown and figure.shown
            share: object = round(k / n, _DECIMALS) if both and n else HIDDEN
            yield (*group, code, n if base.shown else HIDDEN, k if figure.shown else HIDDEN, share)


def _list_hidden(
    why_base: Mapping[Group, str], plans: Mapping[str, Plan], audit: bool
) -> Iterable[tuple[object, ...]]:
    nothing = (float("nan"), float("nan"))
    for group, why in why_base.items():
        if why:
            yield (*group, "(base)", why, *nothing)
    for code, plan in plans.items():
        for group, why in plan.why.items():
            if why:
                yield (*group, code, why, *(plan.bound(group) if audit else nothing))
