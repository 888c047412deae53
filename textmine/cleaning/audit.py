"""What a cleaning leaves on paper: counts by rule and flag, each change, and the list of texts to act on."""

from __future__ import annotations

import csv
import datetime as dt
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textmine.cleaning.steps import CleanedText
from textmine.errors import InputError
from textmine.files import write_rows

#: Columns of the audit: which text, which rule, where in the raw text, the words before and after.
AUDIT_COLUMNS = ("id", "rule", "start", "end", "before", "after")
#: Columns of the list of possible disclosures. It holds no words: who may read them opens the data.
ALERT_COLUMNS = ("id", "owner", "date_raised", "date_closed")


@dataclass
class CleaningCounts:
    """Counts of a cleaning that add up chunk by chunk.

    ``texts_by_rule`` counts texts that a rule changed, ``changes_by_rule`` its changes; ``flags`` counts
    texts by flag and ``languages`` by language ('' is not told).

    >>> counts = CleaningCounts(texts=2, changed=1)
    >>> counts.add(CleaningCounts(texts=3))
    >>> counts.texts, counts.changed
    (5, 1)
    """

    texts: int = 0
    changed: int = 0
    texts_by_rule: Counter[str] = field(default_factory=Counter)
    changes_by_rule: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)

    def note(self, cleaned: CleanedText) -> None:
        """Count one text that may have been changed."""
        rules = [change.rule for change in cleaned.changes]
        self.changed += cleaned.text != cleaned.raw
        self.changes_by_rule.update(rules)
        self.texts_by_rule.update(set(rules))

    def add(self, other: CleaningCounts) -> None:
        """Add the counts of another part."""
        self.texts += other.texts
        self.changed += other.changed
        for name in ("texts_by_rule", "changes_by_rule", "flags", "languages"):
            getattr(self, name).update(getattr(other, name))

    def to_dict(self) -> dict[str, Any]:
        """The counts as plain values, rules in order of name."""
        rules = {
            rule: {"texts": self.texts_by_rule[rule], "changes": self.changes_by_rule[rule]}
            for rule in sorted(self.changes_by_rule)
        }
        languages = {language or "not told": n for language, n in sorted(self.languages.items())}
        return {
            "texts": self.texts,
            "changed": self.changed,
            "rules": rules,
            "flags": dict(self.flags),
            "languages": languages,
        }


def audit_rows(unit: str, cleaned: CleanedText) -> list[tuple[str, str, int, int, str, str]]:
    """A row a change, as ``AUDIT_COLUMNS`` has it; ``before`` and ``after`` are the respondent's words.

    >>> from textmine.cleaning import clean_text
    >>> audit_rows("r1", clean_text("a  b"))
    [('r1', 'spaces', 2, 3, ' ', '')]
    """
    return [
        (unit, change.rule, change.span.start, change.span.end, change.before, change.after)
        for change in cleaned.changes
    ]


def write_alerts(units: Sequence[str], path: Path, *, owner: str = "", today: dt.date | None = None) -> int:
    """Add units to the list of possible disclosures, which only its owner can read; gives how many are new.

    A list that is there already keeps its rows, with the owner and the dates that people have put in. The
    file's mode is 0600 where the system knows modes. Raises ``InputError`` for a file that is no such list.
    """
    rows = _read_alerts(path)
    known = {row[0] for row in rows}
    raised = (today or dt.date.today()).isoformat()
    new = [(unit, owner, raised, "") for unit in dict.fromkeys(units) if unit not in known]
    _write_private([ALERT_COLUMNS, *rows, *new], path)
    return len(new)


def _read_alerts(path: Path) -> list[tuple[str, ...]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as handle:
        header, *rows = list(csv.reader(handle)) or [[]]
    if tuple(header) != ALERT_COLUMNS:
        wanted = ", ".join(ALERT_COLUMNS)
        raise InputError(f"{path} is no list of alerts (columns {wanted}). Name another file with --alerts.")
    return [tuple(row) for row in rows]


def _write_private(rows: Iterable[Sequence[str]], path: Path) -> None:
    """Write csv that nobody but its owner can read, not for a moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".textmine-", suffix=".csv", dir=path.parent)  # of mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            write_rows(rows, file)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
