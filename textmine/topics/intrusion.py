"""Word intrusion: a task that tells whether people see what holds a topic's words together, and its score.

Automated coherence tracks people's judgement poorly; to ask people is the surer test (Chang et al. 2009).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from textmine.coding.intervals import wilson_interval
from textmine.errors import InputError
from textmine.topics.model import TopicModel

#: Words of the topic in a question; one intruder stands among them.
SHOWN = 5
_WORDS = [f"word_{k + 1}" for k in range(SHOWN + 1)]


def make_word_intrusion(model: TopicModel, *, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Questions for people, and the key to them: a topic's first words, with one that is another topic's.

    The questions have ``question, word_1 ... word_6, answer``; people write into ``answer`` the word that
    does not belong. The key has ``question, topic, intruder`` and stays with the researcher. The intruder is
    among the first words of another topic and not among this one's. Topics of fewer words are left out.
    Raises ``InputError`` where no question can be made.

    >>> costs = [f"Supply cover costs schools {n} more pounds" for n in ("May", "June", "July", "winter")]
    >>> sport = [f"The minibus takes older pupils to {n} sport" for n in ("hall", "team", "field", "pool")]
    >>> asked, key = make_word_intrusion(TopicModel(n_topics=2, min_size=2).fit(costs + sport))
    >>> list(asked)[:3], list(key)
    (['question', 'word_1', 'word_2'], ['question', 'topic', 'intruder'])
    """
    rng = np.random.default_rng(seed)
    words = model.words_
    questions, key = [], []
    for topic, own in enumerate(words):
        theirs = {w for k, other in enumerate(words) if k != topic for w in other[:SHOWN]}
        others = sorted(theirs - set(own))
        if len(own) < SHOWN or not others:
            continue
        intruder = others[int(rng.integers(len(others)))]
        shown = [*own[:SHOWN], intruder]
        questions.append([*(shown[i] for i in rng.permutation(SHOWN + 1).tolist()), ""])
        key.append((topic, intruder))
    if not questions:
        raise InputError(f"No topic has {SHOWN} words and another beside it. Fit topics to more texts.")
    order = rng.permutation(len(questions)).tolist()
    asked = pd.DataFrame([questions[i] for i in order], columns=[*_WORDS, "answer"])
    known = pd.DataFrame([key[i] for i in order], columns=["topic", "intruder"])
    for table in (asked, known):
        table.insert(0, "question", np.arange(1, len(order) + 1))
    return asked, known


def score_word_intrusion(answers: pd.DataFrame, key: pd.DataFrame) -> pd.DataFrame:
    """How often people found the intruder: a row a topic and, first, one for all (topic empty).

    ``answers`` is what people filled in (``question, answer``), the tables of several people one below the
    other; blank answers are left out. Columns ``topic, n, found, share, low, high``, the interval Wilson's
    95%; answers of one person count as several. Chance finds one in six. Raises ``InputError`` for a
    question that the key does not have and where nothing is answered.

    >>> key = pd.DataFrame({"question": [1, 2], "topic": [4, 7], "intruder": ["bus", "nurse"]})
    >>> answers = pd.DataFrame({"question": [1, 2, 1], "answer": ["Bus ", "cook", ""]})
    >>> score_word_intrusion(answers, key)[["n", "found"]].to_numpy().tolist()
    [[2, 1], [1, 1], [1, 0]]
    """
    for name in ("question", "answer"):
        if name not in answers.columns:
            raise InputError(f"No column {name!r} in the answers. Columns: {', '.join(map(str, answers))}.")
    known = {str(row["question"]): row for row in key.to_dict("records")}
    rows: list[tuple[int, bool]] = []
    for asked, said in zip(answers["question"], answers["answer"].fillna("").astype(str), strict=True):
        if str(asked) not in known:
            raise InputError(
                f"No question {asked} in the key. Take the key that was made with the questions."
            )
        if said.strip():
            row = known[str(asked)]
            rows.append((int(row["topic"]), said.strip().casefold() == str(row["intruder"]).casefold()))
    if not rows:
        raise InputError("No question is answered. Fill in the column 'answer' first.")
    given = pd.DataFrame(rows, columns=["topic", "right"])
    parts = [(None, given), *given.groupby("topic", sort=True)]
    table = []
    for topic, own in parts:
        n, found = len(own), int(own["right"].sum())
        low, high = wilson_interval(found, n)
        table.append((topic, n, found, found / n, float(low), float(high)))
    frame = pd.DataFrame(table, columns=["topic", "n", "found", "share", "low", "high"])
    return frame.astype({"topic": "Int64"})
