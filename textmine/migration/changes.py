"""What happened to the codes between two versions of a codebook: a small YAML file, checked against both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from textmine.codebook import Code, Codebook, read_plain_yaml
from textmine.errors import CodebookError
from textmine.files import atomic_text

#: What may happen to a code.
KINDS = ("rename", "split", "merge", "redefine", "add", "retire")
#: What a new definition does to a code: it takes in more, or less, or both, or says the same better.
EFFECTS = ("widened", "narrowed", "both", "wording")
#: What of a code is its meaning, beside its id and name.
MEANT = ("definition", "include", "exclude")
_SHOWN = 5
_KEYS = {"to", "effect", "among", "why"}


@dataclass(frozen=True)
class Change:
    """One thing that happened: ``kind``, the codes of the ``old`` version and those of the ``new`` one.

    ``effect`` says what a redefinition does; a code redefined is told by its new id, as ``new``. ``among``
    limits what may be affected to units that carried one of these old codes. ``why`` is for people.

    >>> Change("split", ("money",), ("savings", "grants")).words
    'money split into savings, grants'
    """

    kind: str
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    effect: str = ""
    among: tuple[str, ...] = ()
    why: str = ""

    @property
    def words(self) -> str:
        """The change in words."""
        old, new = ", ".join(self.old), ", ".join(self.new)
        if self.kind == "redefine":
            told = {
                "widened": "takes in more",
                "narrowed": "takes in less",
                "both": "takes in other things",
                "wording": "means the same in other words",
            }[self.effect]
            return f"{new} {told}{self._among}"
        if self.kind == "add":
            return f"{new} is new{self._among}"
        said = {
            "rename": f"{old} is now called {new}",
            "split": f"{old} split into {new}",
            "merge": f"{old} merged into {new}",
            "retire": f"{old} retired",
        }
        return said[self.kind]

    @property
    def _among(self) -> str:
        return f" (only among units with {', '.join(self.among)})" if self.among else ""


@dataclass(frozen=True)
class Changes:
    """All that happened between two versions; ``old`` and ``new`` are their version numbers ('' if not told).

    ``changes`` are the single ones, in order.

    >>> text = "changes: [{rename: pupils, to: pupil_experience}, {add: competition}]"
    >>> [change.words for change in Changes.loads(text).changes]
    ['pupils is now called pupil_experience', 'competition is new']
    """

    changes: tuple[Change, ...] = ()
    old: str = ""
    new: str = ""

    @classmethod
    def load(cls, path: str | Path) -> Changes:
        """The changes in a YAML file. Raises ``CodebookError`` where it cannot be read or is none.

        ``path`` is the file.
        """
        file = Path(path)
        try:
            text = file.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            raise CodebookError(f"No file of changes {file}. Check the path.") from None
        except UnicodeDecodeError:
            raise CodebookError(f"{file.name} is not UTF-8 text. Save it as UTF-8.") from None
        except OSError as error:
            raise CodebookError(f"{file.name} cannot be read ({error.strerror}). Give a YAML file.") from None
        return cls.loads(text, file.name)

    @classmethod
    def loads(cls, text: str, source: str = "changes") -> Changes:
        """The changes in a YAML text; ``source`` names it in errors. Raises ``CodebookError``."""
        problems: list[str] = []
        tree = read_plain_yaml(text, source, problems)
        if not isinstance(tree, dict) or not isinstance(tree.get("changes"), list | None):
            raise CodebookError(
                f"{source} holds no changes. Wanted a list under changes:, such as '- rename: a' and 'to: b'."
            )
        unknown = sorted(set(tree) - {"old", "new", "changes"})
        problems += [f"unknown key {key!r}; keys: old, new, changes" for key in unknown]
        changes = []
        for number, raw in enumerate(tree.get("changes") or [], 1):
            found = _read_change(raw, problems, f"change {number}")
            changes += [] if found is None else [found]
        if problems:
            _raise(f"{source}", problems)
        return cls(tuple(changes), str(tree.get("old") or ""), str(tree.get("new") or ""))

    def dumps(self) -> str:
        """The changes as YAML; ``Changes.loads`` of it gives equal changes."""
        body: dict[str, Any] = {"old": self.old, "new": self.new}
        body["changes"] = [_write_change(change) for change in self.changes]
        return yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=100)

    def save(self, path: str | Path) -> None:
        """Write the changes as a YAML file that ``Changes.load`` reads back as they are.

        ``path`` is the file.
        """
        with atomic_text(Path(path)) as handle:
            handle.write(self.dumps())

    def check(self, old: Codebook, new: Codebook) -> list[str]:
        """What does not fit between these changes and the two codebooks, all of it; empty when all fits.

        Every code of either must be accounted for: still there, or named in a change; and a code whose
        definition or notes differ must be said to be redefined, if only in its wording.
        """
        problems = []
        for name, told, book in (("old", self.old, old), ("new", self.new, new)):
            if told and told != book.version:
                problems.append(f"the changes are for the {name} version {told}, and this is {book.version}")
        made = {id for change in self.changes if change.kind != "redefine" for id in change.new}
        remade = {id for change in self.changes if change.kind in ("split", "merge") for id in change.new}
        for change in self.changes:
            problems += _check_change(change, old, new, made)
        gone = Counter(id for change in self.changes if change.kind not in ("redefine",) for id in change.old)
        problems += [f"{id}: stands in {n} changes; put them into one" for id, n in gone.items() if n > 1]
        twice = Counter(id for change in self.changes if change.kind == "redefine" for id in change.new)
        problems += [f"{id}: redefined {n} times; say it once" for id, n in twice.items() if n > 1]
        for id in old.ids:
            if id not in gone and id not in new.ids:
                problems.append(f"{id}: not in the new codebook; say what became of it (rename, merge ...)")
        for id in new.ids:
            if id not in made and id not in old.ids:
                problems.append(f"{id}: not in the old codebook; say where it comes from (add, rename ...)")
        for one, other in self.find_pairs(old, new):
            if other not in twice and other not in remade and differ_in(old.code(one), new.code(other)):
                parts = ", ".join(differ_in(old.code(one), new.code(other)))
                problems.append(
                    f"{other}: {parts} changed; say so with redefine and its effect ({', '.join(EFFECTS)})"
                )
        return problems

    def require(self, old: Codebook, new: Codebook) -> None:
        """Raise ``CodebookError`` with all problems of ``check``, if there are any."""
        problems = self.check(old, new)
        if problems:
            _raise("The changes do not fit the codebooks", problems)

    def find_pairs(self, old: Codebook, new: Codebook) -> Iterator[tuple[str, str]]:
        """Old and new id of each code that goes on as one: the same id, or renamed."""
        named = {c.old[0]: c.new[0] for c in self.changes if c.kind == "rename" and c.old and c.new}
        used = {id for change in self.changes if change.kind != "redefine" for id in change.old}
        for id in old.ids:
            other = named.get(id, id if id not in used else "")
            if other in new.ids:
                yield id, other


def draft_changes(old: Codebook, new: Codebook) -> Changes:
    """What the two codebooks alone let one think happened, to be put right by hand.

    A code with another id and the same definition was renamed; other missing ones are retired and new ones
    added (say ``split`` or ``merge`` where that is what happened); one whose definition or notes differ is
    redefined to ``both``, the effect for which most must be read again. ``old`` and ``new`` are the two
    versions.

    >>> old = Codebook.loads("codes: [{id: pupils, definition: What pupils gain.}]")
    >>> new = Codebook.loads("codes: [{id: learners, definition: What pupils gain.}]")
    >>> [change.words for change in draft_changes(old, new).changes]
    ['pupils is now called learners']
    """
    gone = [id for id in old.ids if id not in new.ids]
    come = [id for id in new.ids if id not in old.ids]
    changes = []
    for id in list(gone):
        same = [n for n in come if old.code(id).definition and not differ_in(old.code(id), new.code(n))]
        if same:
            changes.append(Change("rename", (id,), (same[0],)))
            gone.remove(id)
            come.remove(same[0])
    changes += [Change("retire", (id,)) for id in gone]
    changes += [Change("add", (), (id,)) for id in come]
    kept = [id for id in new.ids if id in old.ids and differ_in(old.code(id), new.code(id))]
    changes += [Change("redefine", (), (id,), "both") for id in kept]
    return Changes(tuple(changes), old.version, new.version)


def differ_in(old: Code, new: Code) -> list[str]:
    """Which parts of a code's meaning differ: definition, include, exclude; white space does not count."""
    return [part for part in MEANT if _plain(getattr(old, part)) != _plain(getattr(new, part))]


def _plain(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else [" ".join(text.split()) for text in value]


def _read_change(raw: Any, problems: list[str], at: str) -> Change | None:
    kinds = [key for key in raw if key in KINDS] if isinstance(raw, dict) else []
    if len(kinds) != 1:
        problems.append(f"{at}: wanted one of {', '.join(KINDS)} with the codes it happens to")
        return None
    kind = kinds[0]
    unknown = sorted(set(raw) - _KEYS - {kind})
    if unknown:
        problems.append(f"{at}: unknown key {unknown[0]!r}; keys: {kind}, {', '.join(sorted(_KEYS))}")
    codes, to, among = (_read_ids(raw.get(key), problems, at) for key in (kind, "to", "among"))
    made = kind in ("add", "redefine")
    change = Change(
        str(kind),
        () if made else codes,
        codes if made else to,
        str(raw.get("effect") or ""),
        among,
        str(raw.get("why") or ""),
    )
    before = len(problems)
    if not codes:
        problems.append(f"{at}: {kind} names no code")
    if made and to:
        problems.append(f"{at}: {kind} takes no 'to'")
    if kind in ("rename", "merge") and len(to) != 1:
        problems.append(f"{at}: {kind} wants one code as 'to'")
    if kind == "split" and len(set(to)) < 2:
        problems.append(f"{at}: split wants two codes or more as 'to'")
    if kind == "merge" and len(set(codes)) < 2:
        problems.append(f"{at}: merge wants two codes or more")
    if kind in ("rename", "split", "redefine") and len(codes) > 1:
        problems.append(f"{at}: {kind} takes one code; write a change for each")
    if kind == "retire" and to:
        problems.append(f"{at}: a code that lives on in others was merged or split, not retired")
    if kind == "redefine" and change.effect not in EFFECTS:
        problems.append(f"{at}: redefine wants an effect: {', '.join(EFFECTS)}")
    if kind != "redefine" and change.effect:
        problems.append(f"{at}: only redefine has an effect")
    if among and not (kind == "add" or change.effect in ("widened", "both")):
        problems.append(f"{at}: 'among' goes with add, and with redefine that takes in more")
    return change if len(problems) == before else None


def _read_ids(value: Any, problems: list[str], at: str) -> tuple[str, ...]:
    given = value if isinstance(value, list) else [] if value is None else [value]
    if not all(isinstance(id, str) for id in given):
        problems.append(f"{at}: codes are told by their ids")
        return ()
    return tuple(id.strip() for id in given)


def _write_change(change: Change) -> dict[str, Any]:
    named = change.new if change.kind in ("add", "redefine") else change.old
    told = list(named) if len(named) != 1 else named[0]
    body: dict[str, Any] = {change.kind: told}
    if change.kind in ("rename", "split", "merge"):
        body["to"] = list(change.new) if len(change.new) != 1 else change.new[0]
    extra = {"effect": change.effect, "among": list(change.among), "why": change.why}
    return body | {key: value for key, value in extra.items() if value}


def _check_change(change: Change, old: Codebook, new: Codebook, made: Collection[str]) -> list[str]:
    problems = []
    for ids, book, name in ((change.old, old, "old"), (change.new, new, "new"), (change.among, old, "old")):
        lacking = [id for id in ids if id not in book.ids]
        if lacking:
            problems.append(
                f"{change.kind} {', '.join(lacking)}: not in the {name} codebook; "
                f"codes: {', '.join(book.ids)}"
            )
    kept = [id for id in change.old if id in new.ids and id not in made]
    if kept and change.kind != "redefine":
        problems.append(f"{change.kind} {', '.join(kept)}: still in the new codebook; use another id there")
    if change.kind == "add" and any(id in old.ids for id in change.new):
        problems.append(f"add {', '.join(change.new)}: was in the old codebook already")
    return problems


def _raise(what: str, problems: Sequence[str]) -> None:
    more = f" (and {len(problems) - _SHOWN} more)" if len(problems) > _SHOWN else ""
    raise CodebookError(f"{what}: {'; '.join(problems[:_SHOWN])}{more}", problems)


def name_versions(changes: Changes, old: Codebook, new: Codebook) -> Changes:
    """The changes with the version numbers of the codebooks, where they told none."""
    return replace(changes, old=changes.old or old.version, new=changes.new or new.version)
