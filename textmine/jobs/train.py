"""``textmine train``: from coded texts to a model folder with its card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from textmine.codebook import Codebook
from textmine.coding.artefact import save_coder
from textmine.coding.card import write_card
from textmine.coding.coder import Coder
from textmine.coding.evaluation import Evaluation, cross_validate
from textmine.errors import CodebookError, InputError
from textmine.files import atomic_text, make_folder
from textmine.jobs.labelled import ColumnNames, LabelledCorpus, read_labelled

CARD_FOLDS = 5
#: With fewer, no fold could be judged by a coder that chose its thresholds by cross-validation.
FEWEST_RESPONDENTS = 10


@dataclass(frozen=True)
class TrainReport:
    """What was trained: the folder, the cross-validated figures and the texts they rest on."""

    folder: Path
    evaluation: Evaluation
    labelled: LabelledCorpus
    notes: list[str]


def train_model(
    source: Path,
    labels: Sequence[Path],
    out: Path,
    *,
    columns: ColumnNames,
    learn_only: Sequence[Path] = (),
    codebook: Path | None = None,
    seed: int = 0,
    progress: Callable[[str], None] = lambda step: None,
) -> TrainReport:
    """Train a fast coder and write its folder; the same input and seed give the same bytes.

    ``learn_only`` are label files that are learned from and never scored. Raises ``InputError`` or
    ``CodebookError`` where the input is not what was wanted.
    """
    book = None if codebook is None else Codebook.load(codebook)
    progress("reading")
    labelled = read_labelled(
        source, labels, columns=columns, learn_only=learn_only, codes=None if book is None else book.ids
    )
    _check_labels(labelled, codebook)
    make_folder(out)
    coder = Coder(seed=seed)
    progress("cross-validating")
    evaluation = cross_validate(
        coder,
        labelled.corpus,
        labelled.y,
        folds=CARD_FOLDS,
        seed=seed,
        learn_only=labelled.learn_only,
        quotes=labelled.quotes,
        codebook=book,
    )
    progress("training on all")
    coder.fit(labelled.corpus, labelled.y, codebook=book, quotes=labelled.quotes)
    progress("writing")
    save_coder(coder, out)
    card = write_card(
        coder, out.name, evaluation, folds=CARD_FOLDS, learn_only=int(labelled.learn_only.sum())
    )
    with atomic_text(out / "card.md") as handle:
        handle.write(card)
    return TrainReport(out, evaluation, labelled, _notes(coder, labelled))


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


def _notes(coder: Coder, labelled: LabelledCorpus) -> list[str]:
    notes = []
    rare = [c for c, n in zip(coder.codes_, coder.n_positives_, strict=True) if n < 10]
    if rare:
        notes.append(f"Fewer than 10 texts carry {', '.join(rare)}: expect little of these codes.")
    if "group" not in labelled.corpus.frame.columns:
        notes.append(
            "No respondent column was named (--group): each text counts as a respondent of its own, so the "
            "figures flatter if people answered more than once."
        )
    if labelled.unlabelled:
        notes.append(f"{labelled.unlabelled} texts of the input have no labels and were not learned from.")
    if labelled.unmatched:
        notes.append(f"{labelled.unmatched} labelled units are not in the input.")
    if labelled.rejected:
        notes.append(f"{len(labelled.rejected)} rows of the input could not be used.")
    return notes
