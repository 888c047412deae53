"""Do coders point at the same words? Agreement on the stretches of text given as evidence, code by code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.agreement.codings import Codings
from textmine.agreement.resampling import Resampler, find_interval, jackknife_error
from textmine.agreement.unitizing import GAP, Segment, as_marked, fill_line, share_lengths
from textmine.errors import InputError

Floats = npt.NDArray[np.float64]
Stretches = list[tuple[int, int]]

_FORMS = ("u_nominal", "u_binary", "cu_nominal")


@dataclass(frozen=True, eq=False)
class EvidenceAgreement:
    """``codes``: a row a code with its binary unitizing alpha; ``overall``: a row a form over all codes.

    ``reason`` says why there is no overall form: codes overlap, as codes do. ``notes`` is what to know.
    """

    codes: pd.DataFrame
    overall: pd.DataFrame
    reason: str = ""
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class _Marked:
    """``spans[coder][unit, code]`` are stretches; ``known`` (coders, units, codes) where they are told."""

    spans: list[dict[tuple[int, int], Stretches]]
    known: npt.NDArray[np.bool_]
    lengths: Floats


def compare_evidence(
    codings: Codings, texts: Mapping[str, str] | pd.Series, resampler: Resampler
) -> EvidenceAgreement | None:
    """Agreement on stretches of the units' ``texts``; None where fewer than two coders gave any.

    Of each code the texts count that two coders read and, where they gave the code, gave a stretch for; a
    code given without one says nothing of where. Each text is a line of its own, so that stretches end with
    it. ``overlap_f1`` is the share of the code points that one marked which another marked too, both ways.
    Raises ``InputError`` for stretches outside their texts.
    """
    marked = _gather(codings, texts)
    if sum(bool(spans) for spans in marked.spans) < 2:
        return None
    rows = [_measure_code(marked, k, code, resampler) for k, code in enumerate(codings.codes)]
    overlapping = sum(_count_overlapping(spans) for spans in marked.spans)
    if overlapping:
        reason = f"a coder's stretches of different codes overlap in {overlapping} reading(s)"
        overall = pd.DataFrame(columns=["measure", "value", "low", "high", "error"])
    else:
        reason, overall = "", _measure_together(marked, resampler)
    return EvidenceAgreement(pd.DataFrame(rows), overall, reason, _notes(codings, marked))


def _gather(codings: Codings, texts: Mapping[str, str] | pd.Series) -> _Marked:
    lengths = np.array([_length_of(texts, unit) for unit in codings.units])
    unit_at = {unit: at for at, unit in enumerate(codings.units)}
    code_at = {code: at for at, code in enumerate(codings.codes)}
    spans = []
    known = ~np.isnan(codings.values) & (lengths > 0)[None, :, None]
    for i, data in enumerate(codings.datasets):
        given: dict[tuple[int, int], Stretches] = {}
        listed = data.spans[["unit_id", "code", "start", "end"]].itertuples(index=False)
        for unit, code, start, end in listed:
            place = unit_at.get(str(unit)), code_at.get(str(code))
            if place[0] is None or place[1] is None or start < 0 or end <= start:
                continue
            if lengths[place[0]] and codings.values[i, place[0], place[1]] == 1:
                given.setdefault((place[0], place[1]), []).append((int(start), int(end)))
        outside = sum(spans[-1][1] > lengths[place[0]] for place, spans in _merge(given).items())
        if outside:
            raise InputError(
                f"{codings.coders[i]}: {outside} unit(s) have a stretch that ends behind the text. "
                "Give the texts that the offsets count in, in code points."
            )
        spans.append(_merge(given))
        told = np.zeros(known.shape[1:], dtype=bool)
        if given:
            told[tuple(np.array(list(given)).T)] = True
        known[i] &= (codings.values[i] == 0) | told
    return _Marked(spans, known, lengths)


def _length_of(texts: Mapping[str, str] | pd.Series, unit: str) -> float:
    text = texts.get(unit)
    return float(len(text)) if isinstance(text, str) else 0.0


def _merge(given: dict[tuple[int, int], Stretches]) -> dict[tuple[int, int], Stretches]:
    """Each unit's and code's stretches in order, those that overlap made one."""
    merged = {}
    for place, stretches in given.items():
        kept: Stretches = []
        for start, end in sorted(stretches):
            if kept and start < kept[-1][1]:
                kept[-1] = (kept[-1][0], max(kept[-1][1], end))
            else:
                kept.append((start, end))
        merged[place] = kept
    return merged


def _measure_code(marked: _Marked, k: int, code: str, resampler: Resampler) -> dict[str, Any]:
    readers = marked.known[:, :, k].sum(axis=0)
    counted = readers > 1
    sums = np.zeros((len(readers), 4))  # length marked, of it shared, squares of the stretches, length read
    sums[:, 3] = np.where(counted, readers * marked.lengths, 0.0)
    places = {unit for spans in marked.spans for unit, at in spans if at == k}
    n_marked = 0
    for unit in places:
        if not counted[unit]:
            continue
        sets = [marked.spans[i].get((unit, k), []) for i in np.flatnonzero(marked.known[:, unit, k])]
        n_marked += any(sets)
        sums[unit, 0] = sum(end - start for stretches in sets for start, end in stretches)
        sums[unit, 1] = sum(2 * _shared(a, b) for at, a in enumerate(sets) for b in sets[at + 1 :]) / (
            len(sets) - 1
        )
        sums[unit, 2] = sum((end - start) ** 2 for stretches in sets for start, end in stretches)
    by_group = np.asarray(resampler.total(sums))
    drawn, without = (
        _binary_alpha(part) for part in (resampler.draw(by_group), resampler.leave_out(by_group))
    )
    low, high = find_interval(drawn)
    total = sums.sum(axis=0)
    return {
        "code": code,
        "n_units": int(counted.sum()),
        "n_marked": n_marked,
        "u_alpha": float(drawn[0]),
        "u_alpha_low": low,
        "u_alpha_high": high,
        "u_alpha_error": jackknife_error(without),
        "overlap_f1": float(total[1] / total[0]) if total[0] else float("nan"),
        "reason": "" if drawn[0] == drawn[0] else _why_unknown(int(counted.sum())),
    }


def _why_unknown(n: int) -> str:
    return "no variation: no stretch was marked, or all of it" if n else "no text read by two coders"


def _shared(a: Stretches, b: Stretches) -> int:
    return sum(max(0, min(end, stop) - max(start, begin)) for start, end in a for begin, stop in b)


def _binary_alpha(sums: Floats) -> Floats:
    """The binary unitizing alpha from sums, a figure a sample."""
    length, shared, squares, whole = sums.T
    gap = whole - length
    scale = whole - (squares + gap) / np.maximum(whole, 1)
    expected = 2 * length * gap / np.where(scale > 0, scale, 1)
    varied = (expected > 1e-9) & (scale > 0)
    return np.where(varied, 1 - 2 * (length - shared) / np.where(varied, expected, 1), np.nan)


def _count_overlapping(spans: dict[tuple[int, int], Stretches]) -> int:
    """In how many units a coder's stretches of different codes overlap."""
    return sum(
        any(later[0] < earlier[1] for earlier, later in pairwise(line))
        for line in (sorted(line) for line in _by_unit(spans).values())
    )


def _by_unit(spans: dict[tuple[int, int], Stretches]) -> dict[int, list[tuple[int, int, int]]]:
    units: dict[int, list[tuple[int, int, int]]] = {}
    for (unit, code), stretches in spans.items():
        units.setdefault(unit, []).extend((start, end, code) for start, end in stretches)
    return units


def _measure_together(marked: _Marked, resampler: Resampler) -> pd.DataFrame:
    """The forms over all codes at once: units whose readers told where each of their codes stands."""
    known = np.asarray(marked.known.all(axis=2))
    codes = marked.known.shape[2]
    place: dict[Any, int] = {GAP: 0} | {code: code + 1 for code in range(codes)}
    lines = [_by_unit(spans) for spans in marked.spans]
    sums = {form: np.zeros((len(marked.lengths), codes + 4)) for form in _FORMS}
    for unit in np.flatnonzero(known.sum(axis=0) > 1).tolist():
        length = float(marked.lengths[unit])
        readers = np.flatnonzero(known[:, unit]).tolist()
        filled = [fill_line(lines[i].get(unit, []), length, "") for i in readers]
        if all(len(line) == 1 and line[0][2] == GAP for line in filled):
            whole = length * len(readers)
            for form in _FORMS[:2]:
                sums[form][unit, [0, -3, -2, -1]] = whole
            continue
        sums["u_nominal"][unit] = _summarise(*share_lengths(filled, place))
        sums["u_binary"][unit] = _summarise(*share_lengths(_plain(filled), place))
        sums["cu_nominal"][unit] = _summarise(*share_lengths(filled, place, gaps=False))
    rows = []
    for form, by_unit in sums.items():
        by_group = np.asarray(resampler.total(by_unit))
        drawn = _alpha_of_sums(resampler.draw(by_group))
        low, high = find_interval(drawn)
        error = jackknife_error(_alpha_of_sums(resampler.leave_out(by_group)))
        rows.append({"measure": form, "value": float(drawn[0]), "low": low, "high": high, "error": error})
    return pd.DataFrame(rows)


def _plain(lines: Sequence[Sequence[Segment]]) -> list[list[Segment]]:
    """Marked or not, whatever the code; 'marked' takes the first code's number."""
    return [[(a, b, 0 if value is True else value) for a, b, value in line] for line in as_marked(lines)]


def _summarise(together: Floats, squares: Floats) -> Floats:
    """Each value's length, then all of it, what agrees of it, and the squares."""
    ends = [together.sum(), np.trace(together), squares.sum()]
    return np.concatenate([together.sum(axis=1), ends])


def _alpha_of_sums(sums: Floats) -> Floats:
    lengths, whole, agreed, squares = sums[:, :-3], sums[:, -3], sums[:, -2], sums[:, -1]
    scale = whole - squares / np.maximum(whole, 1e-9)
    expected = (whole**2 - (lengths**2).sum(axis=1)) / np.where(scale > 0, scale, 1)
    varied = (expected > 1e-9) & (scale > 0)
    return np.where(varied, 1 - (whole - agreed) / np.where(varied, expected, 1), np.nan)


def _notes(codings: Codings, marked: _Marked) -> list[str]:
    notes = []
    silent = int(((codings.values == 1) & ~marked.known & (marked.lengths > 0)[None, :, None]).sum())
    if silent:
        notes.append(
            f"{silent} code(s) were given without a stretch; they are left out of the span agreement."
        )
    missing = int((marked.lengths == 0).sum())
    if missing:
        notes.append(f"{missing} unit(s) have no text and are left out of the span agreement.")
    return notes
