"""A coded folder after a withdrawal: its record purged, its summary, counts and hashes made anew."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from textmine.cleaning import is_non_response, repair_texts
from textmine.coded import BANDS
from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.exchange.coded_reader import CodedFolder, read_coded
from textmine.exchange.summary import make_summary
from textmine.exchange.tables import write_frame
from textmine.files import sha256_of_file, write_json
from textmine.provenance import ProvenanceRecord
from textmine.withdrawal.person import Person

PROVENANCE = "provenance.json"


def purge_record(folder: Path, person: Person, *, tombstone: str, date: str, dry_run: bool = False) -> int:
    """Take the person's decisions out of the record of a coded folder; gives how many rows went."""
    record = ProvenanceRecord(folder)
    if not record.events():
        return 0
    units = {unit for unit in person.units if person.owns(unit, folder)}
    units |= {unit for unit in record.list_units() if person.owns(unit, folder)}
    if dry_run:
        return record.count(units)
    return record.purge(units, tombstone=tombstone, at=date)


def mend_folder(folder: Path, hashes: Mapping[str, str], *, tombstone: str, date: str) -> None:
    """Make anew what a coded folder says of its rows as a whole: summary, counts, fingerprint, hashes.

    ``hashes`` gives the sha256 of files that were edited, by the one that they had. A folder that cannot be
    read as a whole keeps its figures. Doing it twice changes nothing.
    """
    path = folder / PROVENANCE
    said = json.loads(path.read_text(encoding="utf-8"))
    try:
        read = read_coded(folder)
    except InputError:
        read = None
    if read is not None:
        _mend_figures(folder, said, read)
    for each in said.get("inputs") or []:
        each["sha256"] = hashes.get(each.get("sha256"), each.get("sha256"))
    events = ProvenanceRecord(folder).events()
    if events:
        said["record"] = {"event": events[-1].seq, "sha256": events[-1].sha256}
    earlier = [each for each in said.get("withdrawals") or [] if each["tombstone"] != tombstone]
    said["withdrawals"] = [*earlier, {"tombstone": tombstone, "date": date}]
    mend_package(folder)
    write_json(said, path)


def _mend_figures(folder: Path, said: dict[str, Any], read: CodedFolder) -> None:
    events = [event for event in ProvenanceRecord(folder).events() if event.kind == "run"]
    facts = events[-1].facts if events else {}
    accept, review = (dict(facts.get(name) or {}) for name in ("accept_from", "review_from"))
    coded = replace(read.coded, accept_from=accept, review_from=review)
    groups = read.column("group") if read.columns.get("group") else None
    write_frame(make_summary(coded, groups), folder / "summary.csv")
    named = {name: column for name, column in read.columns.items() if column is not None}
    corpus = Corpus.from_frame(read.source, **named)
    said["corpus_fingerprint"] = corpus.fingerprint
    counts = dict(said.get("counts") or {})
    if counts:
        is_coded = coded.is_coded.to_numpy()
        gone = int(counts.get("read", len(corpus))) - len(corpus)
        blank = gone - (int(counts.get("coded", 0)) - int(is_coded.sum()))
        texts = repair_texts([t for t, c in zip(corpus.texts, is_coded, strict=True) if c])
        asked = [q for q, c in zip(corpus.questions, is_coded, strict=True) if c]
        silent = sum(is_non_response(t, q) for t, q in zip(texts, asked, strict=True))
        counts |= {"read": len(corpus), "coded": int(is_coded.sum()), "non_response": silent}
        counts["empty"] = max(int(counts.get("empty", 0)) - max(blank, 0), 0)
        counts["to_review"] = int((coded.band_numbers == BANDS.index("review")).any(axis=1).sum())
        said["counts"] = counts


def mend_package(folder: Path) -> None:
    """Put right the hashes, sizes and counts of rows in a data package, where it has them."""
    path = folder / "datapackage.json"
    if not path.is_file():
        return
    package = json.loads(path.read_text(encoding="utf-8"))
    for resource in package.get("resources") or []:
        file = folder / str(resource.get("path", ""))
        if not file.is_file():
            continue
        if "bytes" in resource:
            resource["bytes"] = file.stat().st_size
        if "hash" in resource:
            resource["hash"] = f"sha256:{sha256_of_file(file)}"
    write_json(package, path)
