"""Which old codes each new code is made of, and what of its meaning moved: changes as links, both ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textmine.codebook import Codebook
from textmine.migration.changes import Changes


@dataclass(frozen=True)
class Link:
    """What a code of one version is made of in the other.

    ``whole`` codes pass into it with all they cover, ``part`` codes with some of it. ``widened``: it also
    covers what none of them did; ``narrowed``: it leaves out some of what they did. ``among``: only units
    with one of these codes can be affected by what is new in it. ``fresh``: it was added (or, going back,
    retired), so that nobody looked for it.
    """

    code: str
    whole: tuple[str, ...] = ()
    part: tuple[str, ...] = ()
    widened: bool = False
    narrowed: bool = False
    among: tuple[str, ...] = ()
    fresh: bool = False

    @property
    def sources(self) -> tuple[str, ...]:
        """All codes that go into it."""
        return (*self.whole, *self.part)

    @property
    def passes(self) -> bool:
        """Whether it is one code of the other version under the same or another id, and nothing else."""
        return len(self.whole) == 1 and not (self.part or self.widened or self.narrowed)

    @property
    def kind(self) -> str:
        """What happened to it in a word, 'same' where nothing did."""
        if self.fresh:
            return "add"
        if self.part:
            return "split"
        if len(self.whole) > 1:
            return "merge"
        if self.widened or self.narrowed:
            return "redefine"
        return "same" if self.whole == (self.code,) else "rename"


def link_codes(changes: Changes, old: Codebook, new: Codebook) -> list[Link]:
    """The links of the new codes, in the order of the new codebook.

    Raises ``CodebookError`` where the changes do not fit the codebooks.

    >>> old = Codebook.from_labels(["money", "trust"])
    >>> new = Codebook.from_labels(["savings", "grants", "trust"])
    >>> changes = Changes.loads("changes: [{split: money, to: [savings, grants]}]")
    >>> [(link.code, link.whole, link.part) for link in link_codes(changes, old, new)]
    [('savings', (), ('money',)), ('grants', (), ('money',)), ('trust', ('trust',), ())]
    """
    changes.require(old, new)
    used = {id for change in changes.changes if change.kind != "redefine" for id in change.old}
    whole: dict[str, list[str]] = {id: [] for id in new.ids}
    part: dict[str, list[str]] = {id: [] for id in new.ids}
    for id in old.ids:
        if id not in used and id in whole:
            whole[id].append(id)
    for change in changes.changes:
        into = part if change.kind == "split" else whole
        if change.kind in ("rename", "merge", "split"):
            for id in change.new:
                into[id] += [source for source in change.old if source not in into[id]]
    effects = {id: change for change in changes.changes if change.kind == "redefine" for id in change.new}
    added = {id: change for change in changes.changes if change.kind == "add" for id in change.new}
    links = []
    for id in new.ids:
        told = effects.get(id, added.get(id))
        effect = told.effect if told is not None else ""
        links.append(
            Link(
                id,
                tuple(whole[id]),
                tuple(source for source in part[id] if source not in whole[id]),
                widened=effect in ("widened", "both"),
                narrowed=effect in ("narrowed", "both"),
                among=told.among if told is not None else (),
                fresh=id in added,
            )
        )
    return links


def reverse_links(links: Sequence[Link], old: Sequence[str]) -> list[Link]:
    """The links of the old codes in terms of the new ones: the way back, in the order of ``old``.

    What was in an old code alone and went into one new code whole can be told from it; an old code that was
    merged with another is only a part of the new one, and one that was retired is in none.

    >>> [back] = reverse_links([Link("savings", (), ("money",)), Link("grants", (), ("money",))], ["money"])
    >>> back.whole, back.part
    (('savings', 'grants'), ())
    """
    back = []
    for id in old:
        into = [link for link in links if id in link.sources]
        sure = tuple(link.code for link in into if len(link.sources) == 1)
        back.append(
            Link(
                id,
                sure,
                tuple(link.code for link in into if len(link.sources) > 1),
                widened=any(link.narrowed for link in into),
                narrowed=any(link.widened for link in into),
                fresh=not into,
            )
        )
    return back
