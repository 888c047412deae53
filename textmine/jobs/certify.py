"""``textmine certify``: from a coded folder and what people found in a sample of it to a certificate."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date as calendar
from pathlib import Path
from typing import Any

import pandas as pd

from textmine.coding.certificate import Certificate, check_fresh, load_certificate, save_certificate
from textmine.coding.certifying import Checked, Promise, certify_coded, draw_units, hash_sample
from textmine.coding.sample_design import RANDOM_ROLES
from textmine.errors import InputError, InvalidDesign
from textmine.exchange.scored_wave import read_provenance, read_scored_wave
from textmine.files import atomic_text, is_anchored, write_rows
from textmine.jobs.in_sample import find_in_sample
from textmine.reading import Table, read_labels, read_table
from textmine.reading.labels import find_unit_ids, join_labels
from textmine.reading.table import list_names

#: Columns that say with which chance a unit was drawn, and for what.
PROBABILITY_COLUMNS = ("probability", "inclusion_probability", "coding_prob")
ROLE_COLUMNS = ("sampling_role", "role")
#: Column that names the stratum that a unit was drawn in.
STRATUM = "stratum"
#: Roles of a speaker, which say nothing of sampling.
_SPEAKERS = {"interviewer", "participant", "other", ""}
_COLD = "cold"


@dataclass(frozen=True)
class CertifyReport:
    """The certificate, where it stands and what a user should know of it."""

    certificate: Certificate
    path: Path
    notes: list[str]


def certify_folder(
    folder: Path,
    checked: Sequence[Path],
    out: Path,
    *,
    promise: Promise | None = None,
    bands: Mapping[str, float] | None = None,
    band_files: Mapping[str, Path] | None = None,
    probability: str | None = None,
    id: str | None = None,
    date: str = "",
) -> CertifyReport:
    """Certify the codes of a coded folder by what people found in the ``checked`` files, and write it.

    The files are wide or long as for training; ``band_files`` holds, by code, files of units read inside its
    band alone. A column of chances (``PROBABILITY_COLUMNS``) or of roles (``ROLE_COLUMNS``) is heeded:
    unequal or missing chances and units that were not drawn at random raise ``InvalidDesign``. Raises
    ``InputError`` for a folder, a file or a date that is not what was wanted; nothing is written then.
    """
    _check_date(date)
    wave, said = read_scored_wave(folder), read_provenance(folder)
    tier = str(said["model"].get("tier", ""))
    if tier.startswith(_COLD):
        raise InputError(
            f"Model {wave.model.id} ranks from the codebook alone and may not be certified. Train a model on "
            "labels first: textmine train."
        )
    column = id or str(said.get("columns", {}).get("id") or "unit_id")
    sample = read_checked(
        checked,
        id=column,
        codes=list(wave.scores.columns),
        bands=bands,
        band_files=band_files,
        probability=probability,
    )
    seen = find_in_sample(folder, said, wave.scores, sample.labels.dropna(how="all").index)
    if seen:
        raise InvalidDesign(
            f"The scores of {len(seen)} of the units checked come from a model that was trained on them, and "
            "look better than the rest. Code the wave anew (textmine code gives out-of-fold scores), or "
            "check other units."
        )
    certificate = certify_coded(
        wave,
        sample,
        promise=promise,
        date=date,
        files=tuple(_place_from(out, path) for path in checked),
        band_files={code: _place_from(out, path) for code, path in (band_files or {}).items()},
        id=column,
    )
    coded = wave.scores.index[wave.scores.notna().any(axis=1)]
    out.parent.mkdir(parents=True, exist_ok=True)
    save_certificate(certificate, out)
    return CertifyReport(certificate, out, _notes(certificate, sample, said, coded))


def read_checked(
    files: Sequence[Path],
    *,
    id: str,
    codes: Sequence[str],
    bands: Mapping[str, float] | None = None,
    band_files: Mapping[str, Path] | None = None,
    probability: str | None = None,
) -> Checked:
    """What people found in a sample, with the chances that its units were drawn with.

    Raises ``InvalidDesign`` for a unit whose chance is blank or 0, differs between its rows, or whose role is
    not one of ``RANDOM_ROLES``; ``InputError`` for files that hold no labels of these codes.
    """
    labels, chances, stated = _read_part(files, id, codes, probability)
    parts = {code: _read_part([path], id, codes, probability) for code, path in (band_files or {}).items()}
    inside = {code: part[0] for code, part in parts.items()}
    return Checked(labels, chances, dict(bands or {}), inside, stated, _read_strata(files, id))


def _read_strata(files: Sequence[Path], id: str) -> pd.Series | None:
    """The stratum of each unit drawn, read or not; None where a file does not tell."""
    parts = []
    for table in map(read_table, files):
        if STRATUM not in table.frame.columns:
            return None
        parts.append(pd.Series(table.frame[STRATUM].tolist(), index=find_unit_ids(table, id)))
    told = pd.concat(parts) if parts else None
    if told is None or told.str.strip().eq("").any():
        return None
    by_unit = told.groupby(level=0).agg(["first", "nunique"])
    return None if (by_unit["nunique"] > 1).any() else by_unit["first"]


def draw_to_check(
    folder: Path, n: int, out: Path, *, band: tuple[str, float] | None = None, seed: int = 0
) -> int:
    """Draw units of a coded folder to be checked and write their ids, chance and role; gives how many.

    Of all coded units, or of those in a ``band`` (code, threshold). People then read them and add their
    labels, a column a code.
    """
    scores = read_scored_wave(folder).scores
    code, threshold = band or (None, 0.0)
    units = draw_units(scores, n, code=code, threshold=threshold, seed=seed)
    pool = scores.notna().any(axis=1) if code is None else scores[code] >= threshold
    if not units:
        raise InputError(
            f"No unit has a score of {threshold:g} or more for {code}. Choose a lower threshold."
        )
    chance = round(len(units) / int(pool.sum()), 6)
    with atomic_text(out) as handle:
        write_rows([["unit_id", "probability", "sampling_role"]], handle)
        write_rows(([unit, chance, "audit"] for unit in units), handle)
    return len(units)


def read_fresh_certificate(path: Path, *, model: str, codebook: str) -> Certificate:
    """The certificate in a file, if it is of this model and codebook (by sha256) and its sample unchanged.

    The sample is looked for where it lay when the certificate was made, and checked if it is there. Raises
    ``InputError`` for a stale certificate.
    """
    certificate = load_certificate(path)
    check_fresh(
        certificate, model=model, codebook=codebook, sample=_hash_as_it_lies(certificate, path.parent)
    )
    return certificate


def _hash_as_it_lies(certificate: Certificate, folder: Path) -> str | None:
    """The hash of the certificate's sample as its files hold it now; None where one is not to be found."""
    sample, codes = certificate.sample, [promise.code for promise in certificate.codes]
    if any(is_anchored(name) for name in [*sample.files, *sample.band_files.values()]):
        return None  # a certificate names its sample from where it lies; another machine is not asked
    files = [folder / name for name in sample.files]
    inside = {code: folder / name for code, name in sample.band_files.items()}
    if not files or not all(file.is_file() for file in [*files, *inside.values()]):
        return None
    labels = read_labels(files, id=sample.id, codes=codes).frame
    parts = {code: read_labels(file, id=sample.id, codes=codes).frame for code, file in inside.items()}
    return hash_sample(Checked(labels, band_labels=parts), codes)


def _place_from(certificate: Path, file: Path) -> str:
    """Where a file stands, told from the certificate's folder; its name alone from another drive."""
    try:
        return Path(os.path.relpath(file, certificate.parent)).as_posix()
    except ValueError:
        return file.name


def _read_part(
    files: Sequence[Path], id: str, codes: Sequence[str], probability: str | None
) -> tuple[pd.DataFrame, pd.Series | None, bool]:
    """Labels (units x codes), each read unit's chance of being drawn where told, and whether all tell how."""
    tables = [read_table(path) for path in files]
    if not tables:
        raise InputError("No file of checked units was given. Name at least one with --checked.")
    plain = [replace(t, frame=t.frame.drop(columns=probability or [], errors="ignore")) for t in tables]
    labels = join_labels(plain, id=id, codes=codes).frame
    read = set(labels.index[labels.notna().any(axis=1)])
    found = [
        chances for table in tables if (chances := _read_design(table, id, probability, read)) is not None
    ]
    told = {*PROBABILITY_COLUMNS, *ROLE_COLUMNS[:1], *([probability] if probability else [])}
    stated = all(told & {*table.frame.columns} for table in tables)
    if not found:
        return labels, None, stated
    joined = pd.concat(found)
    return labels, joined[~joined.index.duplicated()].reindex(labels.index), stated


def _read_design(table: Table, id: str, probability: str | None, read: set[str]) -> pd.Series | None:
    """The chance of each unit that was read, by a table that has a column of them; roles are checked."""
    frame, units = table.frame, find_unit_ids(table, id)
    column = probability or next((name for name in PROBABILITY_COLUMNS if name in frame.columns), None)
    if probability is not None and probability not in frame.columns:
        raise InputError(
            f"No column {probability!r} in {table.source}. Columns: {list_names(list(frame.columns))}. "
            "Choose one with --probability."
        )
    for name in ROLE_COLUMNS:
        if name in frame.columns:
            _check_roles(table, name, units, read)
    if column is None:
        return None
    chances: dict[str, float] = {}
    for position, (unit, cell) in enumerate(zip(units, frame[column].tolist(), strict=True)):
        chance = _as_chance(cell)
        if unit not in read:  # drawn, it may be, and not read
            if chance is not None:
                chances.setdefault(unit, chance)
            continue
        if chance is None or chances.setdefault(unit, chance) != chance:
            said = "no chance of being drawn above 0 and up to 1" if chance is None else "a second chance"
            raise InvalidDesign(
                f"{table.source}, {table.name_place(position)}, column {column!r}: {said}. Give each unit "
                "the one probability that it was drawn with; leave out units that were not drawn at random."
            )
    return pd.Series(chances, dtype=float)


def _check_roles(table: Table, column: str, units: Sequence[str], read: set[str]) -> None:
    roles = [cell.strip().casefold() for cell in table.frame[column].tolist()]
    if column == "role" and set(roles) <= _SPEAKERS:
        return
    wrong = [
        position
        for position, (unit, role) in enumerate(zip(units, roles, strict=True))
        if unit in read and role not in RANDOM_ROLES
    ]
    if wrong:
        raise InvalidDesign(
            f"{table.source}, {table.name_place(wrong[0])}, column {column!r}: this unit was not drawn at "
            f"random to be checked ({len(wrong)} such row(s)). Leave out units of any role but "
            f"{', '.join(RANDOM_ROLES)}: what a model chose to be read tells nothing of the rest."
        )


def _as_chance(cell: str) -> float | None:
    try:
        value = float(cell.strip())
    except ValueError:
        return None
    return value if 0 < value <= 1 else None


def _check_date(date: str) -> None:
    try:
        if date:
            calendar.fromisoformat(date)
    except ValueError:
        raise InputError(f"{date!r} is no date. Write it as 2026-11-14.") from None


def _notes(certificate: Certificate, sample: Checked, said: Mapping[str, Any], coded: pd.Index) -> list[str]:
    notes, read = [], sample.labels.index[sample.labels.notna().any(axis=1)]
    if not sample.stated:
        notes.append(
            "The checked file does not say how its units were drawn: a simple random sample of the coded "
            "wave is assumed. If it was not, the certificate does not hold."
        )
    mine = read.isin(coded)
    outside, unused = int((~mine).sum()), int(mine.sum()) - certificate.sample.units
    if unused:
        notes.append(
            f"The units were drawn with unequal chances: {certificate.sample.units} of the {int(mine.sum())} "
            "read are kept at random, so that each had the smallest chance; the others tell nothing here."
        )
    if outside:
        notes.append(f"{outside} of the checked units were not coded in this wave and tell nothing of it.")
    trained_on = int(said.get("counts", {}).get("trained_on", 0))
    if trained_on:
        notes.append(
            f"{trained_on} units of the wave were in the model's training; they were scored by models that "
            "had not seen them, but the score from which a code applies was chosen on them."
        )
    if not certificate.together and len(certificate.accept_from) > 1:
        notes.append(
            "The promise is for each code by itself, not for all of them at once (--all-codes makes it so)."
        )
    if not certificate.accept_from:
        notes.append("No code is certified: all that applies goes to review.")
    return notes
