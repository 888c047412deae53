"""Dictionaries of quanteda in YAML: nested categories become a tree of codes, values their rules.

The form is that of ``quanteda::dictionary(file = "x.yml")`` and ``as.yaml`` (Benoit et al. 2018, Journal of
Open Source Software 3(30), 774): keys are categories, lists are values, a category that holds both keeps its
own values under ``__``. Values are globs without regard to case; one with spaces is a phrase.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from textmine.coding.rules.form import CodeEntry, Entry, RuleSet, read_tree, read_utf8
from textmine.coding.rules.language import parse_phrase
from textmine.errors import CodebookError

log = logging.getLogger(__name__)

#: The key under which quanteda writes the values of a category that has categories below it.
OWN_VALUES = "__"
#: Categories within categories, at most.
DEEPEST = 20


def read_quanteda(path: str | Path) -> RuleSet:
    """The rules in a quanteda dictionary; a category's id is its path (``ECONOMY.TAX``), as in quanteda.

    A category takes the hits of those below it as well. A value without a letter or digit, such as ':-)',
    cannot be matched: it is left out, named in ``left_out`` and counted in the log. Raises ``CodebookError``
    where the file is no dictionary.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "economy.yml")
    ...     _ = path.write_text("MONEY: [sav*, cost*]\\nTIME: [hour*]\\n", encoding="utf-8")
    ...     [entry.id for entry in read_quanteda(path).codes]
    ['MONEY', 'TIME']
    """
    file = Path(path)
    return parse_quanteda(read_utf8(file), file.name, id=file.stem)


def parse_quanteda(text: str, source: str = "dictionary", *, id: str = "dictionary") -> RuleSet:
    """The rules in the text of a quanteda dictionary.

    >>> rules = parse_quanteda("ECONOMY: {TAX: [tax*, value added tax], __: [econom*]}")
    >>> rules.ids, [rule.find for rule in rules.codes[0].rules]
    (['ECONOMY', 'ECONOMY.TAX'], ['econom*'])
    """
    problems: list[str] = []
    tree = read_tree(text, source, problems)
    if not isinstance(tree, dict) or not tree:
        raise CodebookError(f"{source} holds no dictionary. Wanted categories with lists of values.")
    found = list(_categories(tree, None, problems))
    if problems:
        raise CodebookError(f"{source}: {'; '.join(problems[:5])}", problems)
    left_out: list[str] = []
    codes = [_as_code(path, parent, values, left_out) for path, parent, values in found]
    if left_out:
        log.warning("%s: %d value(s) without a word were left out.", source, len(left_out))
    try:
        return RuleSet(id, tuple(codes), left_out=tuple(left_out))
    except CodebookError as error:
        raise CodebookError(f"{source}: {'; '.join(error.problems[:5])}", error.problems) from None


def _categories(
    tree: dict[str, Any], parent: str | None, problems: list[str], depth: int = 1
) -> Iterator[tuple[str, str | None, list[str]]]:
    """Path, parent and own values of each category, each before those below it."""
    for key, held in tree.items():
        if key == OWN_VALUES:
            continue
        path = f"{parent}.{key}" if parent else str(key)
        if depth > DEEPEST:
            problems.append(f"category {path!r}: nested more than {DEEPEST} deep")
            continue
        values, below = _split(held, path, problems)
        yield path, parent, values
        yield from _categories(below, path, problems, depth + 1)


def _split(held: Any, path: str, problems: list[str]) -> tuple[list[str], dict[str, Any]]:
    """A category's own values, and the categories below it."""
    values: list[str] = []
    below: dict[str, Any] = {}
    for item in held if isinstance(held, list) else [held]:
        if isinstance(item, str):
            values.append(item)
        elif isinstance(item, dict):
            own = item.get(OWN_VALUES)
            values += [own] if isinstance(own, str) else [v for v in own or () if isinstance(v, str)]
            below |= item
        elif item is not None:
            problems.append(f"category {path!r}: wanted words, or categories with words")
    return values, below


def _as_code(path: str, parent: str | None, values: list[str], left_out: list[str]) -> CodeEntry:
    rules = []
    for number, value in enumerate(values, 1):
        try:
            parse_phrase(value)
        except CodebookError:
            left_out.append(f"category {path!r}, value {number}")
            continue
        rules.append(Entry(find=value, plain=True))
    return CodeEntry(id=path, name=path.rsplit(".", 1)[-1], parent=parent, rules=tuple(rules))
