"""How well the flags of cleaning find what they are for: precision and recall with intervals.

    python benchmarks/flags.py

Non-response is measured against the marks in truth/, the other flags against the made sentences in cases/ and
near repeats that are made here out of the school comments; false alarms are counted in real comments. The
table goes
to results/ and into docs/flags.md. About a minute. Where the NHS comments are absent (see README.md) their
rows are
left out, with a word.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from protocols import ROOT, find_benchmarks
from scipy.stats import binomtest
from scoring import write_results

from textmine.cleaning import DuplicateFinder, flag_each, normalise_text, repair_texts

HERE = Path(__file__).parent
STUDY = ROOT / "corpora" / "school-collaboration" / "comments.csv"
#: The batch of made sentences that no phrase was changed for and no weight of a word learned from.
UNSEEN_BATCH = "8"
_DID_NOT_ANSWER = "Did not answer"
_SEED = 0


def main() -> int:
    started = time.monotonic()
    school = _read(STUDY).rename(columns={"comment_id": "id"})[["id", "text", "question"]]
    rows = measure_non_response(school, "school comments", "non_response_school.csv")
    comments = {"school comments": school}
    folder = find_benchmarks()
    if folder is None:
        print("The NHS comments were not found (set TEXTMINE_BENCHMARKS, see README.md): left out.")
    else:
        nhs = _read(folder / "nhs-feedback" / "comments.csv")
        nhs = nhs.rename(columns={"Comment ID": "id", "FFT answer": "text", "FFT question": "question"})
        rows += measure_non_response(nhs, "NHS comments", "non_response_nhs.csv")
        rows += measure_safeguarding(nhs)
        comments["NHS comments"] = nhs[["id", "text", "question"]]
    rows += measure_cases()
    rows += measure_near(school)
    rows += [row for name, table in comments.items() for row in count_alarms(table, name)]
    table = pd.DataFrame(rows)
    notes = ["95% intervals after Wilson. Made by `python benchmarks/flags.py`."]
    write_results("flags", table, shown=_shown(table), title="The flags of cleaning", notes=notes)
    print(_shown(table).to_string(index=False))
    print(f"{time.monotonic() - started:.0f} s")
    return 0


def measure_non_response(comments: pd.DataFrame, name: str, marks: str) -> list[dict[str, object]]:
    """Against the marks of one reader; all of them, and without what is easy or could be argued about."""
    truth = _read(HERE / "truth" / marks).rename(columns={"comment_id": "id", "Comment ID": "id"})
    both = comments.merge(truth, on="id", validate="1:1")
    found = _flags(both)["non_response"].to_numpy(dtype=bool)
    true = both["non_response"].eq("1").to_numpy()
    clear = both["borderline"].eq("0").to_numpy()
    rows = [
        _row(f"non-response, {name}", true, found),
        _row("... without borderline ones", true[clear], found[clear]),
    ]
    easy = both["text"].str.strip().eq(_DID_NOT_ANSWER).to_numpy()
    if easy.any():
        rows.insert(1, _row(f"... without '{_DID_NOT_ANSWER}'", true[~easy], found[~easy]))
    return rows


def measure_safeguarding(nhs: pd.DataFrame) -> list[dict[str, object]]:
    """The few NHS comments that its coders marked as a safeguarding concern: recall alone can be told."""
    marked = nhs[nhs["Safeguarding concerns?"].eq("1")]
    found = _flags(marked)["possible_harm"].to_numpy(dtype=bool)
    return [
        _row(
            "possible harm, NHS 'Safeguarding concerns?'", np.ones(len(marked), bool), found, recall_only=True
        )
    ]


def measure_cases() -> list[dict[str, object]]:
    """The made sentences in ``cases/``."""
    rows = []
    for flag in ("gibberish", "wants_contact", "possible_harm"):
        file = {"wants_contact": "contact", "possible_harm": "harm"}.get(flag, flag)
        cases = _read(HERE / "cases" / f"{file}.csv")
        true, found = (
            cases[flag].eq("1").to_numpy(),
            flag_each(cases["text"].tolist())[flag].to_numpy(dtype=bool),
        )
        name = flag.replace("_", " ")
        rows.append(_row(f"{name}, made sentences", true, found))
        if "batch" in cases:
            unseen = cases["batch"].eq(UNSEEN_BATCH).to_numpy()
            rows.append(
                _row("... the batch nothing was fitted to", true[unseen], found[unseen], recall_only=True)
            )
    cases = _read(HERE / "cases" / "language.csv")
    told = flag_each(cases["text"].tolist())["language"].to_numpy(dtype=str)
    wanted = cases["language"].to_numpy(dtype=str)
    right, named = int((told == wanted).sum()), int((told != "").sum())
    counts = {"marked": len(cases), "found": named, "right": right}
    return [
        *rows,
        {"flag": f"language, made sentences in {len(set(wanted))} languages", **counts, **_shares(**counts)},
    ]


def measure_near(school: pd.DataFrame) -> list[dict[str, object]]:
    """Pairs made of the school comments, by changes that leave an answer the same and that do not."""
    rng = random.Random(_SEED)
    texts = [t for t in repair_texts(school["text"].tolist()) if len(t.split()) >= 2]
    words = [word for text in texts for word in text.split() if word.isalpha() and len(word) > 3]
    same = {name: [pair for t in texts if (pair := change(t, rng, words))] for name, change in SAME.items()}
    other = {name: [pair for t in texts if (pair := change(t, rng, words))] for name, change in OTHER.items()}
    rows, hits, true_hits, total = [], 0, 0, 0
    for name, pairs in same.items():
        found = _near(pairs)
        total, hits, true_hits = total + len(found), hits + sum(found), true_hits + sum(found)
        rows.append(
            _row(f"near duplicate: {name}", np.ones(len(found), bool), np.array(found), recall_only=True)
        )
    for name, pairs in other.items():
        found = _near(pairs)
        hits += sum(found)
        rows.append({"flag": f"no near duplicate: {name}", "texts": len(found), "alarms": sum(found)})
    counts = {"marked": total, "found": hits, "right": true_hits}
    return [
        {"flag": "near duplicate, all pairs made of school comments", **counts, **_shares(**counts)},
        *rows,
    ]


def count_alarms(comments: pd.DataFrame, name: str) -> list[dict[str, object]]:
    """How many comments get each flag that hardly any should have, or that a person must read."""
    flags = _flags(comments)
    counts = {
        "told to be in another language than English": ~flags["language"].isin(["en", ""]),
        "gibberish": flags["gibberish"],
        "wants contact": flags["wants_contact"],
        "possible harm": flags["possible_harm"],
    }
    return [
        {"flag": f"{flag}, {name}", "texts": len(flags), "alarms": int(found.sum())}
        for flag, found in counts.items()
    ]


# --- pairs ------------------------------------------------------------------------------------------------


def _mistype(text: str, rng: random.Random, words: Sequence[str]) -> tuple[str, str] | None:
    places = [
        i for i, char in enumerate(text[:-1]) if char.isalpha() and text[i + 1].isalpha() and char.isascii()
    ]
    if sum(map(str.isalpha, text)) < 13 or not places:
        return None
    i = rng.choice(places)
    letter = rng.choice("abcdefghijklmnopqrstuvwxyz")
    ways = (
        text[:i] + text[i + 1 :],
        text[:i] + letter + text[i:],
        text[:i] + letter + text[i + 1 :],
        text[:i] + text[i + 1] + text[i] + text[i + 2 :],
    )
    return text, rng.choice(ways)


def _repunctuate(text: str, rng: random.Random, words: Sequence[str]) -> tuple[str, str] | None:
    changed = "".join(char for char in text if char not in ".,!;:()") + rng.choice(["!", "...", " !!"])
    return text, changed


def _reorder(text: str, rng: random.Random, words: Sequence[str]) -> tuple[str, str] | None:
    parts = text.split()
    cut = rng.randrange(1, len(parts))
    return text, " ".join(parts[cut:] + parts[:cut])


def _change_words(n: int, fewest: int, most: int) -> object:
    def change(text: str, rng: random.Random, words: Sequence[str]) -> tuple[str, str] | None:
        parts = text.split()
        if not fewest <= len(parts) <= most:
            return None
        for i in rng.sample(range(len(parts)), n):
            parts[i] = rng.choice(words)
        return text, " ".join(parts)

    return change


def _drop_word(text: str, rng: random.Random, words: Sequence[str]) -> tuple[str, str] | None:
    parts = text.split()
    if len(parts) < 12:
        return None
    i = rng.choice([i for i, part in enumerate(parts) if part.isalpha()] or [0])
    return text, " ".join(parts[:i] + parts[i + 1 :])


def _negate(text: str, rng: random.Random, words: Sequence[str]) -> tuple[str, str] | None:
    for plain in (" is ", " are ", " was ", " have ", " can "):
        if plain in text and "not" not in text:
            return text, text.replace(plain, f"{plain}not ", 1)
    return None


def _renumber(text: str, rng: random.Random, words: Sequence[str]) -> tuple[str, str] | None:
    digits = [i for i, char in enumerate(text) if char in "0123456789"]
    if not digits:
        return None
    i = rng.choice(digits)
    return text, text[:i] + str((int(text[i]) + rng.randrange(1, 10)) % 10) + text[i + 1 :]


SAME = {
    "one letter mistyped (12 letters or more)": _mistype,
    "other marks": _repunctuate,
    "words in another order": _reorder,
    "one word changed (10 words or more)": _change_words(1, 12, 400),
    "one word dropped (10 words or more)": _drop_word,
    "two words changed (18 words or more)": _change_words(2, 20, 400),
}
OTHER = {
    "one word changed in 2 to 7 words": _change_words(1, 2, 7),
    "five words changed in 12 to 24": _change_words(5, 12, 24),
    "a 'not' put in": _negate,
    "a number changed": _renumber,
}


def _near(pairs: Sequence[tuple[str, str]]) -> list[bool]:
    """Whether the second of each pair is found near the first, among all firsts; repeats are no pair."""
    pairs = [(a, b) for a, b in dict.fromkeys(pairs) if normalise_text(a) != normalise_text(b)]
    firsts = list(dict.fromkeys(a for a, _ in pairs))
    finder = DuplicateFinder()
    finder.find(firsts, firsts)
    same, near = finder.find([str(i) for i in range(len(pairs))], [b for _, b in pairs])
    return [bool(s) or n == a or bool(n) for (a, _), s, n in zip(pairs, same, near, strict=True)]


# --- figures ------------------------------------------------------------------------------------------------


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def _flags(comments: pd.DataFrame) -> pd.DataFrame:
    return flag_each(repair_texts(comments["text"].tolist()), comments["question"].tolist())


def _row(name: str, true: np.ndarray, found: np.ndarray, *, recall_only: bool = False) -> dict[str, object]:
    counts = {"marked": int(true.sum()), "found": int(found.sum()), "right": int((true & found).sum())}
    shares = _shares(**counts)
    if recall_only:
        shares = {key: value for key, value in shares.items() if not key.startswith("precision")}
    return {"flag": name, "texts": len(true), **counts, **shares}


def _shares(marked: int, found: int, right: int) -> dict[str, float]:
    shares = {}
    for measure, n in (("precision", found), ("recall", marked)):
        interval = binomtest(right, max(n, 1)).proportion_ci(method="wilson")
        values = (right / max(n, 1), interval.low, interval.high)
        shares |= {
            f"{measure}{end}": round(float(v), 4)
            for end, v in zip(("", "_low", "_high"), values, strict=True)
        }
    return shares


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    shown = pd.DataFrame({"flag": table["flag"]})
    for name in ("texts", "marked", "found", "right", "alarms"):
        shown[name] = ["" if pd.isna(n) else f"{int(n):,}" for n in table[name]]
    for measure in ("precision", "recall"):
        parts = zip(table[measure], table[f"{measure}_low"], table[f"{measure}_high"], strict=True)
        shown[measure] = [
            "" if pd.isna(v) else f"{v:.3f} ({low:.3f} to {high:.3f})" for v, low, high in parts
        ]
    return shown


if __name__ == "__main__":
    sys.exit(main())
