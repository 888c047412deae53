"""Disclosure rules by name: which counts may be shown, which are rounded, which are hidden."""

from __future__ import annotations

import math
from dataclasses import dataclass

from textmine.errors import InputError

#: What stands where a figure is hidden.
HIDDEN = "*"


@dataclass(frozen=True)
class DisclosureRule:
    """What a table must hold to before it goes out. All counts are of people, unweighted.

    ``base_below``: where fewer people than this were asked, nothing of them is shown. ``count_below``: a
    count from 1 to one less than this is hidden, and so is one whose complement (those who did not say it) is
    that small. ``round_to``: what is shown is rounded to the nearest of these (0: not rounded); then no other
    cell is hidden to protect those that are. ``hide_nobody`` and ``hide_everybody``: a count of 0, or one of
    all who were asked, is hidden, since it tells of each of them. ``national_free``: figures of the whole
    nation are shown as they are. ``source`` says whose rule it is. ``name`` is what the rule is asked for by,
    such as 'gpps'.

    >>> DisclosureRule("house", count_below=10, base_below=10).is_small(9)
    True
    """

    name: str
    count_below: int = 5
    base_below: int = 5
    round_to: int = 0
    hide_nobody: bool = False
    hide_everybody: bool = True
    national_free: bool = False
    source: str = ""

    def __post_init__(self) -> None:
        if min(self.count_below, self.base_below) < 1 or self.round_to < 0:
            raise InputError(
                f"Rule {self.name!r}: count_below and base_below are 1 or more, round_to is 0 or more."
            )
        if self.base_below < self.count_below and not self.round_to:
            object.__setattr__(self, "base_below", self.count_below)

    def is_small(self, count: int) -> bool:
        """Whether a count of people, not none, is too small to be shown."""
        return 0 < count < self.count_below

    def show(self, count: int) -> int:
        """A count that may be shown, as it is shown: rounded where the rule rounds.

        >>> [find_rule("nhs_hes").show(count) for count in (0, 8, 12, 13, 18)]
        [0, 10, 10, 15, 20]
        """
        if not self.round_to:
            return count
        return math.floor(count / self.round_to + 0.5) * self.round_to

    def in_words(self) -> str:
        """The rule in a sentence, for the foot of a table.

        >>> find_rule("simple5").in_words()
        'Bases under 5 and counts or complements of 1 to 4 people are hidden (*), and others so that they \
cannot be worked out; a count of all is hidden.'
        """
        base = (
            f"Bases under {self.base_below} and counts or complements of 1 to {self.count_below - 1} people"
        )
        how = (
            f"are hidden (*); other counts are rounded to the nearest {self.round_to}, shares are of these"
            if self.round_to
            else "are hidden (*), and others so that they cannot be worked out"
        )
        ends = [
            word
            for word, yes in (
                ("a count of all is hidden", self.hide_everybody),
                ("a count of none is hidden", self.hide_nobody),
            )
            if yes
        ]
        return "; ".join([f"{base} {how}", *ends]) + "."


#: The rules there are, by name.
RULES = {
    rule.name: rule
    for rule in (
        DisclosureRule(
            "nhs_hes",
            count_below=8,
            base_below=8,
            round_to=5,
            national_free=True,
            source="NHS Digital, HES and ECDS disclosure control, from September 2018",
        ),
        DisclosureRule(
            "gpps", count_below=5, base_below=10, source="GP Patient Survey, analysis tool, suppression"
        ),
        DisclosureRule(
            "ons_srs",
            count_below=10,
            base_below=10,
            hide_nobody=True,
            source="Secure Research Service guidance on output checking",
        ),
        DisclosureRule("simple5", count_below=5, base_below=5, source="a common local rule"),
    )
}


def find_rule(rule: str | DisclosureRule) -> DisclosureRule:
    """The rule of a name, or the rule given; raises ``InputError`` that lists the names there are.

    >>> find_rule("gpps").base_below
    10
    """
    if isinstance(rule, DisclosureRule):
        return rule
    if rule not in RULES:
        raise InputError(f"No disclosure rule {rule!r}. Choose among: {', '.join(RULES)}.")
    return RULES[rule]
