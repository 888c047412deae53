"""``textmine train``: from coded texts to a model folder with its card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from textmine.codebook import Codebook
from textmine.coding.accurate import AccurateCoder
from textmine.coding.artefact import load_coder, save_coder
from textmine.coding.calibrated import CalibratedCoder
from textmine.coding.card import RELIABILITY, describe_accurate, describe_taught, write_card
from textmine.coding.coder import Coder
from textmine.coding.evaluation import Evaluation, compare, cross_validate
from textmine.coding.faithfulness import EvidenceProbe
from textmine.coding.figures import draw_calibration
from textmine.coding.members import MemberStore
from textmine.coding.reliability import measure_reliability
from textmine.coding.stance_scores import describe_stance
from textmine.coding.teaching import Lesson, ask_teacher, read_lesson
from textmine.errors import CodebookError, InputError
from textmine.files import atomic_text, make_folder
from textmine.jobs.beside import read_beside
from textmine.jobs.labelled import ColumnNames, LabelledCorpus, read_labelled
from textmine.jobs.learning_curve import write_learning_curve

CARD_FOLDS = 5
#: For the card the evidence of so many codes in each fold is probed at most, or, of an accurate coder, that
#: of the codes of so many texts.
MOST_PROBED = 400
#: Random stretches that are deleted beside each evidence of an accurate coder, which is slow to score.
FEW_STRETCHES = 3
#: Where an accurate training keeps the members that are done, in the folder of the model.
RESUME_FOLDER = "training"
#: With fewer, no fold could be judged by a coder that chose its thresholds by cross-validation.
FEWEST_RESPONDENTS = 10


@dataclass(frozen=True)
class TrainReport:
    """What was trained: the folder, the cross-validated figures and the texts they rest on."""

    folder: Path
    evaluation: Evaluation
    labelled: LabelledCorpus
    notes: list[str]


@dataclass(frozen=True)
class Training:
    """How to train: the ``tier``, fast or accurate; the ``seed``; a ``teacher`` for the fast tier, a model's
    name or folder or a table of probabilities; and, for the accurate tier, ``encoder`` (or several),
    ``epochs``, ``folds`` (members), ``device`` and CPU ``threads``, None for the usual. ``learning_curve``,
    for the fast tier, says whether to trace what more coded texts would bring.
    """

    tier: str = "fast"
    seed: int = 0
    teacher: str | None = None
    encoder: str | Sequence[str] | None = None
    epochs: int | None = None
    folds: int | None = None
    device: str | None = None
    threads: int | None = None
    learning_curve: bool = False


@dataclass(frozen=True)
class _Trained:
    """A fitted coder, its figures, and what else its card shows (arguments of ``write_card``)."""

    coder: CalibratedCoder
    evaluation: Evaluation
    folds: int
    card: dict[str, Any] = field(default_factory=dict)


_USUAL = Training()


def train_model(
    source: Path,
    labels: Sequence[Path],
    out: Path,
    *,
    columns: ColumnNames,
    learn_only: Sequence[Path] = (),
    codebook: Path | None = None,
    by: Sequence[str] = (),
    second_coders: Sequence[Path] = (),
    training: Training = _USUAL,
    progress: Callable[[str], None] = lambda step: None,
    steps: Callable[[int, int], None] | None = None,
) -> TrainReport:
    """Train a coder and write its folder; the same input, settings and machine give the same bytes.

    ``learn_only`` are label files that are learned from and never scored. The card has figures for the
    subgroups of the columns ``by``, and the agreement with people beside that of people with each other
    where ``second_coders`` are files of their codings, one a person. ``progress`` is told what is being
    done, ``steps`` how many of how many steps of the accurate tier are done. An accurate training that was
    cut off goes on from the members that it had done, which it keeps in ``out/training`` till the end.
    Raises ``InputError`` or ``CodebookError`` where the input is not what was wanted.
    """
    book = None if codebook is None else Codebook.load(codebook)
    _check_settings(training)
    progress("reading")
    labelled = read_labelled(
        source, labels, columns=columns, learn_only=learn_only, codes=None if book is None else book.ids
    )
    _check_labels(labelled, codebook)
    beside = read_beside(
        labelled.corpus.select(np.flatnonzero(~labelled.learn_only)),
        [str(code) for code in labelled.y.columns],
        columns=columns,
        id=labelled.id,
        by=by,
        second_coders=second_coders,
    )
    make_folder(out)
    train = _train_accurate if training.tier == "accurate" else _train_fast
    trained = train(labelled, book, training, out, progress, steps or (lambda done, total: None))
    coder = trained.coder
    progress("writing")
    save_coder(coder, out)
    MemberStore(out / RESUME_FOLDER, "").forget()
    comparison = trained.evaluation.comparison
    plot = draw_calibration(trained.evaluation, measure_reliability(comparison))
    if plot:
        with atomic_text(out / RELIABILITY) as handle:
            handle.write(plot)
    card = write_card(
        coder,
        out.name,
        trained.evaluation,
        folds=trained.folds,
        learn_only=int(labelled.learn_only.sum()),
        stance=describe_stance(coder, labelled.learn_only, seed=training.seed),
        reliability=RELIABILITY if plot else None,
        agreement=beside.compare_with_people(comparison),
        subgroups=beside.measure_subgroups(comparison),
        **trained.card,
    )
    with atomic_text(out / "card.md") as handle:
        handle.write(card)
    return TrainReport(out, trained.evaluation, labelled, _notes(coder, labelled, training))


def _train_fast(
    labelled: LabelledCorpus,
    book: Codebook | None,
    training: Training,
    out: Path,
    progress: Callable[[str], None],
    steps: Callable[[int, int], None],
) -> _Trained:
    """A fast coder, taught if there is a teacher, and the figures of one that nobody taught.

    The teacher learned from the codes that a fold of the cross-validation holds out, so that figures of the
    taught coder itself would flatter.
    """
    lesson = None
    shown: dict[str, Any] = {}
    if training.teacher is not None:
        progress("asking the teacher")
        lesson = _take_lesson(training.teacher, labelled)
        shown["about"] = describe_taught(Path(training.teacher).name)
    coder = Coder(seed=training.seed)
    judged: dict[str, Any] = {
        "folds": CARD_FOLDS,
        "seed": training.seed,
        "learn_only": labelled.learn_only,
        "quotes": labelled.quotes,
        "codebook": book,
    }
    progress("cross-validating")
    probe = EvidenceProbe(
        labelled.corpus, labelled.y, quotes=labelled.quotes, most=MOST_PROBED, seed=training.seed
    )
    evaluation = cross_validate(coder, labelled.corpus, labelled.y, watch=probe, **judged)
    shown["evidence"] = probe.finish()
    progress("splitting rows at random, to show what that flatters")
    shown["random_rows"] = cross_validate(coder, labelled.corpus, labelled.y, by="rows", **judged)
    if training.learning_curve:
        shown["learning"] = write_learning_curve(
            Coder(seed=training.seed), labelled, out, seed=training.seed, progress=progress, codebook=book
        )
    progress("training on all")
    coder.fit(
        labelled.corpus,
        labelled.y,
        codebook=book,
        quotes=labelled.quotes,
        lesson=lesson,
        stances=labelled.stances,
    )
    return _Trained(coder, evaluation, CARD_FOLDS, shown)


def _train_accurate(
    labelled: LabelledCorpus,
    book: Codebook | None,
    training: Training,
    out: Path,
    progress: Callable[[str], None],
    steps: Callable[[int, int], None],
) -> _Trained:
    """An accurate coder, and how good each member of it is on the respondents that are new to it."""
    named = ("encoder", "epochs", "folds", "device", "threads")
    settings = {name: value for name in named if (value := getattr(training, name)) is not None}
    coder = AccurateCoder(seed=training.seed, **settings)
    progress("training")
    coder.fit(
        labelled.corpus,
        labelled.y,
        codebook=book,
        quotes=labelled.quotes,
        stances=labelled.stances,
        resume_in=out / RESUME_FOLDER,
        progress=steps,
    )
    probabilities, applies = coder.judge_held_out(labelled.corpus.groups, labelled.y)
    scored = np.flatnonzero(~labelled.learn_only)
    corpus = labelled.corpus.select(scored)
    truth = labelled.y.to_numpy(dtype=float)[scored]
    evaluation = compare(
        truth,
        probabilities[scored],
        applies[scored],
        coder.codes_,
        corpus.ids,
        corpus.groups,
        seed=training.seed,
    )
    about, holds = describe_accurate(coder)
    progress("probing the evidence")  # on texts learned from: the networks of the folds are gone
    probe = EvidenceProbe(
        labelled.corpus, labelled.y, quotes=labelled.quotes, stretches=FEW_STRETCHES, seed=training.seed
    )
    probe(coder, np.sort(np.random.default_rng(training.seed).permutation(scored)[:MOST_PROBED]))
    shown = {"about": about, "holds": holds, "evidence": probe.finish(), "evidence_held_out": False}
    return _Trained(coder, evaluation, coder.folds, shown)


def _take_lesson(teacher: str, labelled: LabelledCorpus) -> Lesson:
    codes = [str(c) for c in labelled.y.columns]
    path = Path(teacher)
    if path.is_file():
        return read_lesson(path, labelled.corpus, labelled.uncoded, codes)
    return ask_teacher(load_coder(teacher), labelled.corpus, labelled.uncoded, codes)


def _check_settings(training: Training) -> None:
    if training.tier not in ("fast", "accurate"):
        raise InputError(f"No tier {training.tier}. Choose fast or accurate.")
    if training.tier == "accurate" and training.learning_curve:
        raise InputError("--learning-curve is for --tier fast: it trains many coders.")
    if training.tier == "accurate" and training.teacher is not None:
        raise InputError("A teacher teaches the fast tier. Leave out --teacher, or train with --tier fast.")
    if training.tier == "fast":
        for name in ("encoder", "epochs", "folds", "device", "threads"):
            if getattr(training, name) is not None:
                raise InputError(f"--{name} is for --tier accurate. The fast tier has no such setting.")


def _check_labels(labelled: LabelledCorpus, codebook: Path | None) -> None:
    never = [str(c) for c in labelled.y.columns if labelled.y[c].notna().sum() == 0]
    if never:
        where = codebook.name if codebook is not None else "the labels"
        raise CodebookError(
            f"Code(s) of {where} that no label file codes: {', '.join(never)}. "
            "Add them to the labels or take them out of the codebook."
        )
    if not (labelled.y == 1).any().any():
        raise InputError("No text has any code. Train on texts of which some carry a code.")
    respondents = len(set(labelled.corpus.groups))
    if respondents < FEWEST_RESPONDENTS:
        raise InputError(
            f"{respondents} respondents with labels are too few to learn from: it takes "
            f"{FEWEST_RESPONDENTS} at least. Label texts of more respondents."
        )


def _notes(coder: CalibratedCoder, labelled: LabelledCorpus, training: Training) -> list[str]:
    notes = []
    rare = [c for c, n in zip(coder.codes_, coder.n_positives_, strict=True) if n < 10]
    if rare:
        notes.append(f"Fewer than 10 texts carry {', '.join(rare)}: expect little of these codes.")
    if "group" not in labelled.corpus.frame.columns:
        notes.append(
            "No respondent column was named (--group): each text counts as a respondent of its own, so the "
            "figures flatter if people answered more than once."
        )
    if training.teacher is not None:
        notes.append(
            "The figures are those of a coder that nobody taught: the teacher knows the codes that "
            "cross-validation holds out."
        )
    elif labelled.unlabelled:
        notes.append(f"{labelled.unlabelled} texts of the input have no labels and were not learned from.")
    if labelled.unmatched:
        notes.append(f"{labelled.unmatched} labelled units are not in the input.")
    if labelled.rejected:
        notes.append(f"{len(labelled.rejected)} rows of the input could not be used.")
    return notes
