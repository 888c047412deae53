"""What is said of a run of coding, in ``provenance.json`` and in notes, however its rows were coded."""

from __future__ import annotations

import platform
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from textmine import __version__
from textmine.coded import CodedDataset
from textmine.coding.batch import CodingCounts
from textmine.coding.calibrated import CalibratedCoder
from textmine.coding.certificate import Certificate, name_in_provenance
from textmine.forms import FORMS
from textmine.reading import Columns

_NAMED_VERSIONS = ("numpy", "pandas", "scipy", "scikit-learn", "tokenizers", "safetensors", "pyarrow")
#: What a tier needs besides; versions are read from the installed packages, which loads none of them.
_TIER_VERSIONS = {"fast": (), "accurate": ("torch", "transformers")}
_NEW_QUESTIONS = {
    "fast": "average weights were used for them",
    "accurate": "expect it to be less sure of their answers",
}


@dataclass(frozen=True)
class RunFacts:
    """What a run was given and what became of it; ``software`` are versions besides textmine's own."""

    model: Mapping[str, Any]
    software: Mapping[str, str]
    inputs: Sequence[Mapping[str, str]]
    fingerprint: str
    columns: Columns
    counts: CodingCounts
    rejected: int
    to_review: int
    promised: Certificate | None = None

    def describe(self, coded: CodedDataset) -> dict[str, Any]:
        """The content of ``provenance.json`` but for what is known last; ``coded`` may be without units."""
        book = coded.codebook
        return {
            "format": FORMS["coded folder"],
            "model": dict(self.model),
            "codebook": {"id": book.id, "version": book.version, "sha256": book.sha256},
            "inputs": [dict(one) for one in self.inputs],
            "corpus_fingerprint": self.fingerprint,
            "columns": asdict(self.columns),
            "thresholds": dict(coded.thresholds),
            "counts": {**asdict(self.counts), "rejected": self.rejected, "to_review": self.to_review},
            "certificate": None if self.promised is None else name_in_provenance(self.promised),
            "software": {"textmine": __version__, "python": platform.python_version(), **self.software},
        }

    def describe_shared(self, coded: CodedDataset) -> dict[str, Any]:
        """What all decisions of the run share, for the provenance record."""
        said = self.describe(coded)
        shared = {name: said[name] for name in ("model", "codebook", "inputs", "corpus_fingerprint")}
        return shared | {"source": "rule" if "file" in self.model else "model"}


def describe_model(coder: CalibratedCoder) -> dict[str, str]:
    """What ``provenance.json`` says of a model."""
    return {"id": coder.name_, "sha256": coder.sha256_, "tier": coder.tier}


def note_coding(
    coder: CalibratedCoder, questions: Collection[str], counts: CodingCounts, columns: Columns
) -> list[str]:
    """What a user should know of what was coded; ``questions`` are all that were met."""
    notes = []
    if counts.left_out:
        notes.append(
            f"{counts.left_out} turns of the interviewer were not coded (--with-interviewer codes them)."
        )
    if counts.trained_on:
        notes.append(
            f"{counts.trained_on} texts were in the model's training; they got scores of models that had not "
            "seen them."
        )
    if set(coder.known_questions) != {""}:
        new = [q for q in set(questions) if not coder.knows_question(q)]
        if columns.question is None:
            notes.append("The model knows questions, but no question column was named (--question).")
        elif new:
            notes.append(f"{len(new)} question(s) were not met in training; {_NEW_QUESTIONS[coder.tier]}.")
    return notes


def note_promise(certificate: Certificate, fingerprint: str) -> list[str]:
    """What the certificate accepts and, where this is another wave, that it must be audited anew."""
    of, certified = len(certificate.codes), len(certificate.accept_from)
    notes = [f"{certified} of {of} codes are certified (precision >= {certificate.precision:.2f})."]
    if certificate.wave.fingerprint != fingerprint:
        notes.append("The codes were certified on another wave: audit anew before its figures are published.")
    return notes


def list_versions(tier: str) -> dict[str, str]:
    """The versions of what a coder of this tier is run with."""
    found = {}
    for name in (*_NAMED_VERSIONS, *_TIER_VERSIONS[tier]):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
