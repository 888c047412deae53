"""How the units that people read were drawn, and the chances and classes that follow from it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.coding.sample_design import RANDOM_ROLES, are_equal, looks_random, read_chances
from textmine.errors import InvalidDesign

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

#: Chances that differ by no more than this share are taken for one.
_ALIKE = 1e-3
#: Chances that add up to the wave within this share are those of a sample of fixed size.
_ADDS_UP = 0.01


@dataclass(frozen=True, eq=False)
class AuditDesign:
    """How the units that people read were drawn from the wave; all columns are indexed by unit id.

    ``probability`` is the chance of each unit read of being drawn; without it the sample is taken for a
    simple random one. ``strata`` names the stratum of each unit of the wave (then the chances follow from
    it) or of those read. ``roles`` says what each unit was drawn for: any but ``RANDOM_ROLES`` is refused,
    for what a model chose to be read tells nothing of the rest. ``in_sample`` names units whose scores come
    from a model that was trained on them. ``known`` tells that the sample is known to be a random one.

    >>> design = AuditDesign(probability=pd.Series({"u1": 0.5, "u2": 0.25}))
    >>> design.stated
    True
    """

    probability: pd.Series | None = None
    strata: pd.Series | None = None
    roles: pd.Series | None = None
    in_sample: Collection[str] = ()
    known: bool = False

    @property
    def stated(self) -> bool:
        """Whether it is known how the units were drawn; else a simple random sample is assumed."""
        return (
            self.known
            or self.probability is not None
            or self.strata is not None
            or (self.roles is not None and bool(len(self.roles)))
        )


@dataclass(frozen=True, eq=False)
class Audit:
    """The units read: their ``rows`` in the wave, ``chances`` and ``classes`` (within which all are alike).

    ``drawn`` numbers what was drawn at once: each unit by itself, or a respondent's together. ``notes`` say
    what a reader of the figures should know; ``kind`` names the design.
    """

    rows: Places
    chances: Floats
    classes: Places
    drawn: Places
    kind: str
    notes: tuple[str, ...] = ()

    def restrict(self, keep: npt.NDArray[np.bool_]) -> Audit:
        """Only some of the units read, taken for a random part of each class: the chances shrink alike."""
        if keep.all():
            return self
        every = np.bincount(self.classes)
        left = np.bincount(self.classes[keep], minlength=len(every))
        share = (left / np.maximum(every, 1))[self.classes]
        return Audit(
            self.rows[keep],
            np.where(self.chances < 1, self.chances * share, share)[keep],
            self.classes[keep],
            self.drawn[keep],
            self.kind,
            self.notes,
        )


def resolve_design(
    design: AuditDesign,
    scores: pd.DataFrame,
    labels: pd.DataFrame,
    *,
    parts: Sequence[Any] | None = None,
    together: Sequence[Any] | None = None,
) -> Audit:
    """The chances and classes of the units read; raises ``InvalidDesign`` where figures would be wrong.

    ``scores`` has a row a unit of the wave, ``labels`` a row a unit read that stands in it. ``parts`` (a
    value a unit of the wave) are judged each by itself, as questions are that get figures of their own.
    ``together`` names the respondent of each unit: where all that was read of anybody is all that they said,
    respondents were drawn, not units.
    """
    _check_roles(design.roles, labels.index)
    _check_unseen(design.in_sample, labels.index)
    rows = scores.index.get_indexer(labels.index).astype(np.int64)
    if not len(rows):
        raise InvalidDesign("None of the units read stands in the coded wave. Check their ids.")
    coded = scores.notna().any(axis=1).to_numpy()
    place = _number(parts, len(scores))
    chances = read_chances(design.probability, labels)
    if chances is not None and not are_equal(chances):
        return _by_chances(design, chances, rows, scores.index, coded, together)
    if design.strata is not None:
        found = _by_strata(design.strata, scores.index, coded, rows)
        if found is not None:
            return found
    notes = _check_random(scores, labels.index, place, rows, coded)
    if chances is None and not design.stated:
        notes.append("a simple random sample is assumed: the file does not say how its units were drawn")
    if chances is not None:
        notes += _check_sum(1 / chances.to_numpy(), int(coded.sum()))
    read, of = np.bincount(place[rows], minlength=place.max() + 1), np.bincount(place[coded])
    share = read / np.maximum(of, 1)
    drawn, whole = _find_drawn(rows, coded, together)
    kind = "simple random sample of respondents" if whole else "simple random sample"
    return Audit(rows, np.minimum(share[place[rows]], 1.0), place[rows], drawn, kind, tuple(notes))


def _by_chances(
    design: AuditDesign,
    chances: pd.Series,
    rows: Places,
    index: pd.Index,
    coded: npt.NDArray[np.bool_],
    together: Sequence[Any] | None,
) -> Audit:
    """Unequal chances: classes are the strata told, else the units of one chance; else all are one."""
    size = int(coded.sum())
    pi, notes = _share_lost(design.probability, chances, index[coded], size)
    told = None if design.strata is None else design.strata.reindex(chances.index)
    classes = _number(told.tolist(), len(pi)) if told is not None and told.notna().all() else _alike(pi)
    fixed = abs((1 / pi).sum() / size - 1) <= _ADDS_UP
    if not fixed:
        pi, said = _scale_chances(pi, size)
        notes += said
    single = np.bincount(classes)[classes] < 2
    if not fixed or single.mean() > 0.1:  # each unit by itself (Poisson), or a systematic draw by size
        classes, kind = np.zeros(len(pi), dtype=np.int64), "unequal chances"
    else:
        kind = "stratified sample"
        if (single & (pi < 1)).any():
            classes = _join_singles(classes, pi)
    drawn, whole = _find_drawn(rows, coded, together)
    return Audit(rows, pi, classes, drawn, kind + (" of respondents" if whole else ""), tuple(notes))


def _share_lost(
    told: pd.Series | None, chances: pd.Series, coded: pd.Index, size: int
) -> tuple[Floats, list[str]]:
    """The chances of the units read, less where others of their chance were drawn and not read.

    ``told`` may name more units than were read. They are those that were drawn where all of them together
    stand for the wave better than those read do; else it tells the chance of every unit of the wave.
    """
    pi = chances.to_numpy(dtype=np.float64)
    told = chances if told is None else told[coded.get_indexer(told.index) >= 0]
    others = pd.to_numeric(told, errors="coerce")
    others = others[(others > 0) & (others <= 1)]
    every = np.append(pi, others[~others.index.isin(chances.index)].to_numpy(dtype=np.float64))
    lost = len(every) - len(pi)
    if not lost or abs((1 / every).sum() - size) >= abs((1 / pi).sum() - size):
        return pi, []
    classes = _alike(every)
    read = np.bincount(classes[: len(pi)], minlength=classes.max() + 1)
    if (read == 0).any():
        raise InvalidDesign(
            f"Of the units drawn with one chance none was read, in {int((read == 0).sum())} cases: {lost} of "
            f"the {len(every)} units drawn have no labels. Read at least two of each stratum."
        )
    share = (read / np.bincount(classes))[classes[: len(pi)]]
    return pi * share, [f"{lost} of the {len(every)} units drawn were not read; taken for missing at random"]


def _scale_chances(pi: Floats, size: int) -> tuple[Floats, list[str]]:
    """Chances that stand for no fewer units than the wave has (Hajek 1971), and what to mind of it."""
    weights = 1 / pi
    return pi * min(1.0, float(weights.sum()) / size), _check_sum(weights, size)


def _by_strata(
    strata: pd.Series, units: pd.Index, coded: npt.NDArray[np.bool_], rows: Places
) -> Audit | None:
    """Strata of every unit of the wave: the chances are the shares read. None where they are of some only."""
    told = strata.reindex(units)
    if told[coded].isna().any():
        raise InvalidDesign(
            "The strata of the audit are known for some of the wave's units only, and no chances are given. "
            "Give the probability that each unit read was drawn with (--probability)."
        )
    classes = _number(told.fillna("").tolist(), len(units))
    of, read = np.bincount(classes[coded], minlength=classes.max() + 1), np.bincount(classes[rows])
    read = np.pad(read, (0, len(of) - len(read)))
    empty = int(((of > 0) & (read == 0)).sum())
    if empty:
        raise InvalidDesign(f"In {empty} strata of the audit no unit was read. Read at least two of each.")
    share = (read / np.maximum(of, 1))[classes[rows]]
    return Audit(rows, share, classes[rows], np.arange(len(rows)), "stratified sample")


def _find_drawn(
    rows: Places, coded: npt.NDArray[np.bool_], together: Sequence[Any] | None
) -> tuple[Places, bool]:
    """What was drawn at once: respondents, where all units of each one met were read; else units."""
    if together is None:
        return np.arange(len(rows)), False
    owner = _number(together, len(coded))
    of = np.bincount(owner[coded], minlength=owner.max() + 1)
    read = np.bincount(owner[rows], minlength=len(of))
    if (read[owner[rows]] == of[owner[rows]]).all() and (of[owner[rows]] > 1).any():
        return np.unique(owner[rows], return_inverse=True)[1].astype(np.int64), True
    return np.arange(len(rows)), False


def _check_roles(roles: pd.Series | None, units: pd.Index) -> None:
    if roles is None:
        return
    said = roles.reindex(units).fillna("").astype(str).str.strip().str.casefold()
    wrong = int((~said.isin(RANDOM_ROLES)).sum())
    if wrong:
        raise InvalidDesign(
            f"{wrong} of the units read were not drawn at random to be read (role other than "
            f"{', '.join(RANDOM_ROLES)}). Leave them out: what a model chose to be read tells nothing of the "
            "rest."
        )


def _check_unseen(in_sample: Collection[str], units: pd.Index) -> None:
    seen = int(units.isin(set(in_sample)).sum()) if len(in_sample) else 0
    if seen:
        raise InvalidDesign(
            f"The scores of {seen} of the units read come from a model that was trained on them, and look "
            "better than the rest. Give out-of-fold scores (textmine code writes them), or read other units."
        )


def _check_random(
    scores: pd.DataFrame, units: pd.Index, place: Places, rows: Places, coded: npt.NDArray[np.bool_]
) -> list[str]:
    for part in np.unique(place[rows]):
        inside = (place == part) & coded
        if not looks_random(scores[inside], units[place[rows] == part]):
            raise InvalidDesign(
                "The units read are no random sample of the wave: their scores lie elsewhere than the scores "
                "of the rest. If they were drawn with unequal chances, give each one's (--probability); if a "
                "model or a person chose them, draw units at random and read those."
            )
    return []


def _check_sum(weights: Floats, coded: int) -> list[str]:
    total = float(weights.sum())
    slack = 3 * float(np.sqrt(np.maximum(weights * (weights - 1), 0).sum()))
    if abs(total - coded) > max(0.1 * coded, slack):
        return [
            f"the chances stand for {total:.0f} units and the wave has {coded}: the sample may be of another "
            "wave, or units were lost between drawing and reading"
        ]
    return []


def _alike(chances: Floats) -> Places:
    """Classes of chances that are one, written with few digits."""
    order = np.argsort(chances, kind="stable")
    steps = np.diff(chances[order]) > _ALIKE * chances[order][1:]
    classes = np.empty(len(chances), dtype=np.int64)
    classes[order] = np.concatenate([[0], np.cumsum(steps)])
    return classes


def _join_singles(classes: Places, chances: Floats) -> Places:
    """A class of one unit joins that with the next chance, so that its variance can be told."""
    counts = np.bincount(classes)
    level = np.bincount(classes, chances) / np.maximum(counts, 1)
    joined = classes.copy()
    for lone in np.flatnonzero(counts == 1):
        others = np.flatnonzero((counts > 1) & (level < 1))
        if level[lone] < 1 and len(others):
            joined[classes == lone] = others[np.abs(level[others] - level[lone]).argmin()]
    return joined


def _number(values: Sequence[Any] | None, size: int) -> Places:
    if values is None:
        return np.zeros(size, dtype=np.int64)
    return pd.factorize(np.asarray(values, dtype=object), use_na_sentinel=False)[0].astype(np.int64)
