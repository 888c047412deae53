"""Many patterns looked for at once: one pass over a text, however many there are (RE2, an automaton)."""

from __future__ import annotations

from collections.abc import Callable

import re2

_MOST_MEMORY = 64 << 20  # bytes for those states of an automaton that it has met


def compile_search(*patterns: str) -> Callable[[str], list[int] | None]:
    r"""A function that gives the numbers of the patterns that are found in a text, None where none is.

    Patterns are those of ``re`` without back references and without looking ahead or behind; ``\w`` and
    ``\b`` go by the letters of ASCII. The time it takes grows with the text alone. Raises ``ValueError`` for
    a pattern that RE2 does not know.

    >>> find = compile_search(r"\bas above\b", r"\bnil\b")
    >>> sorted(find("nil as above")), find("the school")
    ([0, 1], None)
    """
    options = re2.Options()
    options.max_mem = _MOST_MEMORY
    options.log_errors = False
    held = re2.Set.SearchSet(options)
    for number, pattern in enumerate(patterns):
        try:
            held.Add(pattern)
        except re2.error as error:
            raise ValueError(
                f"Pattern {number} cannot be read by RE2: {error}. Put it more plainly."
            ) from error
    held.Compile()
    match: Callable[[str], list[int] | None] = held.Match
    return match
