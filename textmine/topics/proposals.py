"""Draft codes for what the codebook leaves over: groups of like comments that no code covers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from textmine.cleaning import normalise_text, repair_texts
from textmine.codebook import Code, Codebook
from textmine.coded import CodedDataset
from textmine.coding.calibrated import as_corpus
from textmine.coding.features import normalise_question
from textmine.errors import InputError
from textmine.privacy import redact_texts
from textmine.topics.describe import class_tf_idf, name_topics
from textmine.topics.model import NONE, Texts, TopicModel
from textmine.topics.peaks import likeness_to
from textmine.topics.space import Floats, Ints, count_words, unit_rows

#: What the question counts for beside the words of an answer.
QUESTION = 0.8
#: Groups that uncovered comments are parted into, and the comments that are parted at most.
GROUPS = 6
MOST_TEXTS = 4000
#: Examples of a draft, and how long they may be.
EXAMPLES = 3
LONGEST_EXAMPLE = 300
WORDS = 8


@dataclass(frozen=True)
class Proposal:
    """A draft code with the ids of the comments it was drawn from, the most typical first."""

    code: Code
    ids: list[str]
    words: list[str]

    @property
    def size(self) -> int:
        """How many comments it was drawn from."""
        return len(self.ids)


def propose_codes(
    model: TopicModel,
    X: Texts,
    coded: CodedDataset,
    *,
    groups: int = GROUPS,
    engine: str | None = "spacy",
) -> list[Proposal]:
    """Draft codes for a person to accept, mend or drop, from the comments that no code covers; largest first.

    Comments with a topic and without any code are parted by what they say and which question they answer
    (Ward 1963); each group of the model's ``min_size`` or more becomes a draft: name and definition from its
    words, ``include`` notes, and examples with what may identify somebody replaced (``engine`` as in
    ``redact_texts``). A draft is no finding: many comments without a code simply say nothing of the study's
    theme. ``coded`` must hold the comments by id. Raises ``InputError`` where none of them is coded.
    """
    corpus = as_corpus(X)
    rows = _find_uncovered(model, corpus.ids, model.predict(corpus), coded)
    if len(rows) < 2 * model.min_size:
        return []
    texts = [normalise_text(text) for text in repair_texts([corpus.texts[r] for r in rows])]
    asked = [normalise_question(corpus.questions[r]) for r in rows]
    space = model.parts_[0].space
    with threadpool_limits(1):
        places = space.place_texts(texts)
        groups_of = _part(np.hstack([places, QUESTION * _mark(asked)]), groups)
    sizes = np.bincount(groups_of, minlength=groups)
    kept = [int(g) for g in np.argsort(-sizes, kind="stable") if sizes[g] >= model.min_size]
    spotted = space.spot(count_words(texts))
    inside = np.array([groups_of == g for g in range(groups)], dtype=np.float64)
    scores = class_tf_idf(np.asarray((spotted.T @ inside.T).T))
    words = [
        [space.words[i] for i in np.argsort(-row, kind="stable")[:WORDS] if row[i] > 0]
        for row in np.round(scores, 12)
    ]
    names = name_topics(words, texts, groups_of, space.stop_words)
    found = []
    for number, group in enumerate(kept, start=1):
        own = np.flatnonzero(groups_of == group)
        centre = unit_rows(places[own].mean(axis=0, keepdims=True))
        typical = own[np.lexsort((own, -likeness_to(places[own], centre)[:, 0]))]
        shown = [corpus.texts[rows[i]] for i in typical if len(corpus.texts[rows[i]]) <= LONGEST_EXAMPLE]
        examples = redact_texts(shown[:EXAMPLES], engine=engine).texts if shown else []
        draft = _draft(number, names[group], words[group], len(own), len(rows), examples)
        found.append(Proposal(draft, [corpus.ids[rows[i]] for i in typical], words[group]))
    return found


def add_proposals(codebook: Codebook, proposals: list[Proposal], version: str) -> Codebook:
    """The codebook's next version with the drafts that a person accepted added at its end.

    Raises ``InputError`` for a version that is the codebook's own, and for ids that it has already.
    """
    from dataclasses import replace

    if version == codebook.version:
        raise InputError(f"Version {version} is the codebook's own. Name the next one.")
    if taken := [p.code.id for p in proposals if p.code.id in codebook.ids]:
        raise InputError(f"The codebook has {', '.join(taken)} already. Rename the draft before adding it.")
    return replace(codebook, version=version, codes=(*codebook.codes, *(p.code for p in proposals)))


def _find_uncovered(model: TopicModel, ids: list[str], topics: Ints, coded: CodedDataset) -> Ints:
    decisions = coded.decisions
    known = set(decisions.index)
    if not known & set(ids):
        raise InputError("None of the texts is coded. Check that the ids of both are the same.")
    bare = set(decisions.index[(decisions.notna().any(axis=1) & ~(decisions == 1).any(axis=1))])
    return np.array(
        [row for row, unit in enumerate(ids) if unit in bare and topics[row] != NONE], dtype=np.int64
    )


def _mark(names: list[str]) -> Floats:
    """One column a name, 1 where it stands."""
    known = sorted(set(names))
    return np.array([[float(name == other) for other in known] for name in names])


def _part(features: Floats, groups: int) -> npt.NDArray[np.int64]:
    """The group of each row; beyond ``MOST_TEXTS``, rows at even steps are parted and the others follow."""
    from sklearn.cluster import AgglomerativeClustering

    n = len(features)
    chosen = np.unique(np.linspace(0, n - 1, min(n, MOST_TEXTS)).round().astype(np.int64))
    part = AgglomerativeClustering(min(groups, len(chosen))).fit_predict(features[chosen])
    if len(chosen) == n:
        return np.asarray(part, dtype=np.int64)
    means = np.array([features[chosen][part == g].mean(axis=0) for g in range(int(part.max()) + 1)])
    away = ((features**2).sum(axis=1)[:, None] - 2 * features @ means.T + (means**2).sum(axis=1)).round(9)
    return np.asarray(away.argmin(axis=1), dtype=np.int64)


def _draft(number: int, name: str, words: list[str], size: int, of: int, examples: list[str]) -> Code:
    return Code(
        id=f"proposed_{number}",
        name=name or f"proposed {number}",
        definition=(
            f"Draft, to be written by a person: {size} of {of} comments without a code speak of "
            f"{', '.join(words[:4])}."
        ),
        include=tuple(words),
        examples=tuple(examples),
        keywords=tuple(words),
    )
