"""One round of training on what people have decided: model, scores, suggestions and the learning curve."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine.annotating.refill import Scores
from textmine.annotating.stopping import Advice, advise_reading, compare_rounds
from textmine.annotations.assignment import SAMPLE, shuffle_units
from textmine.annotations.events import utc_now
from textmine.annotations.project import SUGGESTION_COLUMNS
from textmine.coded import BANDS
from textmine.errors import InputError
from textmine.files import atomic_path, atomic_text, refuse_damaged, write_rows

if TYPE_CHECKING:
    from textmine.annotations import AnnotationStore, Project
    from textmine.coding.coder import Coder

log = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]

#: Units read before the first training, and units on which successive models are compared.
FEWEST_READ, STOP_SET = 30, 1000
#: With fewer positives a code is ranked by the codebook as well, where that defines it.
COLD_BELOW = 5
#: Where a study's certificate stands in its folder.
CERTIFICATE = Path("out", "certificate.json")
FOLDS = 5

#: A line a round: when, up to which event, units read, positives, held-out figures and on what, kappa.
CURVE_COLUMNS = [
    "round",
    "at",
    "seq",
    "read",
    "read_by_chance",
    "positives",
    "codes_with_15",
    "micro_f1",
    "macro_f1",
    "average_precision",
    "judged_on",
    "kappa",
]
CODE_COLUMNS = ["round", "code", "positives", "f1", "kappa"]


def folder_of(project: Project) -> Path:
    """Where the rounds of a project are kept: its model, scores and curve."""
    return project.folder / "models" / "queue"


def learn_round(project: Project, store: AnnotationStore) -> dict[str, Any]:
    """Train on the settled labels, and write the model, its scores of all units and a line of the curve.

    Figures are held out by respondent: each unit is coded by a model that saw neither its writer nor its
    words. Where at least 30 units of the random sample are read they alone are judged by; else all that were
    read are, and picked units are not like the rest, which ``judged_on`` says. Raises ``InputError`` where
    too little is read, or the project is reflexive.
    """
    from textmine.coding.artefact import save_coder
    from textmine.coding.coder import Coder

    if store.approach == "reflexive":
        raise InputError("A reflexive project trains no model on its readings.")
    seq = max((event.seq for event in store.events()), default=0)
    labels = store.labels().set_index("unit_id")
    codes = list(store.codebook.ids)
    y = labels[codes].astype(float)
    y = y[y.notna().any(axis=1)]
    if len(y) < FEWEST_READ or not (y == 1).to_numpy().any():
        raise InputError(f"{len(y)} unit(s) read; a first model wants {FEWEST_READ}, and a code among them.")
    place = {unit: row for row, unit in enumerate(project.corpus.ids)}
    corpus = project.corpus.select(np.array([place[unit] for unit in y.index]))
    folds = min(FOLDS, len(set(corpus.groups)))
    quotes = _find_quotes(store, y)
    coder = Coder(folds=folds).fit(corpus, y, codebook=store.codebook, codes=codes, quotes=quotes)
    every = project.corpus.select(np.array([place[unit] for unit in project.units]))
    scores = _score_all(coder, every)
    ranking = _rank_cold(project, store, coder, y, every)
    figures = _judge(corpus, y, store, folds, quotes)
    before = read_curve(project)
    kappas = _compare(project, coder, every)
    _write_scores(project, scores, ranking)
    if project.settings.show_suggestions_after:
        _write_suggestions(project, scores, coder)
    save_coder(coder, folder_of(project) / "coder")
    positives = (y == 1).sum()
    row = {
        "round": len(before) + 1,
        "at": utc_now(),
        "seq": seq,
        "read": len(y),
        "read_by_chance": int(_by_chance(store, y).sum()),
        "positives": int(positives.sum()),
        "codes_with_15": int((positives >= 15).sum()),
        **{name: figures[name] for name in ("micro_f1", "macro_f1", "average_precision", "judged_on")},
        "kappa": kappas.pop("", None),
    }
    lines = [
        [row["round"], code, int(positives[code]), figures["f1"].get(code), kappas.get(code)]
        for code in codes
    ]
    _add_lines(folder_of(project) / "learning-codes.csv", CODE_COLUMNS, lines)
    _add_lines(folder_of(project) / "learning-curve.csv", CURVE_COLUMNS, [[row[n] for n in CURVE_COLUMNS]])
    return row


def read_curve(project: Project) -> pd.DataFrame:
    """The learning curve so far, a row a round; empty before the first."""
    return _read_lines(folder_of(project) / "learning-curve.csv", CURVE_COLUMNS)


def read_code_curve(project: Project) -> pd.DataFrame:
    """Positives, F1 and kappa of every code in every round."""
    return _read_lines(folder_of(project) / "learning-codes.csv", CODE_COLUMNS)


def read_scores(project: Project) -> Scores | None:
    """The last round's scores of all units; None before the first round, or where their file is damaged."""
    scores = _read_units(folder_of(project) / "scores.parquet")
    return None if scores is None else Scores(scores, _read_units(folder_of(project) / "ranking.parquet"))


def advise_project(
    project: Project, store: AnnotationStore, *, target: float = 0.05, certified: Sequence[str] | None = None
) -> list[Advice]:
    """What to read for each code, by the rounds so far, the random sample and the readers' pace.

    ``certified`` are codes with a certificate; if not said, those of the study's own (``find_certified``).
    """
    labels = store.labels().set_index("unit_id")
    codes = list(store.codebook.ids)
    by_chance = labels[_by_chance(store, labels)][codes].astype("Float64")
    rounds = read_code_curve(project)
    kappas = rounds.pivot(index="round", columns="code", values="kappa") if len(rounds) else pd.DataFrame()
    scores = read_scores(project)
    waiting = store.unassigned(project.units)
    unread = None
    if scores is not None:
        unread = scores.probabilities.reindex(waiting)
    progress = store.progress()
    timed = progress["per_hour"].dropna() if len(progress) else pd.Series(dtype=float)
    return advise_reading(
        {code: int((labels[code] == 1).sum()) for code in codes},
        kappas,
        sample=by_chance,
        scores=unread,
        certified=find_certified(project) if certified is None else certified,
        target=target,
        seconds_per_unit=3600 / float(timed.median()) if len(timed) else None,
        left=len(set(project.units) - set(labels.index)),
        names={code.id: code.name for code in store.codebook.codes},
    )


def find_certified(project: Project) -> list[str]:
    """The codes that the study's certificate accepts; none without one, or for another codebook.

    It is looked for where the study's README has it written, ``out/certificate.json``.
    """
    from textmine.coding.certificate import load_certificate

    path = project.folder / CERTIFICATE
    if not path.is_file():
        return []
    try:
        certificate = load_certificate(path)
    except InputError as error:
        log.warning("%s", error)
        return []
    if certificate.codebook.sha256 != project.codebook.sha256:
        return []
    return list(certificate.accept_from)


def tell_learning(project: Project, store: AnnotationStore) -> dict[str, Any]:
    """The learning curve and the advice as plain values, for a page or for ``--json``; no words of texts."""
    curve = read_curve(project)
    rows = curve.astype(object).where(curve.notna(), None).to_dict("records")
    advice = [] if store.approach == "reflexive" else advise_project(project, store)
    return {"curve": rows, "advice": [{**vars(one)} for one in advice]}


def _score_all(coder: Coder, corpus: Any) -> pd.DataFrame:
    """Probabilities of all units, held-out for those that were learned from."""
    from textmine.cleaning import repair_texts

    values = coder.predict_proba(corpus)
    known, held_out = coder.out_of_fold(repair_texts(corpus.texts), corpus.questions)
    values[known] = held_out
    return pd.DataFrame(values, index=corpus.ids, columns=coder.codes_)


def _rank_cold(
    project: Project, store: AnnotationStore, coder: Coder, y: pd.DataFrame, corpus: Any
) -> pd.DataFrame | None:
    """A ranking in which codes with hardly a positive go by their definitions too; None where none does."""
    counts = (y == 1).sum()
    defined = [code.id for code in store.codebook.codes if code.definition and counts[code.id] < COLD_BELOW]
    if not defined:
        return None
    from textmine.coding.cold_start import ColdStartCoder

    raw = _standardise(coder.decision_function(corpus))
    frame = pd.DataFrame(raw, index=corpus.ids, columns=coder.codes_)
    cold = ColdStartCoder().fit(corpus, codebook=store.codebook, codes=defined)
    alike = _standardise(cold.decision_function(corpus))
    for k, code in enumerate(defined):
        share = float(counts[code]) / (float(counts[code]) + COLD_BELOW)
        frame[code] = share * frame[code] + (1 - share) * alike[:, k]
    return frame


def _standardise(scores: Floats) -> Floats:
    return np.asarray((scores - scores.mean(axis=0)) / (scores.std(axis=0) + 1e-9))


def _by_chance(store: AnnotationStore, labels: pd.DataFrame) -> pd.Series:
    """Which labelled units stand in the plain random sample."""
    drawn = {
        task.unit_id for task in store.list_tasks() if task.sample == SAMPLE and task.probability is not None
    }
    return pd.Series([unit in drawn for unit in labels.index], index=labels.index, dtype=bool)


def _find_quotes(store: AnnotationStore, y: pd.DataFrame) -> pd.DataFrame:
    """The words that readers showed for the codes in ``y``, as ``Coder.fit`` takes them: row, code, quote."""
    spans = store.coded(adjudicated=True).spans
    spans = spans[(spans["quote"] != "") & spans["unit_id"].isin(y.index)]
    rows = y.index.get_indexer(pd.Index(spans["unit_id"]))
    given = y.to_numpy()[rows, y.columns.get_indexer(pd.Index(spans["code"]))] == 1
    found = pd.DataFrame({"row": rows, "code": spans["code"].to_numpy(), "quote": spans["quote"].to_numpy()})
    kept: pd.DataFrame = found.loc[given].drop_duplicates(ignore_index=True)
    return kept


def _judge(
    corpus: Any, y: pd.DataFrame, store: AnnotationStore, folds: int, quotes: pd.DataFrame
) -> dict[str, Any]:
    """Held-out figures by respondent, on the random sample where enough of it is read."""
    from textmine.coding.calibrated import folds_by_respondent
    from textmine.coding.coder import Coder
    from textmine.coding.evaluation import average_precision, code_held_out, split_by_respondent

    empty: dict[str, Any] = dict.fromkeys(("micro_f1", "macro_f1", "average_precision"))
    if folds < 3:
        return {**empty, "judged_on": "nothing: too few respondents", "f1": {}}
    fold = folds_by_respondent(corpus.groups, folds, 0)
    probabilities, applies = code_held_out(
        Coder(folds=3),
        corpus,
        y,
        split_by_respondent(corpus, fold),
        quotes=quotes,
        codebook=store.codebook,
    )
    rows = _by_chance(store, y).to_numpy()
    words = f"{int(rows.sum())} units of the random sample"
    if rows.sum() < FEWEST_READ:
        rows, words = np.ones(len(y), bool), f"all {len(y)} units read, picked ones among them"
    truth, p, given = y.to_numpy(dtype=float)[rows], probabilities[rows], applies[rows] == 1
    known = ~np.isnan(truth)
    given &= known
    hits, both = (given & (truth == 1)).sum(axis=0), given.sum(axis=0) + (truth == 1).sum(axis=0)
    met = (truth == 1).any(axis=0)
    f1 = np.where(both > 0, 2 * hits / np.maximum(both, 1), np.nan)
    precisions = [average_precision(p[known[:, k], k], truth[known[:, k], k]) for k in np.flatnonzero(met)]
    return {
        "micro_f1": round(float(2 * hits.sum() / max(both.sum(), 1)), 4),
        "macro_f1": round(float(f1[met].mean()), 4) if met.any() else None,
        "average_precision": round(float(np.mean(precisions)), 4) if precisions else None,
        "judged_on": words,
        "f1": {code: round(float(v), 4) for code, v, m in zip(y.columns, f1, met, strict=True) if m},
    }


def _compare(project: Project, coder: Coder, corpus: Any) -> dict[str, float]:
    """Kappa of this round's decisions on the stop set with the last round's: overall ('') and by code."""
    chosen = set(shuffle_units(project.units, 0, "stop set")[:STOP_SET])
    ids = corpus.ids
    rows = np.flatnonzero([unit in chosen for unit in ids])
    now = pd.DataFrame(coder.predict(corpus.select(rows)), columns=coder.codes_)
    now.insert(0, "unit_id", [ids[row] for row in rows])
    path = folder_of(project) / "stop-set.parquet"
    before = _read_units(path)
    with atomic_path(path) as temporary:
        now.to_parquet(temporary, index=False)
    if before is None or list(before.columns) != coder.codes_:
        return {}
    both = before.reset_index().merge(now, on="unit_id", suffixes=("", "__now"))
    codes = coder.codes_
    then, new = both[codes].to_numpy(), both[[f"{code}__now" for code in codes]].to_numpy()
    if not len(both):
        return {}
    found = {code: round(compare_rounds(then[:, k], new[:, k]), 4) for k, code in enumerate(codes)}
    return {"": round(compare_rounds(then, new), 4), **found}


def _write_scores(project: Project, scores: pd.DataFrame, ranking: pd.DataFrame | None) -> None:
    folder = folder_of(project)
    cold = folder / "ranking.parquet"
    if ranking is None:
        cold.unlink(missing_ok=True)
    for path, frame in ((folder / "scores.parquet", scores), (cold, ranking)):
        if frame is not None:
            with atomic_path(path) as temporary:
                frame.rename_axis("unit_id").reset_index().to_parquet(temporary, index=False)


def _write_suggestions(project: Project, scores: pd.DataFrame, coder: Coder) -> None:
    """What the page shows after one's own decision: codes at or above half their threshold."""
    rows = []
    for code, threshold in zip(coder.codes_, coder.thresholds_.tolist(), strict=True):
        column = scores[code]
        for unit, score in column[column >= threshold / 2].items():
            band = "accept" if score >= threshold else "review"
            assert band in BANDS
            rows.append([unit, code, repr(round(float(score), 4)), band])
    place = {unit: n for n, unit in enumerate(scores.index)}
    rows.sort(key=lambda row: (place[row[0]], -float(row[2])))
    with atomic_text(project.annotations / "suggestions.csv") as handle:
        write_rows([SUGGESTION_COLUMNS, *rows], handle)


def _read_units(path: Path) -> pd.DataFrame | None:
    """A table of the last round by its units; None where there is none.

    A damaged one is told of and not used: the next round writes it anew, and reading goes on till then.
    """
    if not path.is_file():
        return None
    try:
        with refuse_damaged(path, "It is not used; the next round of training writes it anew."):
            return pd.read_parquet(path).set_index("unit_id")
    except InputError as error:
        log.warning("%s", error)
        return None


def _read_lines(path: Path, columns: list[str]) -> pd.DataFrame:
    if not path.is_file():
        return pd.DataFrame(columns=columns)
    with refuse_damaged(path, "Put back a copy, or remove it: the curve then begins anew."):
        return pd.read_csv(path, keep_default_na=False, na_values=[""], dtype={"code": str, "at": str})


def _add_lines(path: Path, columns: list[str], lines: list[list[Any]]) -> None:
    """The file with some more lines, whole or not at all."""
    before = path.read_text(encoding="utf-8") if path.is_file() else None
    with atomic_text(path) as handle:
        if before is None:
            write_rows([columns], handle)
        else:
            handle.write(before)
        write_rows([["" if cell is None else cell for cell in line] for line in lines], handle)
