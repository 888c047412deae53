"""``textmine topics``: from a survey file to topics, their quality, the crosswalk and figures."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from textmine import __version__
from textmine.codebook import Codebook
from textmine.coded import CodedDataset
from textmine.coding.cold_start import ColdStartCoder
from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.estimates.prepared import check_groups, name_group
from textmine.files import atomic_text, make_folder, write_json, write_rows
from textmine.jobs.labelled import ColumnNames
from textmine.jobs.topics_input import TopicsInput, open_input
from textmine.privacy import redact_texts
from textmine.reading import RejectedRow, read_labels
from textmine.svg import write_figure
from textmine.topics.artefact import save_topics
from textmine.topics.crosswalk import Crosswalk, make_crosswalk
from textmine.topics.describe import LONGEST_QUOTE
from textmine.topics.figures import (
    MOST_GROUPS,
    draw_choice,
    draw_crosswalk,
    draw_map,
    draw_prevalence,
    draw_waves,
    draw_words,
)
from textmine.topics.model import TopicModel, says_something
from textmine.topics.prevalence import NONE, TopicCounts
from textmine.topics.proposals import Proposal, propose_codes
from textmine.topics.quality import MANY_OUTLIERS, measure_diversity, measure_npmi, share_outliers
from textmine.topics.stability import (
    REPORTABLE,
    Stability,
    choose_topics,
    measure_stability,
)

log = logging.getLogger(__name__)

_SHOWN_OUTLIERS = 20
Progress = Callable[[str], None]


@dataclass(frozen=True)
class TopicsReport:
    """What was found and where it was written."""

    model: TopicModel
    stability: Stability
    outliers: dict[str, float]
    crosswalk: Crosswalk | None
    proposals: list[Proposal]
    rejected: list[RejectedRow]
    paths: list[Path]
    notes: list[str]


@dataclass(frozen=True)
class TopicOptions:
    """How topics are looked for; as the arguments of ``TopicModel``, and what is written beside.

    ``sizes`` are numbers of topics to choose among by stability; ``labels`` are people's codings, for the
    crosswalk; ``by`` is a column to compare topics by, ``wave`` the one that names the
    wave; ``seeded`` begins topics at the codebook's codes. Topics are fitted to ``sample`` texts drawn by
    chance, all if None; of a file too large to be held, to ``SAMPLE``.
    """

    n_topics: int | None = None
    sizes: Sequence[int] = ()
    min_size: int = 10
    stop_words: Sequence[str] = ()
    each_question: bool = False
    encoder: str | None = None
    labels: Sequence[Path] = ()
    by: str | None = None
    wave: str | None = None
    sample: int | None = None
    seeded: bool = False
    seed: int = 0
    runs: int = 5
    engine: str | None = "spacy"
    extra: dict[str, Any] = field(default_factory=dict)


def find_topics(
    source: Path,
    out: Path,
    *,
    columns: ColumnNames,
    codebook: Path | None = None,
    options: TopicOptions | None = None,
    progress: Progress = lambda step: None,
) -> TopicsReport:
    """Find the topics of a survey file and write them into a folder.

    Written: ``assignments.csv`` (id, topic, weight: a row a text, its main topic), ``several.csv`` (the same,
    a row for each topic of a text), ``topics.json``, ``prevalence.csv``, ``model/`` and figures; with labels
    ``crosswalk.csv`` and draft codes with the ids of their comments. Raises ``InputError`` where the input is
    not what was wanted.
    """
    asked = options or TopicOptions()
    book = None if codebook is None else Codebook.load(codebook)
    if book is None and (asked.labels or asked.seeded):
        raise InputError("Labels and seeds are of a codebook, and none was named. Add --codebook FILE.")
    labelled = None
    if book is not None and asked.labels:
        labelled = read_labels(list(asked.labels), id=columns.id or "id", codes=book.ids).frame
    known = [] if labelled is None else labelled.index.tolist()
    given = open_input(source, columns, sample=asked.sample, keep=known, seed=asked.seed)
    corpus = given.corpus
    for column in (asked.by, asked.wave):
        met = _pick_by(corpus, column)
        if column is not None:
            check_groups(column, len(set(met)), len(met))
    coded = None if book is None or labelled is None else _choose_codings(labelled, book, corpus)
    make_folder(out)
    notes: list[str] = []
    paths: list[Path] = []
    model = TopicModel(
        asked.n_topics,
        min_size=asked.min_size,
        stop_words=tuple(asked.stop_words),
        question="each" if asked.each_question else "one",
        encoder=asked.encoder,
        seed=asked.seed,
    )
    if asked.sizes:
        progress("choosing the number of topics")
        choice = choose_topics(corpus, asked.sizes, model=model, runs=asked.runs)
        model.set_params(n_topics=int(choice.loc[choice["best"], "n_topics"].iloc[0]))
        paths += [_write(choice, out / "choice.csv"), *write_figure(draw_choice(choice), out / "choice")]
    progress("finding topics")
    model.fit(corpus, codebook=book if asked.seeded else None)
    progress("fitting again to resamples")
    seeds = book if asked.seeded else None
    stability = measure_stability(model, corpus, runs=asked.runs, codebook=seeds)
    progress("assigning the texts")
    counts, over_waves, silent = _assign_all(model, given, asked, out)
    paths += [out / "assignments.csv", out / "several.csv"]
    said = given.texts - silent
    outliers = share_outliers(said - sum(counts.sizes), said)
    progress("redacting what is shown")
    sizes = counts.sizes if given.is_sample else None
    about = (sizes, given.texts, silent)
    paths.append(_write_topics(model, corpus, stability, outliers, asked, out / "topics.json", about))
    names = model.table_["name"].tolist()
    shares = counts.measure_prevalence()
    paths.append(_write(shares.round(6), out / "prevalence.csv"))
    figures = {"map": draw_map(model, corpus), "words": draw_words(model, stability.per_topic)}
    groups = shares["by"].nunique()
    if groups > MOST_GROUPS:
        notes.append(f"No figure of groups: it shows {MOST_GROUPS}, {asked.by or 'question'} has {groups}.")
    elif groups > 1:
        figures["groups"] = draw_prevalence(shares, names, f"Topics by {asked.by or 'question'}")
    if asked.wave is not None:
        over = over_waves.measure_prevalence()
        paths.append(_write(over.round(6), out / "waves.csv"))
        figures["waves"] = draw_waves(over, names, title=f"Topics by {asked.wave}")
    crosswalk, proposals = None, []
    if book is not None and coded is None:
        coded = _suggest_codes(book, corpus)
        notes.append(
            "No labels were given: the crosswalk holds the code that each text looks most like, unchecked."
        )
    elif coded is not None:
        progress("drafting codes")
        proposals = propose_codes(model, corpus, coded, engine=asked.engine)
        drafts = Codebook(id="proposed", version="draft", codes=tuple(p.code for p in proposals), bare=True)
        if proposals:
            drafts.save(out / "proposed_codes.yaml")
            rows = [(p.code.id, rank, unit) for p in proposals for rank, unit in enumerate(p.ids, start=1)]
            drawn = pd.DataFrame(rows, columns=["code", "rank", "id"])
            paths += [out / "proposed_codes.yaml", _write(drawn, out / "proposed_comments.csv")]
    if coded is not None:
        crosswalk = make_crosswalk(model.topics_, coded, ids=corpus.ids, n_topics=len(model))
        paths.append(_write(crosswalk.table.round(6), out / "crosswalk.csv"))
        figures["crosswalk"] = draw_crosswalk(crosswalk, names)
    for name, svg in figures.items():
        paths += write_figure(svg, out / name)
    save_topics(model, out / "model")
    paths.append(out / "model")
    if given.is_sample:
        notes.append(
            f"Topics were fitted to {len(corpus)} of {given.texts} texts, drawn by chance; all were assigned."
        )
    weak = stability.fit_to_report.count(False)
    if weak:
        notes.append(
            f"{weak} of {len(model)} topics came back less well than {REPORTABLE}: do not report them."
        )
    if silent:
        notes.append(f"{silent} of {given.texts} texts say nothing and count in no share.")
    if outliers["share"] > MANY_OUTLIERS:
        notes.append(f"{outliers['share']:.0%} of the texts have no topic; read a sample of them.")
    return TopicsReport(model, stability, outliers, crosswalk, proposals, given.rejected, paths, notes)


def _pick_by(corpus: Corpus, by: str | None) -> list[str]:
    if by is None:
        return [q or "all" for q in corpus.questions]
    known = [c for c in corpus.frame.columns if c not in ("doc_id", "text")]
    if by not in known:
        raise InputError(f"No column {by!r} to compare by. Columns: {', '.join(known) or 'none'}.")
    return [name_group(value) for value in corpus.frame[by].tolist()]


def _assign_all(
    model: TopicModel, given: TopicsInput, asked: TopicOptions, out: Path
) -> tuple[TopicCounts, TopicCounts, int]:
    """Write each text's topics, a part at a time; gives how often each stands by group and by wave.

    Texts that say nothing stand in no count; the last number is how many they are.
    """
    counts, over_waves = TopicCounts(len(model)), TopicCounts(len(model))
    silent = 0
    with atomic_text(out / "assignments.csv") as single, atomic_text(out / "several.csv") as every:
        for number, part in enumerate(given.parts()):
            several = model.assign(part, several=True)
            first = several.drop_duplicates("id")  # the main topic of a text stands first
            for table, handle in ((first, single), (several, every)):
                write_rows([] if number else [table.columns], handle)
                write_rows(table.itertuples(index=False), handle)
            topics = first["topic"].to_numpy()
            said = _find_said(topics, part)
            silent += int((~said).sum())
            counts.add(topics[said], np.array(_pick_by(part, asked.by), dtype=object)[said].tolist())
            if asked.wave is not None:
                waves = np.array(_pick_by(part, asked.wave), dtype=object)
                over_waves.add(topics[said], waves[said].tolist())
    return counts, over_waves, silent


def _find_said(topics: npt.NDArray[np.int64], corpus: Corpus) -> npt.NDArray[np.bool_]:
    """Which texts say something; those with a topic do."""
    said: npt.NDArray[np.bool_] = np.asarray(topics != NONE)
    without, texts = np.flatnonzero(~said), corpus.texts
    said[without] = says_something([texts[row] for row in without.tolist()])
    return said


def _choose_codings(labelled: pd.DataFrame, book: Codebook, corpus: Corpus) -> CodedDataset:
    known = [unit for unit in corpus.ids if unit in labelled.index]
    if not known:
        raise InputError(
            f"None of the {len(labelled)} labelled units stands in the input. Check that both have the same "
            "ids."
        )
    return CodedDataset.from_labels(labelled.loc[known], book, coder="labels")


def _suggest_codes(book: Codebook, corpus: Corpus) -> CodedDataset:
    """The code that each text looks most like, by the codebook's own words: a guide, not a coding."""
    coder = ColdStartCoder().fit(corpus, codebook=book)
    given = np.zeros((len(corpus), len(book.ids)))
    for row, ranked in enumerate(coder.rank(corpus)):
        if ranked:
            given[row, book.ids.index(ranked[0])] = 1.0
        else:
            given[row] = np.nan
    return CodedDataset(pd.DataFrame(given, index=corpus.ids, columns=book.ids), book, "cold-start")


def _write(frame: pd.DataFrame, path: Path) -> Path:
    with atomic_text(path) as handle:
        write_rows([frame.columns], handle)
        write_rows(frame.itertuples(index=False), handle)
    return path


def _write_topics(
    model: TopicModel,
    corpus: Corpus,
    stability: Stability,
    outliers: dict[str, float],
    options: TopicOptions,
    path: Path,
    about: tuple[Sequence[int] | None, int, int],
) -> Path:
    """``topics.json``: each topic with its words, size, stability and representatives, quotes redacted.

    ``about`` says how many texts have each topic, where it was fitted to a sample of them, how many texts
    were assigned, and how many of these say nothing.
    """
    sizes, assigned, silent = about
    place = {unit: row for row, unit in enumerate(corpus.ids)}
    texts = corpus.texts
    rows = model.table_.to_dict("records")
    shown = [
        [unit for unit in row["representatives"] if len(texts[place[unit]]) <= LONGEST_QUOTE] for row in rows
    ]
    quoted = [texts[place[unit]] for units in shown for unit in units]
    safe = iter(redact_texts(quoted, engine=options.engine).texts if quoted else [])
    coherence = measure_npmi(model.words_, texts)
    topics = []
    for row, units, npmi in zip(rows, shown, coherence, strict=True):
        score = stability.per_topic[row["topic"]]
        topics.append(
            {
                "id": row["topic"],
                "name": row["name"],
                "question": row["question"] or None,
                "code": row["code"] or None,
                "words": row["words"],
                "size": row["size"],
                **({} if sizes is None else {"assigned": sizes[row["topic"]]}),
                "stability": score,
                "report": "yes" if score >= REPORTABLE else "do not report",
                "npmi": None if np.isnan(npmi) else round(npmi, 4),
                "representative_ids": row["representatives"],
                "representative_quotes": [next(safe) for _ in units],
            }
        )
    left = np.flatnonzero((model.topics_ == NONE) & _find_said(model.topics_, corpus))
    ids = corpus.ids
    none = [ids[row] for row in left.tolist()]
    drawn = np.random.default_rng(options.seed).permutation(len(none))[:_SHOWN_OUTLIERS]
    known = [t["npmi"] for t in topics if t["npmi"] is not None]
    content = {
        "textmine": __version__,
        "fingerprint": corpus.fingerprint,
        "parameters": model.get_params(),
        "texts": len(corpus),
        **({} if sizes is None else {"assigned": assigned}),
        "silent": silent,
        "quality": {
            "stability": round(stability.mean, 4),
            "fit_to_report": sum(stability.fit_to_report),
            "runs": stability.runs,
            "resamples": stability.kind,
            "ari": stability.ari,
            "ami": stability.ami,
            "npmi": round(float(np.mean(known)), 4) if known else None,
            "diversity": round(measure_diversity(model.words_), 4),
            "outliers": outliers,
            "outlier_ids_to_read": [none[i] for i in sorted(drawn.tolist())],
        },
        "topics": topics,
    }
    write_json(content, path)
    return path
