"""Draft codes for what the codebook leaves over: groups of like comments that no code covers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from textmine.cleaning import is_non_response, normalise_text, repair_texts
from textmine.codebook import Code, Codebook
from textmine.coded import CodedDataset
from textmine.coding.calibrated import as_corpus
from textmine.coding.features import normalise_question
from textmine.errors import InputError
from textmine.privacy import redact_texts
from textmine.topics.describe import class_tf_idf, name_topics
from textmine.topics.leftovers import group_leftovers
from textmine.topics.model import Texts, TopicModel
from textmine.topics.space import Floats, Ints, Space, count_words

#: Groups that uncovered comments are parted into, twice.
GROUPS = 6
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
    """Draft codes for a person to accept, mend or drop, from what the codes leave over; largest first.

    Comments without any code are parted by what they say and which question they answer, and the groups of
    the model's ``min_size`` or more widened to like comments that have a code for something else
    (``group_leftovers``); at most ``2 * groups`` become drafts: name and definition from a group's words,
    ``include`` notes, and examples with what may identify somebody replaced (``engine`` as in
    ``redact_texts``). One comment may stand in several drafts. A draft is no finding: many comments without a
    code simply say nothing of the study's theme. ``coded`` must hold the comments by id; texts that it does
    not hold, or that say nothing, are left out. Raises ``InputError`` where none of them is coded. ``X`` are
    the texts that the model was fitted to.

    >>> import pandas as pd
    >>> from textmine.corpus import Corpus
    >>> costs = [f"Supply cover costs too much in {n}" for n in ("May", "June", "July", "winter", "spring")]
    >>> sport = [f"The minibus takes pupils to {n} sport" for n in ("hall", "team", "field", "pool", "lake")]
    >>> ids = [f"u{i}" for i in range(10)]
    >>> corpus = Corpus(pd.DataFrame({"doc_id": ids, "text": costs + sport}))
    >>> model = TopicModel(n_topics=2, min_size=2).fit(corpus)
    >>> book = Codebook.from_labels(["money"])
    >>> coded = CodedDataset(pd.DataFrame({"money": [1.0] * 5 + [0] * 5}, index=ids), book, coder="ann")
    >>> drafts = propose_codes(model, corpus, coded, groups=1, engine=None)
    >>> [(draft.size, "minibus" in draft.words) for draft in drafts]
    [(5, True)]
    """
    corpus = as_corpus(X)
    keys = [normalise_text(text) for text in repair_texts(corpus.texts)]
    rows, given = _find_coded(corpus.ids, keys, coded)
    if (~given.any(axis=1)).sum() < 2 * model.min_size:
        return []
    texts = [keys[r] for r in rows]
    ids, raw, questions = corpus.ids, corpus.texts, corpus.questions
    asked = _mark([normalise_question(questions[r]) for r in rows])
    lengths = np.array([len(text.split()) for text in texts], dtype=np.float64)
    space = model.parts_[0].space
    with threadpool_limits(1):
        places = space.place_texts(texts)
        found = group_leftovers(places, asked, lengths, given, groups=groups, min_size=model.min_size)
    words, names = _describe(space, texts, found)
    proposals = []
    for number, (own, said, name) in enumerate(zip(found, words, names, strict=True), start=1):
        units = [rows[i] for i in own.tolist()]
        shown = [raw[r] for r in units if len(raw[r]) <= LONGEST_EXAMPLE]
        examples = redact_texts(shown[:EXAMPLES], engine=engine).texts if shown else []
        draft = _draft(number, name, said, len(own), len(rows), examples)
        proposals.append(Proposal(draft, [ids[r] for r in units], said))
    return proposals


def add_proposals(codebook: Codebook, proposals: list[Proposal], version: str) -> Codebook:
    """The codebook's next version with the drafts that a person accepted added at its end.

    Raises ``InputError`` for a version that is the codebook's own, and for ids that it has already.
    ``proposals`` are those that a person accepted, ``version`` the next version's number.

    >>> import pandas as pd
    >>> from textmine.corpus import Corpus
    >>> costs = [f"Supply cover costs too much in {n}" for n in ("May", "June", "July", "winter", "spring")]
    >>> sport = [f"The minibus takes pupils to {n} sport" for n in ("hall", "team", "field", "pool", "lake")]
    >>> ids = [f"u{i}" for i in range(10)]
    >>> corpus = Corpus(pd.DataFrame({"doc_id": ids, "text": costs + sport}))
    >>> model = TopicModel(n_topics=2, min_size=2).fit(corpus)
    >>> book = Codebook.from_labels(["money"])
    >>> coded = CodedDataset(pd.DataFrame({"money": [1.0] * 5 + [0] * 5}, index=ids), book, coder="ann")
    >>> drafts = propose_codes(model, corpus, coded, groups=1, engine=None)
    >>> add_proposals(book, drafts, "1.1.0").ids[0], len(add_proposals(book, drafts, "1.1.0").ids) > 1
    ('money', True)
    """
    from dataclasses import replace

    if version == codebook.version:
        raise InputError(f"Version {version} is the codebook's own. Name the next one.")
    if taken := [p.code.id for p in proposals if p.code.id in codebook.ids]:
        raise InputError(f"The codebook has {', '.join(taken)} already. Rename the draft before adding it.")
    return replace(codebook, version=version, codes=(*codebook.codes, *(p.code for p in proposals)))


def _find_coded(ids: list[str], keys: list[str], coded: CodedDataset) -> tuple[list[int], Floats]:
    """The rows of texts that were coded and say anything, and their codes, (rows, codes) of 1 and 0."""
    decisions = coded.decisions[coded.decisions.notna().any(axis=1)]
    place = {unit: i for i, unit in enumerate(decisions.index)}
    if not place.keys() & set(ids):
        raise InputError("None of the texts is coded. Check that the ids of both are the same.")
    rows = [
        row for row, unit in enumerate(ids) if unit in place and keys[row] and not is_non_response(keys[row])
    ]
    given = (decisions.to_numpy(dtype=np.float64) == 1).astype(np.float64)
    return rows, given[[place[ids[row]] for row in rows]]


def _describe(space: Space, texts: list[str], groups: list[Ints]) -> tuple[list[list[str]], list[str]]:
    """The words of each group, beside those of all texts, and a name made of them."""
    spotted = space.spot(count_words(texts))
    inside = np.zeros((len(groups) + 1, len(texts)))
    inside[-1] = 1.0  # all texts: a word that stands everywhere describes no group
    for number, own in enumerate(groups):
        inside[number, own] = 1.0
    scores = class_tf_idf(np.asarray((spotted.T @ inside.T).T))[:-1]
    words = [
        [space.words[i] for i in np.argsort(-row, kind="stable")[:WORDS] if row[i] > 0]
        for row in np.round(scores, 12)
    ]
    names = [
        name_topics([said], texts, np.where(row == 1, 0, -1), space.stop_words)[0]
        for said, row in zip(words, inside, strict=False)
    ]
    return words, names


def _mark(names: list[str]) -> Floats:
    """One column a name, 1 where it stands."""
    known = sorted(set(names))
    return np.array([[float(name == other) for other in known] for name in names])


def _draft(number: int, name: str, words: list[str], size: int, of: int, examples: list[str]) -> Code:
    return Code(
        id=f"proposed_{number}",
        name=name or f"proposed {number}",
        definition=(
            f"Draft, to be written by a person: {size} of {of} coded comments, drawn from what the codes "
            f"leave over. They speak of {', '.join(words[:4])}."
        ),
        include=tuple(words),
        examples=tuple(examples),
        keywords=tuple(words),
    )
