"""textmine: from free text and a codebook to a coded dataset that stands up to review.

Public names are loaded on first use, so that ``import textmine`` stays quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

#: The rooms of the house in the order of the work. A module imports only from rooms above its own
#: (tests/test_house.py holds the list and the imports to each other).
MODULES = (
    "errors",
    "files",
    "locations",
    "spans",
    "offsets",
    "corpus",
    "codebook",
    "reading",
    "cleaning",
    "privacy",
    "coded",
    "agreement",
    "coding",
    "exchange",
    "jobs",
    "commands",
    "cli",
)

_PUBLIC = {
    "TextmineError": "errors",
    "InputError": "errors",
    "CodebookError": "errors",
    "ModelError": "errors",
    "Span": "spans",
    "OffsetMap": "offsets",
    "Corpus": "corpus",
    "Document": "corpus",
    "Code": "codebook",
    "Codebook": "codebook",
    "Table": "reading",
    "read_table": "reading",
    "read_corpus": "reading",
    "read_survey": "reading",
    "Reading": "reading",
    "Labels": "reading",
    "read_labels": "reading",
    "read_transcript": "reading.transcripts",
    "read_document": "reading.documents",
    "repair_text": "cleaning",
    "clean_text": "cleaning",
    "CleanedText": "cleaning",
    "undo_mojibake": "cleaning",
    "flag_texts": "cleaning",
    "find_identifiers": "privacy",
    "redact_texts": "privacy",
    "CodedDataset": "coded",
    "Coder": "coding.coder",
    "AccurateCoder": "coding.accurate",
    "Lesson": "coding.teaching",
    "ask_teacher": "coding.teaching",
    "shrink_coder": "coding.int8_export",
    "load_coder": "coding.artefact",
    "save_coder": "coding.artefact",
    "cross_validate": "coding.evaluation",
    "evaluate_coder": "coding.evaluation",
    "measure_alpha": "agreement",
    "measure_subgroups": "coding.subgroups",
    "compare_with_people": "coding.second_coder",
    "trace_learning_curve": "coding.learning_curve",
}

__all__ = ["MODULES", "__version__", *_PUBLIC]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for."""
    if name not in _PUBLIC:
        raise AttributeError(f"module 'textmine' has no attribute {name!r}")
    return getattr(import_module(f"textmine.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)


if TYPE_CHECKING:  # the same names, for editors and type checkers
    from textmine.agreement import measure_alpha
    from textmine.cleaning import CleanedText, clean_text, flag_texts, repair_text, undo_mojibake
    from textmine.codebook import Code, Codebook
    from textmine.coded import CodedDataset
    from textmine.coding.accurate import AccurateCoder
    from textmine.coding.artefact import load_coder, save_coder
    from textmine.coding.coder import Coder
    from textmine.coding.evaluation import cross_validate, evaluate_coder
    from textmine.coding.int8_export import shrink_coder
    from textmine.coding.learning_curve import trace_learning_curve
    from textmine.coding.second_coder import compare_with_people
    from textmine.coding.subgroups import measure_subgroups
    from textmine.coding.teaching import Lesson, ask_teacher
    from textmine.corpus import Corpus, Document
    from textmine.errors import CodebookError, InputError, ModelError, TextmineError
    from textmine.offsets import OffsetMap
    from textmine.privacy import find_identifiers, redact_texts
    from textmine.reading import Labels, Reading, Table, read_corpus, read_labels, read_survey, read_table
    from textmine.reading.documents import read_document
    from textmine.reading.transcripts import read_transcript
    from textmine.spans import Span
