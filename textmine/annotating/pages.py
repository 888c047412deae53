"""The pages: plain templates; what respondents wrote comes later, as JSON, and is set as text."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from textmine.annotating.access import Refused, Visitor
from textmine.annotating.api import Door
from textmine.annotating.boards import AgreementBoard
from textmine.errors import StoreUnavailable, TextmineError

if TYPE_CHECKING:
    from textmine.annotating.desk import Desk

_TEMPLATES = Path(__file__).parent / "templates"

#: What stands in the menu: path, name, who sees it.
MENU = (
    ("/read", "Read", "everybody"),
    ("/grid", "Grid", "everybody"),
    ("/passages", "Passages", "everybody"),
    ("/search", "Search", "everybody"),
    ("/memos", "Memos", "everybody"),
    ("/codebook", "Codebook", "everybody"),
    ("/progress", "Progress", "everybody"),
    ("/learning", "Learning", "settles"),
    ("/settle", "Differences", "settles"),
    ("/agreement", "Agreement", "settles"),
    ("/questions", "Questions", "rules"),
    ("/drift", "Drift", "rules"),
    ("/people", "People", "rules"),
)
_NEEDS_GOLD = ("/learning", "/settle", "/agreement", "/drift")


def show_number(value: Any, digits: int = 2) -> str:
    """A figure for a table; a dash where there is none.

    >>> show_number(0.5), show_number(float("nan"))
    ('0.50', '–')
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "–"
    return f"{value:.{digits}f}" if isinstance(value, float) else str(value)


class Pages:
    """Every page of the app, each for those whose role opens it."""

    def __init__(self, desk: Desk, door: Door) -> None:
        self.desk, self.door, self.board = desk, door, AgreementBoard()
        self.templates = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.filters["number"] = show_number

    def routes(self) -> list[Route]:
        """The pages by their paths."""
        plain = {f"/{name}": name for name in ("read", "grid", "passages", "search", "memos")}
        made: dict[str, Callable[[Visitor], dict[str, Any]]] = {
            "/codebook": self._codebook,
            "/progress": self._progress,
            "/learning": self._learning,
            "/settle": self._settle,
            "/agreement": self._agreement,
            "/questions": self._questions,
            "/drift": self._drift,
            "/people": self._people,
        }
        routes = [Route("/", self._enter), Route("/favicon.ico", _no_icon)]
        routes += [Route(path, self._page(f"{name}.html", lambda _: {})) for path, name in plain.items()]
        routes += [Route(path, self._page(f"{path[1:]}.html", fill)) for path, fill in made.items()]
        return routes

    def _page(self, template: str, fill: Callable[[Visitor], dict[str, Any]]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            visitor = await run_in_threadpool(self.door.greet, request)
            if visitor is None:
                return self._render("enter.html", 401, title="Sign in")
            try:
                filled = await run_in_threadpool(fill, visitor)
            except (Refused, TextmineError) as refused:
                away = 503 if isinstance(refused, StoreUnavailable) else 422
                status = refused.status if isinstance(refused, Refused) else away
                return self._render("refused.html", status, visitor, title="Not here", message=str(refused))
            path = request.url.path
            title = next(name for place, name, _ in MENU if place == path)
            return self._render(template, 200, visitor, path=path, title=title, **filled)

        return endpoint

    async def _enter(self, request: Request) -> Response:
        """The page a link opens: its script changes the token for a cookie and goes on."""
        visitor = await run_in_threadpool(self.door.greet, request)
        home = "/memos" if self.desk.settings.memos_first else "/read"
        return self._render("enter.html", 200, title="Sign in", home=home if visitor else "")

    def _render(self, template: str, status: int, visitor: Visitor | None = None, **filled: Any) -> Response:
        values: dict[str, Any] = {"path": "", "home": "", "project": self.desk.settings.name}
        values |= {"visitor": visitor, "csrf": "", "menu": []}
        if visitor is not None:
            values |= {"csrf": visitor.seal("csrf"), "menu": self._menu(visitor)}
        page = self.templates.get_template(template).render({**values, **filled})
        return HTMLResponse(page, status_code=status)

    def _menu(self, visitor: Visitor) -> list[tuple[str, str]]:
        allowed = {"everybody": True, "settles": visitor.settles, "rules": visitor.rules}
        gold = self.desk.settings.has_gold
        return [(p, n) for p, n, who in MENU if allowed[who] and (gold or p not in _NEEDS_GOLD)]

    # --- what fills the pages -----------------------------------------------------------------------------

    def _codebook(self, visitor: Visitor) -> dict[str, Any]:
        del visitor
        book = self.desk.codebook
        depth = {code.id: len(book.ancestors(code.id)) for code in book.codes}
        return {"book": book, "depth": depth, "rulings": self.desk.list_rulings()}

    def _progress(self, visitor: Visitor) -> dict[str, Any]:
        table = self.desk.store.progress()
        rows = table.to_dict("records")
        if not visitor.settles:
            rows = [row for row in rows if row["annotator"] == visitor.name]
        return {"rows": rows, "names": list(table.columns)}

    def _learning(self, visitor: Visitor) -> dict[str, Any]:
        from textmine.annotating.learning_page import fill_learning

        visitor.require(visitor.settles)
        if not self.desk.settings.has_gold:
            raise Refused(404, "A reflexive project trains no model.")
        return fill_learning(self.desk.project, self.desk.store)

    def _settle(self, visitor: Visitor) -> dict[str, Any]:
        from textmine.annotating.boards import require_gold

        require_gold(self.desk, visitor)
        return {}

    def _agreement(self, visitor: Visitor) -> dict[str, Any]:
        visitor.require(visitor.settles)
        agreement, reason = self.board.measure(self.desk)
        if agreement is None:
            return {"agreement": None, "reason": reason}
        plain = agreement.to_dict()
        names = {code.id: code.name for code in self.desk.codebook.codes}
        return {"agreement": plain, "reason": "", "names": names}

    def _questions(self, visitor: Visitor) -> dict[str, Any]:
        visitor.require(visitor.rules)
        return {}

    def _people(self, visitor: Visitor) -> dict[str, Any]:
        visitor.require(visitor.rules)
        return {}

    def _drift(self, visitor: Visitor) -> dict[str, Any]:
        visitor.require(visitor.rules)
        if not self.desk.settings.computes_agreement:
            raise Refused(404, "A reflexive project measures no agreement, nor drift.")
        readers = [person.name for person in self.desk.store.annotators() if person.active]
        tables = {name: self.desk.store.drift(name).to_dict("records") for name in readers}
        return {"tables": tables}


async def _no_icon(request: Request) -> Response:
    del request
    return Response(status_code=204)
