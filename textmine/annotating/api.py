"""The JSON that pages ask for: all by POST, so that neither ids nor searched words stand in an address."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from textmine.annotating import boards, team
from textmine.annotating.access import Limiter, Refused, Visitor, find_visitor, name_cookie
from textmine.annotating.guard import is_same_origin
from textmine.annotating.inbox import store_sent, take_list, take_number, take_text
from textmine.errors import StoreUnavailable, TextmineError

if TYPE_CHECKING:
    from textmine.annotating.desk import Desk

Answer = Callable[["Desk", Visitor, dict[str, Any]], Any]

_MOST_PRELOADED = 10


def tell_start(desk: Desk, visitor: Visitor, given: dict[str, Any]) -> Any:
    """What a page needs once: the person, the codebook, the rulings, how far they are."""
    del given
    settings, codes = desk.settings, desk.codebook.codes
    wanted = ("id", "name", "definition", "include", "exclude", "examples", "parent", "core")
    return {
        "person": {"name": visitor.name, "role": visitor.role},
        "project": settings.name,
        "approach": settings.approach,
        "memos_first": settings.memos_first,
        "one_code": not desk.codebook.multi_label,
        "shows_after": settings.show_suggestions_after or not settings.blind,
        "rule": desk.codebook.rule,
        "codes": [
            {name: getattr(code, name) for name in wanted}
            | {"key": str(code.attributes.get("key", "")), "stance": desk.project.asks_stance(code.id)}
            for code in codes
        ],
        "rulings": desk.list_rulings(),
        "count": desk.count(visitor),
        "recent": desk.recent(visitor),
    }


def tell_next(desk: Desk, visitor: Visitor, given: dict[str, Any]) -> Any:
    """The next few units to read."""
    passed = set(take_list(given, "passed", longest=1000))
    limit = take_number(given, "limit", least=1, most=_MOST_PRELOADED, default=3)
    return {"units": desk.next_units(visitor, passed, limit)}


def tell_unit(desk: Desk, visitor: Visitor, given: dict[str, Any]) -> Any:
    """One unit of this person's, to look at again or to correct."""
    unit = desk.check_unit(visitor, given.get("id"))
    return desk.show(visitor, unit, desk.store.open_task(visitor.name, unit))


def tell_after(desk: Desk, visitor: Visitor, given: dict[str, Any]) -> Any:
    """What others and the machine said, after one's own decision."""
    return desk.show_after(visitor, desk.check_unit(visitor, given.get("id")))


def tell_talk(desk: Desk, visitor: Visitor, given: dict[str, Any]) -> Any:
    """The conversation around a unit."""
    return desk.show_talk(visitor, desk.check_unit(visitor, given.get("id")))


def tell_rows(desk: Desk, visitor: Visitor, given: dict[str, Any]) -> Any:
    """Rows of the survey grid."""
    offset = take_number(given, "offset", least=0, most=10**9, default=0)
    limit = take_number(given, "limit", least=1, most=200, default=50)
    return desk.show_rows(visitor, offset, limit, unread=given.get("unread") is True)


def tell_hits(desk: Desk, visitor: Visitor, given: dict[str, Any]) -> Any:
    """Units that hold the words searched for."""
    return desk.search(visitor, take_text(given, "words", longest=500))


def tell_notes(desk: Desk, visitor: Visitor, given: dict[str, Any]) -> Any:
    """One's own memos, flags, calls to act and questions; for leads also others' flags and calls to act."""
    del given
    return {"notes": desk.list_notes(visitor), **boards.list_calls(desk, visitor)}


def tell_differences(desk: Desk, visitor: Visitor, given: dict[str, Any]) -> Any:
    """The units on which readers differ."""
    boards.require_gold(desk, visitor)
    return boards.list_differences(desk, visitor, settled=given.get("settled") is True)


def tell_difference(desk: Desk, visitor: Visitor, given: dict[str, Any]) -> Any:
    """One unit with all readings side by side."""
    boards.require_gold(desk, visitor)
    return boards.show_difference(desk, visitor, desk.check_unit(visitor, given.get("id")))


def tell_questions(desk: Desk, visitor: Visitor, given: dict[str, Any]) -> Any:
    """What annotators asked the owner."""
    del given
    visitor.require(visitor.rules)
    return boards.list_questions(desk)


def take_answer(desk: Desk, visitor: Visitor, given: dict[str, Any]) -> Any:
    """The owner's ruling on a question."""
    visitor.require(visitor.rules, "Only the owner answers with a ruling.")
    return boards.rule(desk, visitor, given)


def tell_choices(desk: Desk, visitor: Visitor, given: dict[str, Any]) -> Any:
    """What passages can be chosen by."""
    del given
    return desk.room.tell_choices(visitor)


def tell_passages(desk: Desk, visitor: Visitor, given: dict[str, Any]) -> Any:
    """A page of the passages asked for."""
    return desk.room.show(visitor, given)


def tell_counts(desk: Desk, visitor: Visitor, given: dict[str, Any]) -> Any:
    """A table of counts, from whose cells one goes to the passages."""
    return desk.room.count(visitor, given)


def tell_quotes(desk: Desk, visitor: Visitor, given: dict[str, Any]) -> Any:
    """One's own quote bank and memos on codes."""
    del given
    return desk.quotes.show(visitor)


def take_quote(desk: Desk, visitor: Visitor, given: dict[str, Any]) -> Any:
    """What a person does with a quote of their bank."""
    return desk.quotes.change(visitor, given)


def take_memo(desk: Desk, visitor: Visitor, given: dict[str, Any]) -> Any:
    """A memo on a code."""
    return desk.quotes.write_memo(visitor, given)


def tell_people(desk: Desk, visitor: Visitor, given: dict[str, Any]) -> Any:
    """Who works on the project."""
    del given
    visitor.require(visitor.rules)
    return team.list_team(desk)


def take_person(desk: Desk, visitor: Visitor, given: dict[str, Any]) -> Any:
    """What the owner does with somebody's access."""
    visitor.require(visitor.rules, "Only the owner lets people in.")
    return team.change_team(desk, visitor, given)


#: What is asked for at /api/NAME.
ANSWERS: dict[str, Answer] = {
    "start": tell_start,
    "next": tell_next,
    "unit": tell_unit,
    "after": tell_after,
    "talk": tell_talk,
    "rows": tell_rows,
    "search": tell_hits,
    "notes": tell_notes,
    "event": store_sent,
    "differences": tell_differences,
    "difference": tell_difference,
    "questions": tell_questions,
    "answer": take_answer,
    "choices": tell_choices,
    "passages": tell_passages,
    "counts": tell_counts,
    "quotes": tell_quotes,
    "quote": take_quote,
    "codememo": take_memo,
    "people": tell_people,
    "person": take_person,
}


class Json(Response):
    """JSON in plain ASCII: any text passes, half characters too, and no byte can be taken for markup."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The bytes of the answer."""
        text = json.dumps(content, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
        return text.replace("<", "\\u003c").encode("ascii")


class Door:
    """Lets people in by their token, and checks every request that comes after."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.cookie = desk, name_cookie(desk.settings.name)
        self.asking = Limiter(per_second=50, burst=300)
        self.failing = Limiter(per_second=0.2, burst=10)

    def greet(self, request: Request) -> Visitor | None:
        """Who sends a request, by the cookie."""
        return find_visitor(self.desk.store, request.cookies.get(self.cookie))

    async def enter(self, request: Request) -> Response:
        """Change the token of a link for a cookie that no script can read."""
        place = request.client.host if request.client else ""
        try:
            _check_origin(request)
            if not self.failing.allows(place, cost=0):
                raise Refused(429, "Too many wrong links. Wait a minute.")
            token = take_text(await _read_json(request), "token", longest=200)
            visitor = await run_in_threadpool(find_visitor, self.desk.store, token)
            if visitor is None:
                self.failing.allows(place)
                raise Refused(401, "This link is wrong or has ended. Ask the project's owner for a new one.")
        except Refused as refused:
            return _tell(refused)
        answer = Json({"name": visitor.name, "role": visitor.role})
        secure = request.url.scheme == "https"
        answer.set_cookie(self.cookie, token, httponly=True, samesite="strict", secure=secure, path="/")
        return answer

    async def leave(self, request: Request) -> Response:
        """Forget the cookie; the link lets the person in again."""
        try:
            await self._check(request)
        except Refused as refused:
            return _tell(refused)
        answer = Json({})
        answer.delete_cookie(self.cookie, path="/", httponly=True, samesite="strict")
        return answer

    def answer(self, work: Answer) -> Callable[[Request], Any]:
        """An endpoint that checks who asks and answers with what ``work`` gives."""

        async def endpoint(request: Request) -> Response:
            try:
                visitor = await self._check(request)
                given = await _read_json(request)
                return Json(await run_in_threadpool(work, self.desk, visitor, given))
            except Refused as refused:
                return _tell(refused)
            except StoreUnavailable as error:  # not the page's fault: it keeps what it sent, and tries again
                return _tell(Refused(503, str(error)))
            except TextmineError as error:
                return _tell(Refused(422, str(error)))

        return endpoint

    def routes(self) -> list[Route]:
        """All there is under /api."""
        asked = [Route(f"/api/{name}", self.answer(work), methods=["POST"]) for name, work in ANSWERS.items()]
        enter = Route("/api/enter", self.enter, methods=["POST"])
        return [*asked, enter, Route("/api/leave", self.leave, methods=["POST"])]

    async def _check(self, request: Request) -> Visitor:
        _check_origin(request)
        visitor = await run_in_threadpool(self.greet, request)
        if visitor is None:
            raise Refused(401, "You are not signed in, or your link has ended. Open your link again.")
        if not visitor.holds(request.headers.get("x-csrf-token", ""), "csrf"):
            raise Refused(403, "This request did not come from your page. Reload it.")
        if not self.asking.allows(visitor.name):
            raise Refused(429, "Too many requests at once. The page tries again by itself.")
        return visitor


def _check_origin(request: Request) -> None:
    """Refuse what another site's page makes a browser send."""
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site", "same-origin")
    if site != "same-origin" or (origin and not is_same_origin(origin, request.headers.get("host", ""))):
        raise Refused(403, "Requests from other sites are refused.")


async def _read_json(request: Request) -> dict[str, Any]:
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise Refused(415, "Wanted JSON.")
    try:
        given = _mend_halves(json.loads(await request.body()))
    except (ValueError, RecursionError):
        raise Refused(422, "No JSON that can be read.") from None
    if not isinstance(given, dict):
        raise Refused(422, "Wanted a JSON object.")
    return given


def _mend_halves(value: Any) -> Any:
    """What was sent with U+FFFD for each half of a character, which a page sends where an emoji was cut."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_mend_halves(inner) for inner in value]
    if isinstance(value, dict):
        return {_mend_halves(key): _mend_halves(inner) for key, inner in value.items()}
    return value


def _tell(refused: Refused) -> Response:
    headers = {"Retry-After": "2"} if refused.status == 429 else None
    return Json({"error": refused.message}, status_code=refused.status, headers=headers)
