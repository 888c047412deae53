"""textmine's own methods, by the name they have in the tables: what makes each, and how it is trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Method:
    """A coder's name in the tables, what makes it, and what ``textmine train`` is told to train it."""

    name: str
    make: Callable[..., Any]
    train: tuple[str, ...] = ()


def make_fast() -> Any:
    """A coder of the fast tier."""
    from textmine.coding.coder import Coder

    return Coder()


def make_accurate(**settings: Any) -> Any:
    """A coder of the accurate tier."""
    from textmine.coding.accurate import AccurateCoder

    return AccurateCoder(**settings)


#: By the word that the command line takes. The first that is asked for leads the table.
METHODS = {
    "fast": Method("textmine, fast tier", make_fast),
    "accurate": Method("textmine, accurate tier", make_accurate, ("--tier", "accurate")),
}
