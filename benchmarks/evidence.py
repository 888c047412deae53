"""Whether evidence is the reason: what deleting it does to a code, and how far it is what people quoted.

    python benchmarks/evidence.py [--evidence word clause sentence] [--tier TIER] [--respondents N]

School comments, five folds by respondent, as in the model card: each fold's coder, which saw neither a text's
writer nor its words, codes it, shows its evidence, and scores it again without the evidence, with nothing but
the evidence, and without random stretches of as many words. Figures are of codes rightly given. Beside them
stands how far two people agree who coded the same comments. Then the time of coding, with evidence and
without. ``--respondents`` tries it on that many of them and writes nothing.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from comments import vary_comments
from ours import METHODS
from protocols import ROOT, STUDY, read_study
from scoring import to_markdown, write_results

from textmine.coding.artefact import save_coder
from textmine.coding.calibrated import CalibratedCoder
from textmine.coding.deletion import WordRow
from textmine.coding.evaluation import cross_validate
from textmine.coding.evidence import Stretches
from textmine.coding.evidence_probes import PROBE_COLUMNS
from textmine.coding.faithfulness import EvidenceProbe, Faithfulness, summarise_probes
from textmine.coding.quotes import compare_words, locate_quotes
from textmine.corpus import Corpus
from textmine.jobs.code import code_files
from textmine.jobs.labelled import ColumnNames, LabelledCorpus
from textmine.reading import read_labels

UNITS = ("word", "clause", "sentence")
FOLDS = 5
PEOPLE = ("coder_1", "coder_2")
TIMED_COMMENTS = 20_000
REPEATS = 7
_SHOWN = {
    "falls": "falls without it",
    "random_falls": "without a random stretch",
    "comprehensiveness": "comprehensiveness",
    "sufficiency": "sufficiency",
    "stands": "stands by itself",
    "overlap": "overlaps the quote",
    "random_overlap": "random stretch overlaps",
    "token_precision": "token precision",
    "token_recall": "token recall",
    "token_f1": "token F1",
    "same_stretch": "half or more in common",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write the tables; 0."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--evidence", nargs="+", choices=UNITS, default=list(UNITS))
    parser.add_argument("--tier", choices=METHODS, default="fast")
    parser.add_argument("--respondents", type=int, help="try it on so many respondents; nothing is written")
    parser.add_argument("--no-time", action="store_true", help="do not time coding")
    asked = parser.parse_args(arguments)
    study, book = read_study()
    if asked.respondents:
        study = take_respondents(study, asked.respondents)
    probes = {
        unit: EvidenceProbe(study.corpus, study.y, quotes=study.quotes, evidence=unit)
        for unit in asked.evidence
    }
    kept: list[Any] = []

    def watch(trained: Any, test: Any) -> None:
        kept[:] = [trained]
        for probe in probes.values():
            probe(trained, test)

    cross_validate(
        METHODS[asked.tier].make(),
        study.corpus,
        study.y,
        folds=FOLDS,
        learn_only=study.learn_only,
        quotes=study.quotes,
        codebook=book,
        watch=watch,
    )
    found = {unit: probe.finish() for unit, probe in probes.items()}
    people = compare_people(study)
    times = None if asked.no_time else time_coding(kept[0], study, asked.evidence)
    write_tables(asked.tier, found, people, times, dry=bool(asked.respondents))
    return 0


def take_respondents(study: LabelledCorpus, number: int) -> LabelledCorpus:
    """The study with the first so many respondents alone."""
    groups = list(dict.fromkeys(study.corpus.groups))[:number]
    rows = np.flatnonzero(np.isin(study.corpus.groups, groups))
    place = {int(row): i for i, row in enumerate(rows)}
    quotes = study.quotes[study.quotes["row"].isin(place)]
    return LabelledCorpus(
        study.corpus.select(rows),
        study.y.iloc[rows].reset_index(drop=True),
        study.learn_only[rows],
        quotes.assign(row=quotes["row"].map(place)),
        [],
        0,
        0,
        study.uncoded,
    )


def compare_people(study: LabelledCorpus) -> Faithfulness:
    """How far the quotes of two people agree, where both gave the same code to the same comment."""
    corpus, codes = study.corpus, [str(c) for c in study.y.columns]
    folder = ROOT / "annotations" / STUDY
    marked = [
        locate_quotes(corpus, read_labels(folder / f"{name}.jsonl", id="comment_id", codes=codes).quotes)
        for name in PEOPLE
    ]
    stretches = [
        {
            key: part[["start", "end"]].to_numpy().tolist()
            for key, part in one[one["start"] >= 0].groupby(["unit_id", "code"])
        }
        for one in marked
    ]
    place = {unit: i for i, unit in enumerate(corpus.ids)}
    rows = []
    for key in sorted(stretches[0].keys() & stretches[1].keys()):
        row = WordRow(corpus.texts[place[key[0]]])
        first, second = (row.cover(one[key]) for one in stretches)
        if not (first.any() and second.any()):
            continue
        figures = compare_words(first, second) | {"words": len(row), "evidence_words": int(first.sum())}
        named = {"unit_id": key[0], "group": corpus.groups[place[key[0]]], "code": key[1], "left_out": ""}
        rows.append(named | figures)
    return summarise_probes(pd.DataFrame(rows, columns=PROBE_COLUMNS), codes)


def time_coding(coder: Any, study: LabelledCorpus, units: Sequence[str]) -> pd.DataFrame:
    """Processor seconds to code, with each kind of evidence and none: the least of runs taken in turn.

    Once for ``coder.code``, which is given texts and gives a dataset, and once for ``textmine code``, which
    reads a csv and writes the folder.
    """
    texts, questions = vary_comments(study.corpus.texts, study.corpus.questions, TIMED_COMMENTS, seed=0)
    frame = pd.DataFrame({"text": texts, "question": questions})
    corpus = Corpus(frame.assign(doc_id=[str(i) for i in range(len(frame))]))
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        wave, model = Path(folder, "wave.csv"), save_coder(coder, Path(folder, "model"))
        corpus.frame.to_csv(wave, index=False)
        columns = ColumnNames("text", "doc_id", "question", None)

        def command(unit: str) -> object:
            return code_files([wave], str(model), Path(folder, "out"), columns=columns, evidence=unit)

        for what, run in {"coder.code": partial(_code, coder, corpus), "textmine code": command}.items():
            seconds = _time_in_turn(run, ("none", *units))
            rows += [
                {
                    "what": what,
                    "evidence": name,
                    "comments": len(corpus),
                    "seconds": round(took, 3),
                    "on top": round(took / seconds["none"] - 1, 3),
                }
                for name, took in seconds.items()
            ]
    return pd.DataFrame(rows)


def _code(coder: Any, corpus: Corpus, unit: str) -> object:
    return coder.code(corpus, evidence=unit)


def _time_in_turn(run: Callable[[str], object], units: Sequence[str]) -> dict[str, float]:
    """The least processor seconds of a run with each kind of evidence; 'none' finds none."""
    found: dict[str, list[float]] = {name: [] for name in units}
    finds = CalibratedCoder.find_evidence
    for number in range(REPEATS + 1):
        for name, seconds in found.items():
            if name == "none":
                CalibratedCoder.find_evidence = lambda *given, **named: Stretches.none()  # type: ignore
            started = time.process_time()
            run("clause" if name == "none" else name)
            if number:  # the first warms up
                seconds.append(time.process_time() - started)
            CalibratedCoder.find_evidence = finds  # type: ignore[method-assign]
    return {name: min(seconds) for name, seconds in found.items()}


def write_tables(
    tier: str, found: dict[str, Faithfulness], people: Faithfulness, times: pd.DataFrame | None, *, dry: bool
) -> None:
    """Print what was found and, unless ``dry``, write it to the results."""
    table = pd.concat(
        [one.table.assign(evidence=unit, by=tier) for unit, one in found.items()]
        + [people.table.assign(evidence="quote", by=" and ".join(PEOPLE))],
        ignore_index=True,
    )
    table = table[["by", "evidence", *(c for c in table if c not in ("by", "evidence"))]]
    overall = table[table["code"] == table["code"].iloc[0]]
    print(to_markdown(shown := show(overall)))
    last = "clause" if "clause" in found else next(iter(found))
    per_code = found[last].table.assign(by=tier, evidence=last)
    ending = "" if tier == "fast" else f"-{tier}"
    command = f"python benchmarks/evidence.py{'' if tier == 'fast' else f' --tier {tier}'}"
    notes = (
        "Codes rightly given, held out (five folds by respondent). Figures: value (95% interval, bootstrap "
        "over respondents). 'Falls': the share of codes no longer given when the evidence is deleted, beside "
        "random stretches of as many words in as many pieces, over the codes ('of') whose evidence is at "
        "most half of the text's words. 'Stands': the share still given when the evidence alone is left.",
        "",
        f"Made by `{command}`.",
    )
    if times is not None:
        print(to_markdown(times))
    if dry:
        return
    title = "Evidence: what deleting it does, and what people quoted"
    last_row = "The last row: two people's quotes beside each other, where both gave the code."
    write_results(f"evidence{ending}", table, shown=shown, title=title, notes=(last_row, *notes))
    write_results(
        f"evidence-per-code{ending}",
        found[last].table,
        shown=show(per_code, by="code"),
        title=f"Evidence by code ({last})",
        notes=notes,
    )
    if times is not None:
        said = (
            "Processor seconds, the least of seven runs taken in turn; 'on top' of coding without evidence.",
            "",
            f"Made by `{command}`.",
        )
        write_results(f"evidence-speed{ending}", times, shown=times, title="What evidence costs", notes=said)


def show(table: pd.DataFrame, *, by: str = "evidence") -> pd.DataFrame:
    """The table for people: a row a kind of evidence, or a code; intervals in brackets."""
    named = table[by] if by == "code" else table["by"] + ", " + table["evidence"]
    shown = pd.DataFrame({"code" if by == "code" else "evidence": named, "codes given": table["n"]})
    shown["share of the words"] = table["evidence_share"].map("{:.2f}".format)
    for name, head in _SHOWN.items():
        shown[head] = [
            "" if value != value else f"{value:.2f} ({low:.2f} to {high:.2f})"
            for value, low, high in zip(table[name], table[f"{name}_low"], table[f"{name}_high"], strict=True)
        ]
        if name == "random_falls":
            shown["of"] = table["n_deleted"].where(table["falls"].notna(), 0).astype(int)
    return shown.reset_index(drop=True)


if __name__ == "__main__":
    raise SystemExit(main())
