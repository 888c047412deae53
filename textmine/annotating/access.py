"""Who is at the other end: the token's owner, what their role allows, seals, and how often they may ask."""

from __future__ import annotations

import hashlib
import hmac
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textmine.annotations import AnnotationStore

#: Roles that settle differences and see everybody's readings; and those that rule and plan.
SETTLES = ("adjudicator", "owner")
RULES = ("owner",)

_LONGEST_TOKEN = 200
_MOST_KEPT = 10_000


class Refused(Exception):
    """A request that is not met: the HTTP status, and a line for the person. No respondent's words."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass(frozen=True)
class Visitor:
    """Somebody let in: the name, the role, and the token (never shown), with which seals are made."""

    name: str
    role: str
    token: str = field(repr=False)

    @property
    def settles(self) -> bool:
        """Whether this person may see and settle differences."""
        return self.role in SETTLES

    @property
    def rules(self) -> bool:
        """Whether this person may answer questions and see how others drift."""
        return self.role in RULES

    def seal(self, *words: str) -> str:
        """A short proof of these words that only this person's pages can hold.

        >>> Visitor("ann", "annotator", "t").seal("csrf") == Visitor("ann", "annotator", "u").seal("csrf")
        False
        """
        said = "\x1f".join(words).encode("utf-8", "surrogatepass")
        return hmac.new(self.token.encode("utf-8", "surrogatepass"), said, hashlib.sha256).hexdigest()[:32]

    def holds(self, seal: str, *words: str) -> bool:
        """Whether a seal is this person's for these words; takes the same time for any wrong one."""
        return hmac.compare_digest(seal.encode("utf-8", "replace"), self.seal(*words).encode("ascii"))

    def require(self, allowed: bool, message: str = "Your role does not open this page.") -> None:
        """Raise ``Refused`` (403) unless allowed."""
        if not allowed:
            raise Refused(403, message)


def find_visitor(store: AnnotationStore, token: str | None) -> Visitor | None:
    """Who comes with this token; None for none, a forged one, and one that has ended."""
    if not token or len(token) > _LONGEST_TOKEN or not token.isascii():
        return None
    person = store.who(token)
    return None if person is None or not person.active else Visitor(person.name, person.role, token)


def name_cookie(project: str) -> str:
    """The cookie's name: one project's cookie does not stand in another's way on the same machine.

    >>> name_cookie("study") == name_cookie("Study")
    False
    """
    return "textmine_" + hashlib.sha256(project.encode("utf-8")).hexdigest()[:12]


class Limiter:
    """So many requests at once, and so many a second after that, for each key; old keys are forgotten.

    >>> slow = Limiter(per_second=1, burst=2, clock=lambda: 0.0)
    >>> [slow.allows("ann") for _ in range(3)]
    [True, True, False]
    """

    def __init__(self, *, per_second: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_second, self.burst, self._clock = per_second, burst, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, key: str, cost: float = 1.0) -> bool:
        """Whether one more is allowed now; with a cost of 0 only looks."""
        with self._lock:
            now = self._clock()
            left, at = self._left.pop(key, (float(self.burst), now))
            left = min(float(self.burst), left + (now - at) * self.per_second)
            allowed = left >= max(cost, 1.0)
            self._left[key] = (left - cost if allowed else left, now)
            while len(self._left) > _MOST_KEPT:
                self._left.popitem(last=False)
            return allowed
