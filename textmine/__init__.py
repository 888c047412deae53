"""textmine: from free text and a codebook to a coded dataset that stands up to review.

Public names are loaded on first use, so that ``import textmine`` stays quick.
"""

# A user's mypy, strict or not, sees the names below as this package's own:
# mypy: implicit-reexport

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

#: The rooms of the house in the order of the work. A module imports only from rooms above its own
#: (tests/test_house.py holds the list and the imports to each other).
MODULES = (
    "errors",
    "frames",
    "files",
    "forms",
    "mounts",
    "locations",
    "spans",
    "offsets",
    "display",
    "svg",
    "corpus",
    "codebook",
    "reading",
    "cleaning",
    "privacy",
    "disclosure",
    "vocabulary",
    "passages",
    "coded",
    "provenance",
    "agreement",
    "migration",
    "annotations",
    "coding",
    "topics",
    "estimates",
    "waves",
    "annotating",
    "exchange",
    "framework",
    "report",
    "scale",
    "withdrawal",
    "jobs",
    "spacy_component",
    "commands",
    "cli",
)

#: Figures of a report.
_PLOTS = (
    *("Plot", "plot_shares", "plot_naive", "plot_groups", "plot_waves", "plot_counts", "plot_pairs"),
    *("plot_agreement", "plot_quality", "plot_reliability", "plot_learning_curve"),
)
_PUBLIC = {
    "TextmineError": "errors",
    "InputError": "errors",
    "InvalidDesign": "errors",
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
    "DisclosureRule": "disclosure",
    "ProtectedTable": "disclosure",
    "ProtectedShares": "disclosure",
    "protect_counts": "disclosure",
    "protect_table": "disclosure",
    "protect_shares": "disclosure",
    "protect_rates": "disclosure",
    "protect_pairs": "disclosure",
    "find_telling_shares": "disclosure",
    "QuoteRules": "disclosure",
    "gate_quotes": "disclosure",
    "release_quotes": "disclosure",
    "sign_review": "disclosure",
    "verify_review": "disclosure",
    "write_quote_review": "disclosure",
    "Ledger": "disclosure",
    "read_ledger": "disclosure",
    "write_ledger": "disclosure",
    "Vocabulary": "vocabulary",
    "find_terms": "vocabulary",
    "name_forms": "vocabulary",
    "Passages": "passages",
    "QuoteBank": "passages",
    "CodedDataset": "coded",
    "ProvenanceRecord": "provenance",
    "RunPart": "provenance",
    "Change": "migration",
    "Changes": "migration",
    "Migration": "migration",
    "CodebookDifference": "migration",
    "draft_changes": "migration",
    "compare_codebooks": "migration",
    "migrate_codings": "migration",
    "return_codings": "migration",
    "fill_codings": "migration",
    "compare_sides": "migration",
    "AnnotationStore": "annotations",
    "Project": "annotations",
    "Event": "annotations",
    "Task": "annotations",
    "create_project": "annotations",
    "plan_tasks": "annotations",
    "export_annotations": "annotations",
    "import_annotations": "annotations",
    "Learner": "annotating.learner",
    "Pick": "annotating.drawing",
    "advise_reading": "annotating.stopping",
    "pick_audit": "annotating.drawing",
    "pick_random": "annotating.drawing",
    "pick_rare": "annotating.queue",
    "refill_queue": "annotating.refill",
    "forget_respondent": "jobs.forget",
    "ForgetReport": "jobs.forget",
    "export_labels": "jobs.labels",
    "import_labels": "jobs.labels",
    "InstalledModel": "jobs.models",
    "list_models": "jobs.models",
    "read_card": "jobs.models",
    "Coder": "coding.coder",
    "AccurateCoder": "coding.accurate",
    "ColdStartCoder": "coding.cold_start",
    "check_codebook": "coding.codebook_check",
    "Lesson": "coding.teaching",
    "ask_teacher": "coding.teaching",
    "shrink_coder": "coding.int8_export",
    "RuleCoder": "coding.rules",
    "RuleSet": "coding.rules",
    "read_quanteda": "coding.rules",
    "explain": "coding.explain",
    "Explanation": "coding.explain",
    "load_coder": "coding.artefact",
    "save_coder": "coding.artefact",
    "cross_validate": "coding.evaluation",
    "evaluate_coder": "coding.evaluation",
    "Agreement": "agreement",
    "measure_agreement": "agreement",
    "measure_alpha": "agreement",
    "measure_kappa": "agreement",
    "measure_fleiss": "agreement",
    "measure_ac1": "agreement",
    "measure_unitizing": "agreement",
    "measure_pace": "agreement",
    "measure_faithfulness": "coding.faithfulness",
    "Faithfulness": "coding.faithfulness",
    "EvidenceProbe": "coding.faithfulness",
    "measure_subgroups": "coding.subgroups",
    "Certificate": "coding.certificate",
    "Checked": "coding.certifying",
    "Promise": "coding.certifying",
    "ScoredWave": "coding.certifying",
    "certify_coded": "coding.certifying",
    "load_certificate": "coding.certificate",
    "save_certificate": "coding.certificate",
    "put_in_bands": "coding.certificate",
    "read_scored_wave": "exchange.scored_wave",
    "read_coded": "exchange.coded_reader",
    "TableOptions": "exchange.coded_tables",
    "write_coded_tables": "exchange.coded_tables",
    "write_coded_package": "exchange.coded_package",
    "write_xlsx": "exchange.excel_book",
    "FrameworkMatrix": "framework",
    "FrameworkSummaries": "framework",
    "make_framework_matrix": "framework",
    **dict.fromkeys(_PLOTS, "report.plots"),
    "plot_crosswalk": "report.text_plots",
    "plot_evidence": "report.text_plots",
    "ReportOptions": "jobs.report",
    "ReportWritten": "jobs.report",
    "write_report": "jobs.report",
    "RefiProject": "exchange.refi.facts",
    "read_qdpx": "exchange.refi.reading",
    "read_qdc": "exchange.refi.reading",
    "write_qdpx": "exchange.refi.writing",
    "write_qdc": "exchange.refi.writing",
    "make_work_list": "coding.work_list",
    "minimum_sample": "coding.exact_tests",
    "minimum_correct": "coding.exact_tests",
    "certify_sequence": "coding.exact_tests",
    "bound_elusion": "coding.exact_tests",
    "judge_stopping": "coding.exact_tests",
    "measure_saved_work": "coding.exact_tests",
    "compare_with_people": "coding.second_coder",
    "trace_learning_curve": "coding.learning_curve",
    "AuditDesign": "estimates.design",
    "SurveyWave": "estimates.survey",
    "estimate_prevalence": "estimates.prevalence",
    "estimate_differences": "estimates.differences",
    "estimate_regression": "estimates.regression",
    "Fairness": "estimates.fairness",
    "measure_fairness": "estimates.fairness",
    "draw_shares": "estimates.figures",
    "draw_groups": "estimates.figures",
    "draw_differences": "estimates.figures",
    "draw_fairness": "estimates.figures",
    "compare_prevalence": "estimates.changes",
    "find_coder_drift": "estimates.changes",
    "CodedWave": "waves.wave",
    "WaveComparison": "waves.compare",
    "WaveTrend": "waves.trend",
    "compare_waves": "waves.compare",
    "trace_trend": "waves.trend",
    "recertify": "waves.recertify",
    "measure_mmd": "waves.distance",
    "AuditPlan": "estimates.plan",
    "plan_audit": "estimates.plan",
    "TopicModel": "topics.model",
    "save_topics": "topics.artefact",
    "load_topics": "topics.artefact",
    "measure_npmi": "topics.quality",
    "measure_diversity": "topics.quality",
    "measure_outliers": "topics.quality",
    "compare_topics": "topics.quality",
    "match_topics": "topics.stability",
    "measure_stability": "topics.stability",
    "choose_topics": "topics.stability",
    "measure_prevalence": "topics.prevalence",
    "make_crosswalk": "topics.crosswalk",
    "Crosswalk": "topics.crosswalk",
    "propose_codes": "topics.proposals",
    "add_proposals": "topics.proposals",
    "follow_wave": "topics.waves",
    "FollowedWave": "topics.waves",
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
    from textmine.agreement import (
        Agreement,
        measure_ac1,
        measure_agreement,
        measure_alpha,
        measure_fleiss,
        measure_kappa,
        measure_pace,
        measure_unitizing,
    )
    from textmine.annotating.drawing import Pick, pick_audit, pick_random
    from textmine.annotating.learner import Learner
    from textmine.annotating.queue import pick_rare
    from textmine.annotating.refill import refill_queue
    from textmine.annotating.stopping import advise_reading
    from textmine.annotations import (
        AnnotationStore,
        Event,
        Project,
        Task,
        create_project,
        export_annotations,
        import_annotations,
        plan_tasks,
    )
    from textmine.cleaning import CleanedText, clean_text, flag_texts, repair_text, undo_mojibake
    from textmine.codebook import Code, Codebook
    from textmine.coded import CodedDataset
    from textmine.coding.accurate import AccurateCoder
    from textmine.coding.artefact import load_coder, save_coder
    from textmine.coding.certificate import Certificate, load_certificate, put_in_bands, save_certificate
    from textmine.coding.certifying import Checked, Promise, ScoredWave, certify_coded
    from textmine.coding.codebook_check import check_codebook
    from textmine.coding.coder import Coder
    from textmine.coding.cold_start import ColdStartCoder
    from textmine.coding.evaluation import cross_validate, evaluate_coder
    from textmine.coding.exact_tests import (
        bound_elusion,
        certify_sequence,
        judge_stopping,
        measure_saved_work,
        minimum_correct,
        minimum_sample,
    )
    from textmine.coding.explain import Explanation, explain
    from textmine.coding.faithfulness import EvidenceProbe, Faithfulness, measure_faithfulness
    from textmine.coding.int8_export import shrink_coder
    from textmine.coding.learning_curve import trace_learning_curve
    from textmine.coding.rules import RuleCoder, RuleSet, read_quanteda
    from textmine.coding.second_coder import compare_with_people
    from textmine.coding.subgroups import measure_subgroups
    from textmine.coding.teaching import Lesson, ask_teacher
    from textmine.coding.work_list import make_work_list
    from textmine.corpus import Corpus, Document
    from textmine.disclosure import (
        DisclosureRule,
        Ledger,
        ProtectedShares,
        ProtectedTable,
        QuoteRules,
        find_telling_shares,
        gate_quotes,
        protect_counts,
        protect_pairs,
        protect_rates,
        protect_shares,
        protect_table,
        read_ledger,
        release_quotes,
        sign_review,
        verify_review,
        write_ledger,
        write_quote_review,
    )
    from textmine.errors import CodebookError, InputError, InvalidDesign, ModelError, TextmineError
    from textmine.estimates.changes import compare_prevalence, find_coder_drift
    from textmine.estimates.design import AuditDesign
    from textmine.estimates.differences import estimate_differences
    from textmine.estimates.fairness import Fairness, measure_fairness
    from textmine.estimates.figures import draw_differences, draw_fairness, draw_groups, draw_shares
    from textmine.estimates.plan import AuditPlan, plan_audit
    from textmine.estimates.prevalence import estimate_prevalence
    from textmine.estimates.regression import estimate_regression
    from textmine.estimates.survey import SurveyWave
    from textmine.exchange.coded_package import write_coded_package
    from textmine.exchange.coded_reader import read_coded
    from textmine.exchange.coded_tables import TableOptions, write_coded_tables
    from textmine.exchange.excel_book import write_xlsx
    from textmine.exchange.refi.facts import RefiProject
    from textmine.exchange.refi.reading import read_qdc, read_qdpx
    from textmine.exchange.refi.writing import write_qdc, write_qdpx
    from textmine.exchange.scored_wave import read_scored_wave
    from textmine.framework import FrameworkMatrix, FrameworkSummaries, make_framework_matrix
    from textmine.jobs.forget import ForgetReport, forget_respondent
    from textmine.jobs.labels import export_labels, import_labels
    from textmine.jobs.models import InstalledModel, list_models, read_card
    from textmine.jobs.report import ReportOptions, ReportWritten, write_report
    from textmine.migration import (
        Change,
        Changes,
        CodebookDifference,
        Migration,
        compare_codebooks,
        compare_sides,
        draft_changes,
        fill_codings,
        migrate_codings,
        return_codings,
    )
    from textmine.offsets import OffsetMap
    from textmine.passages import Passages, QuoteBank
    from textmine.privacy import find_identifiers, redact_texts
    from textmine.provenance import ProvenanceRecord, RunPart
    from textmine.reading import Labels, Reading, Table, read_corpus, read_labels, read_survey, read_table
    from textmine.reading.documents import read_document
    from textmine.reading.transcripts import read_transcript
    from textmine.report.plots import (
        Plot,
        plot_agreement,
        plot_counts,
        plot_groups,
        plot_learning_curve,
        plot_naive,
        plot_pairs,
        plot_quality,
        plot_reliability,
        plot_shares,
        plot_waves,
    )
    from textmine.report.text_plots import plot_crosswalk, plot_evidence
    from textmine.spans import Span
    from textmine.topics.artefact import load_topics, save_topics
    from textmine.topics.crosswalk import Crosswalk, make_crosswalk
    from textmine.topics.model import TopicModel
    from textmine.topics.prevalence import measure_prevalence
    from textmine.topics.proposals import add_proposals, propose_codes
    from textmine.topics.quality import compare_topics, measure_diversity, measure_npmi, measure_outliers
    from textmine.topics.stability import choose_topics, match_topics, measure_stability
    from textmine.topics.waves import FollowedWave, follow_wave
    from textmine.vocabulary import Vocabulary, find_terms, name_forms
    from textmine.waves.compare import WaveComparison, compare_waves
    from textmine.waves.distance import measure_mmd
    from textmine.waves.recertify import recertify
    from textmine.waves.trend import WaveTrend, trace_trend
    from textmine.waves.wave import CodedWave
