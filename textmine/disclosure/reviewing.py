"""A person's review of quotes: a sheet to fill, a signature over it, a refusal of what changed since."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import date as calendar
from pathlib import Path
from typing import Any

import pandas as pd

from textmine.disclosure.quotes import HELD, GatedQuotes, hash_content
from textmine.errors import InputError
from textmine.files import atomic_text, sha256_of, write_json, write_rows
from textmine.forms import check_form
from textmine.privacy import find_in_texts
from textmine.privacy.review import keep_private
from textmine.reading import read_table

#: What the reviewer fills in: yes or no, other words where the quote must change, and a remark.
FILLED = ("release", "release_as", "remark")
_FORM = "textmine quote review 1"


@dataclass(frozen=True)
class Signature:
    """Who read the sheet and when, what they decided, and the digest of it all.

    ``method`` is 'sha256', which shows a change but not who made it, or 'hmac-sha256' with a key that the
    reviewer keeps, which nobody else can make.
    """

    reviewer: str
    date: str
    yes: int
    no: int
    digest: str
    method: str


@dataclass(frozen=True, eq=False)
class ReleasedQuotes:
    """The quotes that may go out, as they go out; ``held`` has every other with the reason (private)."""

    table: pd.DataFrame
    held: pd.DataFrame
    respondents: list[str]
    signature: Signature


def write_quote_review(gated: GatedQuotes, path: Path) -> Path:
    """Write the sheet for the reviewer: csv with the empty columns ``release, release_as, remark``.

    Quotes that were held back are not in it. The sheet is readable to its owner alone. ``gated`` is what
    ``gate_quotes`` gave, ``path`` the csv to write.

    >>> import tempfile
    >>> from pathlib import Path
    >>> import textmine as tm
    >>> said = {"u1": "Dr Patel was kind to us all", "u2": "Nobody rang"}
    >>> quotes = pd.DataFrame({"unit_id": ["u1"], "code": ["care"], "start": [0], "end": [17]})
    >>> people, few = {"u1": "p1", "u2": "p2"}, tm.QuoteRules(smallest_cell=2)
    >>> gated = tm.gate_quotes(quotes, said, people, rules=few, engine=None)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sheet = write_quote_review(gated, Path(folder, "quotes.csv"))
    ...     pd.read_csv(sheet)["quote"].tolist()
    ['[name removed] was kind']
    """
    kept = gated.table[gated.table["status"] != HELD].drop(columns=["status", "reasons"])
    with atomic_text(path) as handle:
        write_rows([[*kept.columns, *FILLED]], handle)
        write_rows(([*row, *[""] * len(FILLED)] for row in kept.itertuples(index=False)), handle)
    keep_private(path)
    return path


def sign_review(path: Path, *, reviewer: str, date: str, key: bytes | None = None) -> Signature:
    """Sign a filled sheet: who read it, when, and a digest of all of it; written as ``NAME.signature.json``.

    Every row needs ``release`` yes or no. ``key`` makes it an HMAC. Raises ``InputError`` with the row for a
    blank or other word, for no name and for a date that is not like 2026-11-14. ``path`` is the sheet,
    ``reviewer`` the name of the person who read it, ``date`` the day.

    >>> import tempfile
    >>> from pathlib import Path
    >>> import textmine as tm
    >>> said = {"u1": "Dr Patel was kind to us all", "u2": "Nobody rang"}
    >>> quotes = pd.DataFrame({"unit_id": ["u1"], "code": ["care"], "start": [0], "end": [17]})
    >>> people, few = {"u1": "p1", "u2": "p2"}, tm.QuoteRules(smallest_cell=2)
    >>> gated = tm.gate_quotes(quotes, said, people, rules=few, engine=None)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sheet = write_quote_review(gated, Path(folder, "quotes.csv"))
    ...     rows = pd.read_csv(sheet, dtype=str, keep_default_na=False).assign(release="yes")
    ...     rows.to_csv(sheet, index=False)
    ...     sign_review(sheet, reviewer="A. Reviewer", date="2026-11-14").yes
    1
    """
    if not reviewer.strip():
        raise InputError("A review is signed by a person: give the name of who read the quotes.")
    try:
        calendar.fromisoformat(date)
        ok = bool(re.fullmatch(r"\d{4}-\d\d-\d\d", date))
    except ValueError:
        ok = False
    if not ok:
        raise InputError(f"The date {date!r} is none. Write it as 2026-11-14.")
    frame = _read_sheet(path)
    yes = int(frame["release"].eq("yes").sum())
    digest, method = _digest(frame, reviewer, date, key)
    signed = Signature(reviewer.strip(), date, yes, len(frame) - yes, digest, method)
    write_json({"form": _FORM, "sheet": path.name, **signed.__dict__}, find_signature(path))
    return signed


def find_signature(path: Path) -> Path:
    """Where the signature of a sheet lies.

    >>> find_signature(Path("quotes.csv")).name
    'quotes.signature.json'
    """
    return path.with_name(f"{path.stem}.signature.json")


def verify_review(path: Path, *, key: bytes | None = None) -> tuple[pd.DataFrame, Signature]:
    """The rows of a signed sheet and its signature; raises ``InputError`` where either changed since.

    ``key`` is the one that it was signed with, if any. ``path`` is the sheet.

    >>> import tempfile
    >>> from pathlib import Path
    >>> import textmine as tm
    >>> said = {"u1": "Dr Patel was kind to us all", "u2": "Nobody rang"}
    >>> quotes = pd.DataFrame({"unit_id": ["u1"], "code": ["care"], "start": [0], "end": [17]})
    >>> people, few = {"u1": "p1", "u2": "p2"}, tm.QuoteRules(smallest_cell=2)
    >>> gated = tm.gate_quotes(quotes, said, people, rules=few, engine=None)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sheet = write_quote_review(gated, Path(folder, "quotes.csv"))
    ...     rows = pd.read_csv(sheet, dtype=str, keep_default_na=False).assign(release="yes")
    ...     rows.to_csv(sheet, index=False)
    ...     _ = sign_review(sheet, reviewer="A. Reviewer", date="2026-11-14")
    ...     rows, signature = verify_review(sheet)
    >>> signature.reviewer, rows["release"].tolist()
    ('A. Reviewer', ['yes'])
    """
    beside = find_signature(path)
    if not beside.is_file():
        raise InputError(f"{path.name} is not signed. A person reads it, fills in release, and signs it.")
    try:
        said: dict[str, Any] = json.loads(beside.read_text(encoding="utf-8"))
        check_form(said["form"], "signature of a review", beside.name)
        if said["form"] != _FORM:
            raise ValueError
        names = ("reviewer", "date", "yes", "no", "digest", "method")
        signed = Signature(**{name: said[name] for name in names})
    except InputError:
        raise
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{beside.name} is no signature of a review. Have the sheet signed anew.") from None
    frame = _read_sheet(path)
    if signed.method == "hmac-sha256" and key is None:
        raise InputError(f"{path.name} was signed with a key. Give its file to check the signature.")
    digest, _ = _digest(frame, signed.reviewer, signed.date, key if signed.method != "sha256" else None)
    if not hmac.compare_digest(digest, str(signed.digest)):
        raise InputError(
            f"{path.name} or its signature changed after it was signed on {signed.date}, or the key is "
            "another. Have it read and signed anew."
        )
    return frame, signed


def release_quotes(
    gated: GatedQuotes, review: Path, *, key: bytes | None = None, engine: str | None = "spacy"
) -> ReleasedQuotes:
    """The quotes that a person released and that are still what they read.

    A quote goes out if the signed sheet says yes, the quote is in ``gated`` with the same words and
    attributes (the data may have changed, a person withdrawn), is not held back there, and nothing that
    identifies is found in what goes out, which is ``release_as`` where the reviewer changed the words.
    Raises ``InputError`` as ``verify_review`` does.

    ``key`` and ``engine`` are those of ``sign_review`` and ``redact_texts``. ``review`` is the signed sheet.

    >>> import tempfile
    >>> from pathlib import Path
    >>> import textmine as tm
    >>> said = {"u1": "Dr Patel was kind to us all", "u2": "Nobody rang"}
    >>> quotes = pd.DataFrame({"unit_id": ["u1"], "code": ["care"], "start": [0], "end": [17]})
    >>> people, few = {"u1": "p1", "u2": "p2"}, tm.QuoteRules(smallest_cell=2)
    >>> gated = tm.gate_quotes(quotes, said, people, rules=few, engine=None)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sheet = write_quote_review(gated, Path(folder, "quotes.csv"))
    ...     rows = pd.read_csv(sheet, dtype=str, keep_default_na=False).assign(release="yes")
    ...     rows.to_csv(sheet, index=False)
    ...     _ = sign_review(sheet, reviewer="A. Reviewer", date="2026-11-14")
    ...     released = release_quotes(gated, sheet, engine=None)
    >>> released.table["quote"].tolist()
    ['[name removed] was kind']
    """
    frame, signed = verify_review(review, key=key)
    now = {str(row["quote_id"]): row for row in gated.table.to_dict("records")}
    frame = frame.assign(
        final=frame["release_as"].where(frame["release_as"].str.strip() != "", frame["quote"])
    )
    told = find_in_texts(frame["final"].tolist(), engine=engine)
    rows, held, people = [], [], []
    for row, found in zip(frame.to_dict("records"), told, strict=True):
        known = now.get(str(row["quote_id"]))
        why = _refuse(row, known, gated.attributes, [one.kind for one in found])
        if why or known is None:
            held.append((row["quote_id"], row["code"], why))
            continue
        shown = {name: row[name] for name in gated.attributes}
        rows.append({"quote_id": row["quote_id"], "code": row["code"], "quote": row["final"], **shown})
        people.append(gated.respondents[str(row["quote_id"])])
    in_sheet = set(frame["quote_id"])
    for quote_id, known in now.items():
        if quote_id not in in_sheet:
            held.append((quote_id, known["code"], known["reasons"] or "not in the signed review"))
    columns = ["quote_id", "code", "quote", *gated.attributes]
    return ReleasedQuotes(
        pd.DataFrame(rows, columns=columns),
        pd.DataFrame(held, columns=["quote_id", "code", "why"]),
        people,
        signed,
    )


def _refuse(
    row: dict[Any, Any], known: dict[Any, Any] | None, attributes: tuple[str, ...], found: list[str]
) -> str:
    if row["release"] != "yes":
        return "the reviewer said no"
    if known is None:
        return "no longer in the data"
    reviewed = hash_content(row["code"], row["quote"], {name: row[name] for name in attributes})
    if reviewed != known["content_sha256"]:
        return "what was reviewed is not what the data hold now"
    if known["status"] == HELD:
        return str(known["reasons"])
    if found:
        return f"may still identify: {', '.join(sorted(set(found)))}"
    return ""


def _read_sheet(path: Path) -> pd.DataFrame:
    frame = read_table(path).frame.astype(str)
    needed = ["quote_id", "code", "quote", "content_sha256", *FILLED]
    if missing := [name for name in needed if name not in frame.columns]:
        raise InputError(
            f"{path.name} lacks the columns {', '.join(missing)}. Fill in the sheet as it was made."
        )
    frame["release"] = frame["release"].str.strip().str.casefold().replace({"y": "yes", "n": "no"})
    wrong = ~frame["release"].isin(["yes", "no"])
    if wrong.any():
        raise InputError(
            f"{path.name}, row {int(wrong.to_numpy().argmax()) + 2}, release: wanted yes or no "
            f"({int(wrong.sum())} row(s) have neither). Fill in every row."
        )
    return frame


def _digest(frame: pd.DataFrame, reviewer: str, date: str, key: bytes | None) -> tuple[str, str]:
    rows = sorted(frame.sort_index(axis=1).astype(str).to_dict("records"), key=lambda row: row["quote_id"])
    content = sha256_of({"form": _FORM, "reviewer": reviewer.strip(), "date": date, "rows": rows})
    if key is None:
        return content, "sha256"
    return hmac.new(key, content.encode("ascii"), hashlib.sha256).hexdigest(), "hmac-sha256"
