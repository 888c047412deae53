"""How much `textmine redact` finds and how much of it is right, by kind; and what finding names costs.

    python benchmarks/redaction.py

Five parts: 500 made UK cases (redaction_cases.py), two blind suites (redaction_blind.py), the Presidio
synthetic set where it applies, people and places in the shipped comments and transcripts against truth
marked by hand, and speed.
A find counts for a mark when it is of that kind (people, places as a group) and they share a code point.
Intervals are those of Clopper and Pearson at 95%. About a minute on two cores.
"""

from __future__ import annotations

import csv
import json
import os
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd
from protocols import ROOT
from redaction_blind import CASES, FIRST, SECOND, read_blind_cases
from redaction_cases import make_cases
from scoring import write_results

from textmine.privacy import Found, find_in_texts
from textmine.privacy.identifiers import gate_share
from textmine.privacy.review import exact_interval
from textmine.spans import Span

STUDY = ROOT / "corpora" / "school-collaboration"
TRUTH = ROOT / "benchmarks" / "truth"
TRANSCRIPTS = ("t1", "t3", "t4", "t6", "t7")
PLACES = ("place", "school", "trust", "organisation")
#: Presidio's kinds that are looked for here, by ours.
PRESIDIO = {
    "EMAIL_ADDRESS": "email", "DOMAIN_NAME": "url", "CREDIT_CARD": "card_number", "IBAN_CODE": "iban",
    "IP_ADDRESS": "ip_address", "PHONE_NUMBER": "phone", "PERSON": "person",
}  # fmt: skip
#: Phone numbers of the Presidio set that apply: UK ones, those with a country code, and North American ones.
PHONE_APPLIES = re.compile(r"\+|00\d|07\d{3} ?\d{3} ?\d{3}|(?:1-)?[2-9]\d\d[.-]\d{3}[.-]\d{4}")

Marks = Sequence[tuple[Span, str]]


def main() -> int:
    """Measure all parts and write the tables."""
    cases = make_cases()
    finds = find_in_texts([case.text for case in cases], names=False)
    made = [[(Span(a, b), kind) for a, b, kind in case.marks] for case in cases]
    rows = measure_kinds("500 made UK cases", made, finds)
    rows += pd.read_csv(FIRST).to_dict("records")[-3:] if FIRST.is_file() else []
    rows += measure_blind("blind suite, rules mended", CASES)[-3:]
    rows += measure_blind("second blind set, run once", SECOND)[-3:]
    rows += measure_presidio()
    for setting, ids, texts in read_study():
        found = find_in_texts(texts)
        for what, kinds in (("names", ("person",)), ("places", PLACES)):
            marks = read_truth(TRUTH / f"{what}_{setting}.csv", ids)
            name = "person" if what == "names" else "school, trust, place"
            rows.append(measure(f"shipped {setting}", name, marks, found, kinds))
    _write("redaction", rows, "What `textmine redact` finds")
    _write_speed()
    return 0


def measure(
    setting: str, name: str, marks: Sequence[Marks], finds: Sequence[Sequence[Found]], kinds: Iterable[str]
) -> dict[str, object]:
    """A row: marks, those found, finds, those right, each share with its interval."""
    wanted = set(kinds)
    n = hits = given = right = 0
    for marked, found in zip(marks, finds, strict=True):
        chosen = [one for one in found if one.kind in wanted]
        n += len(marked)
        hits += sum(any(one.span.overlaps(span) for one in chosen) for span, _ in marked)
        given += len(chosen)
        right += sum(any(one.span.overlaps(span) for span, _ in marked) for one in chosen)
    row: dict[str, object] = {"setting": setting, "kind": name, "marks": n, "found": hits}
    row |= _share("recall", hits, n) | {"finds": given, "right": right} | _share("precision", right, given)
    return row


def measure_kinds(
    setting: str, marks: Sequence[Marks], finds: Sequence[Sequence[Found]]
) -> list[dict[str, object]]:
    """A row for each kind that is marked and one for all; a find inside another kind's mark is not right."""
    kinds = sorted({kind for marked in marks for _, kind in marked})
    rows = [
        measure(setting, kind, [[m for m in marked if m[1] == kind] for marked in marks], finds, [kind])
        for kind in kinds
    ]
    every = [row for row in rows if row["marks"]]
    n, hits = (sum(int(str(row[c])) for row in every) for c in ("marks", "found"))
    given = sum(len(found) for found in finds)
    right = sum(int(str(row["right"])) for row in every)
    whole: dict[str, object] = {"setting": setting, "kind": "all", "marks": n, "found": hits}
    whole |= _share("recall", hits, n) | {"finds": given, "right": right} | _share("precision", right, given)
    return [*rows, whole]


def measure_blind(setting: str, path: Path) -> list[dict[str, object]]:
    """Rows of the blind suite: each kind told by form, these together, people, and places as a group."""
    texts, marks = read_blind_cases(path)
    finds = find_in_texts(texts)
    named = {"person", *PLACES}
    by_form = [[mark for mark in marked if mark[1] not in named] for marked in marks]
    rows = measure_kinds(
        setting, by_form, [[one for one in found if one.kind not in named] for found in finds]
    )
    rows[-1]["kind"] = "all told by form"
    for name, kinds in (("person", ("person",)), ("school, trust, place", PLACES)):
        chosen = [[mark for mark in marked if mark[1] in kinds] for marked in marks]
        rows.append(measure(setting, name, chosen, finds, kinds))
    return rows


def measure_presidio() -> list[dict[str, object]]:
    """Rows for the Presidio set where it is beside the checkout, with a word where it is not."""
    place = Path(os.environ.get("TEXTMINE_FIXTURES", ROOT.parent / "shared" / "fixtures"))
    path = place / "pii" / "presidio_synthetic.json"
    if not path.is_file():
        print("The Presidio set was not found (TEXTMINE_FIXTURES names its folder): that part is left out.")
        return []
    records = json.loads(path.read_text(encoding="utf-8"))
    texts = [record["full_text"] for record in records]
    finds = find_in_texts(texts)
    rows, structured = [], []
    for theirs, ours in PRESIDIO.items():
        marks, other = [], []
        for record in records:
            spans = [s for s in record["spans"] if s["entity_type"] == theirs]
            every = [(Span(s["start_position"], s["end_position"]), ours) for s in spans]
            fit = [
                m for m, s in zip(every, spans, strict=True)
                if theirs != "PHONE_NUMBER" or PHONE_APPLIES.match(s["entity_value"])
            ]  # fmt: skip
            marks.append(fit)
            other.append([m for m in every if m not in fit])
        kept = [
            [f for f in found if not any(f.span.overlaps(span) for span, _ in aside)]
            for found, aside in zip(finds, other, strict=True)
        ]
        rows.append(measure("Presidio synthetic", ours, marks, kept, [ours]))
        structured += [rows[-1]] if ours != "person" else []
    sums = [sum(int(str(r[c])) for r in structured) for c in ("marks", "found", "finds", "right")]
    n, hits, given, right = sums
    whole: dict[str, object] = {"setting": "Presidio synthetic", "kind": "all but person"}
    whole |= {"marks": n, "found": hits}
    whole |= _share("recall", hits, n) | {"finds": given, "right": right} | _share("precision", right, given)
    return [*rows, whole]


def read_study() -> list[tuple[str, list[str], list[str]]]:
    """The shipped comments, and the turns of the five transcripts: name, ids, texts."""
    comments = pd.read_csv(STUDY / "comments.csv", keep_default_na=False, dtype=str)
    turns = [
        (f"{name}:{turn['turn']}", turn["text"])
        for name in TRANSCRIPTS
        for turn in map(json.loads, (STUDY / "turns" / f"{name}.jsonl").read_text("utf-8").splitlines())
    ]
    return [
        ("comments", comments["comment_id"].tolist(), comments["text"].tolist()),
        ("transcripts", [i for i, _ in turns], [text for _, text in turns]),
    ]


def read_truth(path: Path, ids: Sequence[str]) -> list[Marks]:
    """The marks of a truth file, text by text in the order of ``ids``."""
    marks: dict[str, list[tuple[Span, str]]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            name = row.get("comment_id") or row["doc_id"]
            marks[name].append((Span(int(row["start"]), int(row["end"])), row.get("kind", "person")))
    return [marks[name] for name in ids]


def _share(name: str, part: int, whole: int) -> dict[str, object]:
    low, high = exact_interval(part, whole)
    value = part / whole if whole else float("nan")
    return {name: round(value, 4), f"{name}_low": round(low, 4), f"{name}_high": round(high, 4)}


def _write(name: str, rows: list[dict[str, object]], title: str) -> None:
    table = pd.DataFrame(rows)
    shown = table[["setting", "kind", "marks"]].copy()
    for measure_ in ("recall", "precision"):
        shown[measure_] = [
            f"{v:.3f} ({low:.3f} to {high:.3f})" if v == v else "-"
            for v, low, high in table.filter(regex=f"^{measure_}").itertuples(index=False)
        ]
    shown.insert(4, "finds", table["finds"])
    notes = ["95% intervals by Clopper and Pearson. Made by `python benchmarks/redaction.py`."]
    write_results(name, table, shown=shown, title=title, notes=notes)
    print(shown.to_string(index=False))


def _write_speed() -> None:
    _, _, texts = read_study()[0]
    find_in_texts(texts[:50])  # the lists and the model are loaded
    rows = []
    for name, options in (
        ("kinds told by form (--no-names)", {"names": False}),
        ("with names, by rules and lists alone", {"engine": None}),
        ("with names, rules, lists and model", {}),
    ):
        started = time.perf_counter()
        find_in_texts(texts, **options)  # type: ignore[arg-type]
        speed = len(texts) / (time.perf_counter() - started)
        rows.append({"search": name, "comments a second": round(speed)})
    share = gate_share(texts)
    table = pd.DataFrame(rows).assign(**{"comments the model read": ["0%", "0%", f"{share:.1%}"]})
    notes = [f"{len(texts)} shipped comments, one process. Made by `python benchmarks/redaction.py`."]
    write_results("redaction-speed", table, shown=table, title="What finding names costs", notes=notes)
    print(table.to_string(index=False))


if __name__ == "__main__":
    raise SystemExit(main())
