"""``textmine code --rules``: from survey files and a file of rules to a coded folder."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from textmine import __version__
from textmine.coded import BANDS, CodedDataset
from textmine.coding.batch import CodingCounts
from textmine.coding.certificate import name_in_provenance, put_in_bands
from textmine.coding.rules import RuleCoder
from textmine.exchange.coded_folder import WideOptions, refuse_clash, write_coded_folder
from textmine.files import make_folder, sha256_of_file
from textmine.jobs.certify import read_fresh_certificate
from textmine.jobs.code import CodeReport, _read_wave, find_interviewer
from textmine.jobs.labelled import ColumnNames


def code_with_rules(
    inputs: Sequence[Path],
    rules: Path,
    out: Path,
    *,
    columns: ColumnNames,
    options: WideOptions | None = None,
    with_interviewer: bool = False,
    certificate: Path | None = None,
    seconds_per_unit: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> CodeReport:
    """Code the texts of files by the rules of a YAML file and write the coded folder, as ``code_files`` does.

    ``rules`` is of textmine's own form or a quanteda dictionary. A ``certificate`` of these very rules sets
    the bands; without one all that they find is up for review. Raises ``CodebookError`` where the rules break
    their form and ``InputError`` where an input is not what was wanted; nothing is written then.
    """
    started = time.monotonic()
    coder = RuleCoder.from_file(rules)
    promised = None
    if certificate is not None:
        promised = read_fresh_certificate(certificate, model=coder.sha256_, codebook=coder.codebook_.sha256)
    wave = _read_wave(inputs, columns)
    refuse_clash(coder.codes_, wave.source.columns, options or WideOptions())
    make_folder(out)
    asked = np.zeros(len(wave.corpus), bool) if with_interviewer else find_interviewer(wave.source)
    coded = coder.code(wave.corpus, leave_out=asked, progress=progress)
    if promised is not None:
        coded = put_in_bands(coded, promised)
    counts = CodingCounts(
        read=len(wave.corpus),
        empty=len(wave.corpus) - int(coded.is_coded.sum()) - int(asked.sum()),
        non_response=coder.count_non_responses(wave.corpus.select(coded.is_coded.to_numpy())),
        coded=int(coded.is_coded.sum()),
        trained_on=0,
        left_out=int(asked.sum()),
    )
    provenance = {
        **_describe(coder, rules),
        "inputs": wave.inputs,
        "corpus_fingerprint": wave.corpus.fingerprint,
        "columns": asdict(wave.columns),
        "thresholds": dict(coded.thresholds),
        "counts": {**asdict(counts), "rejected": len(wave.rejected), "to_review": _count_review(coded)},
        "certificate": None if promised is None else name_in_provenance(promised),
        "software": {"textmine": __version__, "python": platform.python_version()},
        "seconds": round(time.monotonic() - started, 3),
    }
    groups = wave.corpus.groups if wave.columns.group is not None else None
    paths = write_coded_folder(
        coded,
        wave.source,
        out,
        provenance=provenance,
        rejected=wave.rejected,
        groups=groups,
        options=options,
        seconds_per_unit=seconds_per_unit,
    )
    seconds = time.monotonic() - started
    notes = _notes(coder, counts, rules, certified=promised is not None)
    return CodeReport(coded, wave.corpus, counts, wave.rejected, out, paths, notes, seconds)


def _describe(coder: RuleCoder, rules: Path) -> dict[str, Any]:
    book = coder.codebook_
    return {
        "model": {
            "id": coder.name_,
            "sha256": coder.sha256_,
            "tier": coder.tier,
            "file": rules.name,
            "file_sha256": sha256_of_file(rules),
        },
        "codebook": {"id": book.id, "version": book.version, "sha256": book.sha256},
    }


def _count_review(coded: CodedDataset) -> int:
    return int((coded.band_numbers == BANDS.index("review")).any(axis=1).sum())


def _notes(coder: RuleCoder, counts: CodingCounts, rules: Path, *, certified: bool) -> list[str]:
    notes = []
    if not certified:
        notes.append("Rules give no probabilities: what they find is up for review (textmine certify).")
    if counts.left_out:
        notes.append(
            f"{counts.left_out} turns of the interviewer were not coded (--with-interviewer codes them)."
        )
    without = [code for code in coder.codes_ if not coder.has_rule(code)]
    if without:
        notes.append(f"{len(without)} code(s) of {rules.name} have no rule and were not coded.")
    if coder.rules.left_out:
        notes.append(
            f"{len(coder.rules.left_out)} value(s) of {rules.name} hold no word and were left out "
            f"({', '.join(coder.rules.left_out[:3])}{' ...' if len(coder.rules.left_out) > 3 else ''})."
        )
    return notes
