"""``textmine code --rules``: from survey files and a file of rules to a coded folder."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from textmine.coding.batch import CodingCounts
from textmine.coding.rules import RuleCoder
from textmine.exchange.coded_folder import WideOptions, refuse_clash
from textmine.files import make_folder, sha256_of_file
from textmine.jobs.certify import read_fresh_certificate
from textmine.jobs.code import CodeReport, read_wave, write_wave
from textmine.jobs.labelled import ColumnNames
from textmine.reading.turns import find_interviewer
from textmine.scale.folder_lock import hold_folder


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
    wave = read_wave(inputs, columns)
    refuse_clash(coder.codes_, wave.source.columns, options or WideOptions())
    make_folder(out)
    asked = np.zeros(len(wave.corpus), bool) if with_interviewer else find_interviewer(wave.source)
    coded = coder.code(wave.corpus, leave_out=asked, progress=progress)
    counts = CodingCounts(
        read=len(wave.corpus),
        empty=len(wave.corpus) - int(coded.is_coded.sum()) - int(asked.sum()),
        non_response=coder.count_non_responses(wave.corpus.select(coded.is_coded.to_numpy())),
        coded=int(coded.is_coded.sum()),
        trained_on=0,
        left_out=int(asked.sum()),
    )
    model = {
        "id": coder.name_,
        "sha256": coder.sha256_,
        "tier": coder.tier,
        "file": rules.name,
        "file_sha256": sha256_of_file(rules),
    }
    with hold_folder(out):
        return write_wave(
            coded,
            wave,
            counts,
            out,
            model=model,
            software={},
            notes=_notes(coder, counts, rules, certified=promised is not None),
            started=started,
            promised=promised,
            options=options,
            seconds_per_unit=seconds_per_unit,
        )


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
