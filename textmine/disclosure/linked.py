"""Figures of one code over linked groups: which to hide, and what earlier releases add to what is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from textmine.disclosure.cells import TOTAL, CellSystem, Wish, cost_of
from textmine.disclosure.groups import EVERYBODY, Figure, Group, Sets, find_small_differences
from textmine.disclosure.rules import DisclosureRule
from textmine.disclosure.tables import judge_share

PROTECTS = "to protect others"
DIFFERENCE = "difference to an earlier release"


@dataclass(eq=False)
class Plan:
    """What of a code is hidden in which group, why, and the system of what an outsider knows of it."""

    code: str
    parts: npt.NDArray[np.int64]
    why: dict[Group, str]
    why_base: Mapping[Group, str]
    system: CellSystem
    place: dict[Group, int]

    def bound(self, group: Group) -> tuple[float, float]:
        """The least and the most that the count of a group can be by what is shown."""
        return self.system.bound(self.place[group])


def protect_bases(sets: Sets, rule: DisclosureRule, *, free: bool = False) -> dict[Group, str]:
    """Which groups are withheld with their base, and why ('' where shown).

    >>> import pandas as pd
    >>> from textmine.disclosure.groups import make_sets
    >>> site = pd.DataFrame({"site": ["a"] * 2 + ["b"] * 9 + ["c"] * 8})
    >>> protect_bases(make_sets([str(i) for i in range(19)], site), DisclosureRule("five"))["site", "c"]
    'to protect others'
    """
    why = {}
    for group, held in sets.of[0].items():
        small = 0 < sets.sizes[held].sum() < rule.base_below
        why[group] = "base" if small and not (free and group == EVERYBODY) else ""
    if why.get(EVERYBODY):
        return dict.fromkeys(why, "base")
    if rule.round_to or not any(why.values()):
        return why
    system, place = _build_bases(sets, why)
    wishes = [Wish(place[group], 1, rule.base_below - 1) for group, said in why.items() if said]
    hidden, unmet = system.hide(wishes)
    for group, number in place.items():
        if number in hidden or unmet:
            why[group] = why[group] or PROTECTS
    return why


def find_bases_given_away(
    sets: Sets, why: Mapping[Group, str], rule: DisclosureRule
) -> list[tuple[object, ...]]:
    """The hidden bases that can be worked out with earlier releases, as ``find_differencing`` has it."""
    if rule.round_to or not sets.earlier:
        return []
    system, place = _build_bases(sets, why)
    wishes: list[tuple[str, Group, Wish]] = []
    names = ", ".join(table.release for table in sets.earlier)
    for group, said in why.items():
        if said and sets.sizes[sets.of[0][group]].sum() < rule.base_below:
            wishes.append((names, group, Wish(place[group], 1, rule.base_below - 1)))
    for number, table in enumerate(sets.earlier, 1):
        for group, figure in table.bases.items():
            if (held := sets.of[number].get(group)) is None:
                continue
            cell = system.add(figure.count, low=1, shown=figure.shown)
            system.tie(cell, held.tolist())
            if not figure.shown and figure.count < rule.base_below:
                wishes.append((table.release, group, Wish(cell, 1, rule.base_below - 1)))
    what = "a hidden base"
    return [(name, *group, "(base)", "", what) for name, group, wish in wishes if not system.holds(wish)]


def _build_bases(sets: Sets, why: Mapping[Group, str]) -> tuple[CellSystem, dict[Group, int]]:
    """The system of the bases; its first cells are the sizes of the sets."""
    system, place = CellSystem(), {}
    for size in sets.sizes:
        system.add(float(size))
    for group, held in sets.of[0].items():
        size = int(sets.sizes[held].sum())
        cost = TOTAL if group == EVERYBODY else cost_of(size)
        place[group] = system.add(size, low=1, shown=not why[group], cost=cost)
        system.tie(place[group], held.tolist())
    return system, place


def protect_code(
    sets: Sets,
    code: str,
    parts: npt.NDArray[np.int64],
    why_base: Mapping[Group, str],
    rule: DisclosureRule,
    *,
    free: bool = False,
) -> Plan:
    """What to hide of one code; ``parts`` counts those who have it in each set of people.

    The bases are settled first and for all codes alike. That is enough: of groups whose bases are hidden
    all counts are hidden too and may be anything from none to all, so no code narrows the bases.
    """
    why: dict[Group, str] = {}
    for group, held in sets.of[0].items():
        count, base = int(parts[held].sum()), int(sets.sizes[held].sum())
        why[group] = "" if free and group == EVERYBODY else judge_share(count, base, rule)
        if why_base[group]:
            why[group] = "base"
    plan = _build(sets, code, parts, why, why_base, rule)
    if rule.round_to or not any(why.values()):
        return plan
    hidden, unmet = plan.system.hide(_list_wishes(plan, sets, rule))
    for group, number in plan.place.items():
        if number in hidden or unmet:
            why[group] = why[group] or PROTECTS
            plan.system.cells[number].shown = False
    return plan


def find_differencing(
    sets: Sets, plan: Plan, rule: DisclosureRule, *, hide: bool = False
) -> list[tuple[object, ...]]:
    """What can be worked out of a code with the earlier releases: release, group, code, people, what.

    Looked at are the figures that were hidden, now or then, and all sets of too few people in which a group
    of now and one of then differ. With ``hide`` the plan hides what would give them away.
    """
    apart = find_small_differences(sets, rule)
    known = [t for t in sets.earlier if plan.code in t.counts]
    if not known:
        return []
    if rule.round_to:
        return _compare_rounded(sets, plan, rule, apart)
    joint = _build(sets, plan.code, plan.parts, plan.why, plan.why_base, rule)
    wishes = _list_wishes(joint, sets, rule)
    labels = [("", group, "a hidden count") for group in _groups_wished(joint, sets, rule)]
    having = range(len(plan.parts))
    for number, table in enumerate(sets.earlier, 1):
        if plan.code not in table.counts:
            continue
        for group, figure in table.counts[plan.code].items():
            held = sets.of[number].get(group)
            if held is None:
                continue
            k, rest = joint.system.add(figure.count, shown=figure.shown), joint.system.add(None)
            whole = joint.system.add(table.bases[group].count, shown=table.bases[group].shown)
            joint.system.tie(k, [having[i] for i in held])
            joint.system.tie(rest, [len(having) + having[i] for i in held])
            joint.system.tie(whole, [k, rest])
            if not figure.shown and rule.is_small(figure.count):
                wishes.append(Wish(k, 1, rule.count_below - 1))
                labels.append((table.release, group, "a count hidden then"))
    for held_apart, (release, before, now) in apart.items():
        size = int(sets.sizes[list(held_apart)].sum())
        both = plan.why.get(now) == "" and any(
            t.release == release and t.counts.get(plan.code, {}).get(before, Figure(0, False)).shown
            for t in known
        )
        if not both:
            continue
        k = joint.system.add(None, high=float(size))
        joint.system.tie(k, [having[i] for i in held_apart])
        wishes.append(Wish(k, 0, size))
        labels.append((release, now, f"the count among {size} people in whom the releases differ"))
    sound = joint.system.is_sound()
    found: list[tuple[object, ...]] = []
    for wish, (release, group, what) in zip(wishes, labels, strict=True):
        if sound and joint.system.holds(wish):
            continue
        if not sound and "differ" not in what:
            continue  # the codes themselves changed between the releases
        people_in = int(wish.high) if "differ" in what else ""
        release = release or ", ".join(t.release for t in known)
        found.append((release, *group, plan.code, people_in, what))
    if hide and found:
        hidden, unmet = joint.system.hide(wishes) if sound else ([], wishes)
        for group, place in joint.place.items():
            if place in hidden or unmet:
                plan.why[group] = plan.why[group] or DIFFERENCE
                plan.system.cells[plan.place[group]].shown = False
    return found


def _compare_rounded(
    sets: Sets, plan: Plan, rule: DisclosureRule, apart: Mapping[tuple[int, ...], tuple[str, Group, Group]]
) -> list[tuple[object, ...]]:
    """Rounded figures of almost the same people that differ: the step shows on which side the few were."""
    found: list[tuple[object, ...]] = []
    for held, (release, before, now) in apart.items():
        table = next(t for t in sets.earlier if t.release == release)
        then = table.counts.get(plan.code, {}).get(before)
        count = int(plan.parts[sets.of[0][now]].sum())
        if then is None or not then.shown or plan.why[now] or rule.show(then.count) == rule.show(count):
            continue
        size = int(sets.sizes[list(held)].sum())
        what = f"a rounded count steps between releases that differ in {size} people"
        found.append((release, *now, plan.code, size, what))
    return found


def _build(
    sets: Sets,
    code: str,
    parts: npt.NDArray[np.int64],
    why: dict[Group, str],
    why_base: Mapping[Group, str],
    rule: DisclosureRule,
) -> Plan:
    """The system of one code: who has it and who not in each set, summed to groups; their sum is the base.

    The first cells are the counts of the sets, the next the others of each set.
    """
    system, place = CellSystem(), {}
    having = [system.add(float(k)) for k in parts]
    others = [system.add(float(n - k)) for n, k in zip(sets.sizes, parts, strict=True)]
    for group, held in sets.of[0].items():
        count, base = int(parts[held].sum()), int(sets.sizes[held].sum())
        withheld = bool(why_base[group])
        nobody, everybody = count == 0, count == base
        fixed = (nobody and not rule.hide_nobody) or (everybody and not rule.hide_everybody)
        cost = np.inf if fixed else TOTAL if group == EVERYBODY else cost_of(count)
        least = 0.0 if withheld or rule.hide_nobody or nobody else 1.0
        spare = 0.0 if withheld or rule.hide_everybody or everybody else 1.0
        place[group] = system.add(count, low=least, shown=not why[group], cost=cost)
        rest = system.add(base - count, low=spare)
        whole = system.add(base, low=1.0, shown=not withheld)
        system.tie(place[group], [having[i] for i in held])
        system.tie(rest, [others[i] for i in held])
        system.tie(whole, [place[group], rest])
    return Plan(code, parts, why, why_base, system, place)


def _list_wishes(plan: Plan, sets: Sets, rule: DisclosureRule) -> list[Wish]:
    return [wish for _, wish in _wish(plan, sets, rule)]


def _groups_wished(plan: Plan, sets: Sets, rule: DisclosureRule) -> list[Group]:
    return [group for group, _ in _wish(plan, sets, rule)]


def _wish(plan: Plan, sets: Sets, rule: DisclosureRule) -> list[tuple[Group, Wish]]:
    """A hidden count, and that of the others, may each be any that is too small to be shown."""
    wishes = []
    for group, number in plan.place.items():
        if not plan.why[group]:
            continue
        held = sets.of[0][group]
        count, base = int(plan.parts[held].sum()), int(sets.sizes[held].sum())
        rest, most = number + 1, rule.count_below - 1
        for cell, value, hides in (
            (number, count, rule.hide_nobody),
            (rest, base - count, rule.hide_everybody),
        ):
            if rule.is_small(value):
                wishes.append((group, Wish(cell, 1, most)))
            elif value == 0 and hides and plan.why[group] == "class":
                wishes.append((group, Wish(cell, 0, most)))
        if plan.why[group] == "base" and 0 < base < rule.base_below:
            wishes.append((group, Wish(number + 2, 1, rule.base_below - 1)))
    return wishes
