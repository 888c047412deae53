"""Topics beside BERTopic as it comes: stability, outliers, coherence, agreement with people, time and memory.

    python benchmarks/topics.py [quality] [speed] [planted] [waves] [--data nhs school] [--seeds 5]
                                [--resamples 3] [--texts N] [--runs 50] [--codes N]

``quality``: NHS and school comments, each method in a process of its own, one thread: fitted with each seed
and to resamples of the texts (nine in ten, and as many with replacement). Stability is the mean matched
Jaccard of the first run's topics over the other runs; a topic is fit to report from 0.5 on; AMI is with the
code of the texts that people gave exactly one. BERTopic 0.17.4 has its defaults, with the packaged MiniLM.
``speed``: 100,000 comments made of the NHS ones, with new words. ``planted``: each code of a study withheld
in turn; is it among the draft codes? The nearest of at most twelve drafts counts. Beside it stands whether a
classifier taught that very code reaches the mark at any cut (5 folds by respondent, the cut chosen with sight
of the labels), on words, pairs of words, places and questions. ``waves``: 1,000 comments of which
5% have a theme that the old wave lacks, and waves without one.

The NHS comments are looked for as benchmarks/README.md says; parts without their data are left out.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from comments import vary_comments
from protocols import choose_nhs, find_benchmarks, read_nhs, read_study
from scoring import write_results

from textmine.cleaning import normalise_text, repair_texts
from textmine.codebook import Code, Codebook
from textmine.coded import CodedDataset
from textmine.coding.intervals import wilson_interval
from textmine.corpus import Corpus
from textmine.topics.model import TopicModel
from textmine.topics.proposals import propose_codes
from textmine.topics.quality import compare_topics, measure_diversity, measure_npmi, measure_outliers
from textmine.topics.stability import REPORTABLE, score_matches
from textmine.topics.waves import find_new_topics

PARTS = ("quality", "speed", "planted", "waves")
METHODS = ("textmine", "bertopic")
MANY = 100_000
#: A wave's comments, the share of the new theme, and how a code counts as found.
WAVE, PLANTED = 1000, 50
PRECISION, RECALL = 0.5, 0.3
#: An alarm is the planted theme's where at least this share of its comments are planted.
RIGHT = 0.5


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts asked for; 1 where the NHS comments were asked for and are absent."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", default=list(PARTS))
    parser.add_argument("--data", nargs="+", default=["nhs", "school"], choices=["nhs", "school"])
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=METHODS)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--resamples", type=int, default=3)
    parser.add_argument("--texts", type=int, default=0, help="only so many texts, to try it out")
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--codes", type=int, default=0, help="only so many codes, to try 'planted' out")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}; parts: {', '.join(PARTS)}")
    if asked.one:
        print(json.dumps(run_method(asked.one, asked.data[0], asked.seeds, asked.resamples, asked.texts)))
        return 0
    data = [d for d in asked.data if d == "school" or find_benchmarks()]
    if len(data) < len(asked.data):
        print("The NHS comments were not found: name their folder with TEXTMINE_BENCHMARKS.")
    if "quality" in asked.parts:
        write_quality(data, asked.methods, asked.seeds, asked.resamples, asked.texts)
    if "speed" in asked.parts and find_benchmarks():
        write_speed(asked.texts or MANY)
    if "planted" in asked.parts:
        write_planted(data, asked.codes)
    if "waves" in asked.parts:
        write_waves(data, asked.runs)
    return int(len(data) < len(asked.data))


# --- quality ------------------------------------------------------------------------------------------------


def read_texts(data: str, most: int = 0) -> tuple[list[str], npt.NDArray[np.float64]]:
    """Texts and their codes as people gave them, (texts, codes) of 1 and 0."""
    if data == "nhs":
        folder = find_benchmarks()
        assert folder is not None
        chosen = choose_nhs(read_nhs(folder))
        texts, y = chosen.frame["text"].tolist(), chosen.y.to_numpy()
    else:
        study, _ = read_study()
        texts, y = study.corpus.texts, np.nan_to_num(study.y.to_numpy(dtype=np.float64))
    rows = np.random.default_rng(0).permutation(len(texts))[:most] if most else np.arange(len(texts))
    return [texts[i] for i in rows], y[rows]


def draw_rows(n: int, resamples: int) -> list[tuple[str, npt.NDArray[np.int64]]]:
    """The resamples: nine texts in ten, and as many with replacement."""
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(resamples):
        drawn.append(("subsample", np.sort(rng.permutation(n)[: round(0.9 * n)])))
        drawn.append(("bootstrap", rng.integers(n, size=n)))
    return drawn


def run_method(method: str, data: str, seeds: int, resamples: int, most: int) -> dict[str, Any]:
    """All runs of one method on one set of texts, in this process."""
    texts, y = read_texts(data, most)
    fit = fit_textmine if method == "textmine" else make_bertopic()
    runs: list[list[list[str]]] = []
    seconds: list[float] = []
    outliers, npmi, diversity, ami = [], [], [], []
    one = y.sum(axis=1) == 1
    peak = 0.0
    for seed in range(seeds):
        started = time.perf_counter()
        topics, words = fit(texts, seed)
        seconds.append(time.perf_counter() - started)
        peak = peak or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        runs.append(words)
        outliers.append(measure_outliers(topics)["share"])
        npmi.append(float(np.nanmean(measure_npmi(words, word_sets(texts)))))
        diversity.append(measure_diversity(words))
        ami.append(compare_topics(topics[one], y[one].argmax(axis=1))["ami"])
    drawn = [(kind, fit([texts[i] for i in rows], seeds + k)[1]) for k, (kind, rows) in
             enumerate(draw_rows(len(texts), resamples))]  # fmt: skip
    of_kind = {k: [w for kind, w in drawn if kind == k] for k in ("subsample", "bootstrap")}
    together = score_matches(runs[0], [*runs[1:], *of_kind["bootstrap"]])
    found = {
        "data": data, "method": method, "texts": len(texts), "topics": len(runs[0]),
        "stability": float(np.mean(together)),
        "over_seeds": float(np.mean(score_matches(runs[0], runs[1:]))) if seeds > 1 else float("nan"),
        "over_subsamples": float(np.mean(score_matches(runs[0], of_kind["subsample"]))),
        "over_bootstraps": float(np.mean(score_matches(runs[0], of_kind["bootstrap"]))),
        "fit_to_report": sum(value >= REPORTABLE for value in together),
        "fit_by_subsamples": sum(v >= REPORTABLE for v in score_matches(runs[0], of_kind["subsample"])),
        "outliers": float(np.mean(outliers)), "npmi": float(np.mean(npmi)),
        "diversity": float(np.mean(diversity)), "ami": float(np.mean(ami)),
        "seconds": float(np.median(seconds)), "peak_mb": peak,
    }  # fmt: skip
    return found


def fit_textmine(texts: Sequence[str], seed: int) -> tuple[npt.NDArray[np.int64], list[list[str]]]:
    """Topics and words of a model as it comes."""
    model = TopicModel(seed=seed).fit(list(texts))
    return model.topics_, model.words_


def make_bertopic() -> Any:
    """A function that fits BERTopic with its defaults and another UMAP seed each time."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    from bertopic import BERTopic
    from sentence_transformers import SentenceTransformer
    from umap import UMAP

    from textmine.coding.encoder import BUNDLED_ENCODER, find_encoder

    encoder = SentenceTransformer(find_encoder(BUNDLED_ENCODER), device="cpu")

    def fit(texts: Sequence[str], seed: int) -> tuple[npt.NDArray[np.int64], list[list[str]]]:
        umap = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=seed)
        model = BERTopic(embedding_model=encoder, umap_model=umap)
        topics, _ = model.fit_transform(list(texts))
        words = [[w for w, _ in own if w] for k, own in sorted(model.get_topics().items()) if k >= 0]
        return np.asarray(topics), words

    return fit


def word_sets(texts: Sequence[str]) -> list[set[str]]:
    """The words of each text, cut as both methods cut them, so that either's words are found."""
    from sklearn.feature_extraction.text import CountVectorizer

    from textmine.coding.tokens import fold
    from textmine.topics.space import WORD

    theirs = CountVectorizer().build_analyzer()
    return [{*theirs(text), *WORD.findall(fold(text))} for text in texts]


def write_quality(data: Sequence[str], methods: Sequence[str], seeds: int, resamples: int, most: int) -> None:
    """Each method on each set of texts, in a process of its own with one thread."""
    rows = []
    for name in data:
        for method in methods:
            command = [sys.executable, __file__, "--one", method, "--data", name]
            command += ["--seeds", str(seeds), "--resamples", str(resamples), "--texts", str(most)]
            env = {**os.environ, "OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
            done = subprocess.run(command, capture_output=True, encoding="utf-8", env=env)
            if done.returncode:
                print(f"{name}, {method}: failed.\n{done.stderr[-2000:]}")
                continue
            rows.append(json.loads(done.stdout.strip().splitlines()[-1]))
            print(rows[-1])
    if rows:
        table = pd.DataFrame(rows)
        write_results(
            "topics-quality" if not most else "topics-quality-trial",
            table,
            shown=table.round(3),
            title="Topics beside BERTopic as it comes",
            notes=["", "`python benchmarks/topics.py quality`"],
        )


# --- speed --------------------------------------------------------------------------------------------------


def write_speed(n: int) -> None:
    """Seconds and peak memory for many comments."""
    folder = find_benchmarks()
    assert folder is not None
    chosen = choose_nhs(read_nhs(folder)).frame
    texts, _ = vary_comments(chosen["text"].tolist(), chosen["question"].tolist(), n)
    started = time.perf_counter()
    model = TopicModel().fit(texts)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    row = {"comments": n, "topics": len(model), "seconds": round(seconds, 1), "peak_mb": round(peak)}
    print(row)
    write_results(
        "topics-speed",
        pd.DataFrame([row]),
        shown=pd.DataFrame([row]),
        title="Many comments",
        notes=["", "`python benchmarks/topics.py speed`"],
    )


# --- planted themes -----------------------------------------------------------------------------------------


def write_planted(data: Sequence[str], codes: int = 0) -> None:
    """For each code of a study, withheld: the draft code that comes nearest to it."""
    rows = []
    for name in data:
        corpus, y, book = read_coded(name)
        model = TopicModel().fit(corpus)
        features = place_corpus(model, corpus)
        for code in y.columns[: codes or None]:
            best = find_withheld(model, corpus, y, book, code)
            met = best["precision"] >= PRECISION and best["recall"] >= RECALL
            taught = can_be_taught(features, y[code].to_numpy() == 1, corpus.groups)
            count = int((y[code] == 1).sum())
            rows.append({"data": name, "code": code, "texts": count, **best, "found": met, "taught": taught})
            print(rows[-1], flush=True)
    table = pd.DataFrame(rows)
    write_results(
        "topics-planted" if not codes else "topics-planted-trial",
        table,
        shown=table.round(3),
        title="Codes withheld from the codebook, and the nearest draft code",
        notes=["", "`python benchmarks/topics.py planted`"],
    )


def read_coded(data: str) -> tuple[Corpus, pd.DataFrame, Codebook]:
    """Texts, their codes as people gave them and the codebook; the NHS labels have names alone."""
    if data == "school":
        study, book = read_study()
        return study.corpus, study.y, book
    folder = find_benchmarks()
    assert folder is not None
    chosen = choose_nhs(read_nhs(folder))
    slugs = [re.sub(r"[^a-z]+", "_", code.lower()).strip("_") for code in chosen.codes]
    book = Codebook(version="1", codes=tuple(Code(slug) for slug in slugs), bare=True)
    return chosen.corpus, chosen.y.set_axis(slugs, axis=1), book


def find_withheld(
    model: TopicModel, corpus: Corpus, y: pd.DataFrame, book: Codebook, code: str
) -> dict[str, Any]:
    """Precision and recall of the draft nearest to a code, drawn with all labels but that code's."""
    coded = CodedDataset(y.drop(columns=code).set_index(pd.Index(corpus.ids)), book, "people")
    theirs = {unit for unit, has in zip(corpus.ids, y[code] == 1, strict=True) if has}
    best: dict[str, Any] = {"precision": 0.0, "recall": 0.0, "drafted": 0}
    for draft in propose_codes(model, corpus, coded, engine=None):
        hits = len(theirs & set(draft.ids))
        score = {"precision": hits / draft.size, "recall": hits / len(theirs), "drafted": draft.size}
        if _nearness(score) > _nearness(best):
            best = score
    return best


def place_corpus(model: TopicModel, corpus: Corpus) -> Any:
    """What a code can be learned from: the texts' places, their questions, their words and pairs of words."""
    import scipy.sparse as sp
    from sklearn.feature_extraction.text import TfidfVectorizer

    keys = [normalise_text(text) for text in repair_texts(corpus.texts)]
    asked = pd.get_dummies(pd.Series(corpus.questions)).to_numpy(dtype=np.float64)
    dense = np.hstack([0.5 * model.parts_[0].space.place_texts(keys), 0.4 * asked])
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=3, sublinear_tf=True).fit_transform(keys)
    return sp.hstack([words, dense]).tocsr()


def can_be_taught(features: Any, has: npt.NDArray[np.bool_], groups: Sequence[str]) -> bool:
    """Whether a classifier taught the code reaches the precision and recall asked for, at its best cut."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict

    model = LogisticRegression(C=10.0, max_iter=1000, class_weight="balanced")
    scores = cross_val_predict(
        model, features, has, groups=list(groups), cv=GroupKFold(5), method="decision_function"
    )
    hits = np.cumsum(has[np.argsort(-scores, kind="stable")])
    precise = hits / np.arange(1, len(hits) + 1) >= PRECISION
    return bool((precise & (hits / has.sum() >= RECALL)).any())


def _nearness(score: dict[str, Any]) -> float:
    return float(min(score["precision"] / PRECISION, score["recall"] / RECALL))


# --- waves --------------------------------------------------------------------------------------------------


def write_waves(data: Sequence[str], runs: int) -> None:
    """How often a new theme raises its alarm alone, and how often a wave without one raises any.

    The theme is a code of the study, all comments with it withheld from both waves but the planted ones, or
    a topic that 25 topics of the whole study have, likewise. The themes take turns over the runs.
    """
    rows, themes = [], []
    for name in data:
        corpus, y, _ = read_coded(name)
        codes = {code: y[code].to_numpy() == 1 for code in y.columns}
        whole = TopicModel(n_topics=25).fit(corpus)
        topics = {f"topic {k}": whole.topics_ == k for k in range(len(whole))}
        for kind, masks in (("a code", codes), ("a topic", topics)):
            usable = {theme: mask for theme, mask in masks.items() if mask.sum() >= PLANTED}
            usable = {theme: mask for theme, mask in usable.items() if (~mask).sum() >= 2 * WAVE}
            turns = [list(usable)[run % len(usable)] for run in range(runs)]
            for planted in (True, False):
                seen = [try_wave(corpus, usable[t], planted, run) for run, t in enumerate(turns)]
                good = [alarms == 1 and right for alarms, right in seen]
                some = [alarms > 0 for alarms, _ in seen]
                hits = sum(good if planted else some)
                low, high = wilson_interval(hits, runs)
                what = "exactly its alarm" if planted else "any alarm"
                rows.append(
                    {"data": name, "theme": kind, "planted": planted, "runs": runs, "what": what,
                     "share": hits / runs, "low": float(low), "high": float(high),
                     "any_alarm": sum(some) / runs}
                )  # fmt: skip
                print(rows[-1], flush=True)
                if planted:
                    frame = pd.DataFrame({"theme": turns, "raised": good, "any_alarm": some})
                    counted = frame.groupby("theme", sort=False).agg(
                        runs=("raised", "size"), raised=("raised", "sum"), any_alarm=("any_alarm", "sum")
                    )
                    themes.append(counted.reset_index().assign(data=name, kind=kind))
    notes = ["", "`python benchmarks/topics.py waves`"]
    table, each = pd.DataFrame(rows), pd.concat(themes, ignore_index=True)
    title = "A new theme in a wave of 1,000"
    write_results("topics-waves", table, shown=table.round(3), title=title, notes=notes)
    write_results("topics-waves-themes", each, shown=each, title=f"{title}, theme by theme", notes=notes)


def try_wave(corpus: Corpus, theme: npt.NDArray[np.bool_], planted: bool, seed: int) -> tuple[int, bool]:
    """The number of alarms, and whether the first is the planted theme's."""
    rng = np.random.default_rng(seed)
    rest = rng.permutation(np.flatnonzero(~theme))
    own = rng.permutation(np.flatnonzero(theme))[: PLANTED if planted else 0]
    n = WAVE - len(own)
    new = corpus.select(np.concatenate([rest[:n], own]).astype(np.int64))
    found, _ = find_new_topics(TopicModel(seed=seed), corpus.select(rest[n:]), new)
    ids = set(corpus.select(own).ids) if len(own) else set()
    return len(found), bool(found) and len(ids & set(found[0].ids)) >= RIGHT * found[0].count


if __name__ == "__main__":
    sys.exit(main())
