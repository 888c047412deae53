"""The annotation app of one project: pages, what they ask for, and the guard around both."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from textmine.annotating.api import Door, Json
from textmine.annotating.desk import Desk
from textmine.annotating.guard import Guard
from textmine.annotating.pages import Pages
from textmine.errors import StoreUnavailable

if TYPE_CHECKING:
    from textmine.annotations import AnnotationStore, Project

_STATIC = Path(__file__).parent / "static"


def create_app(
    project: Project,
    store: AnnotationStore,
    *,
    names: Collection[str] = (),
    open_to_others: bool = False,
) -> Guard:
    """An ASGI app that serves one project to whoever holds a token of ``store``.

    ``names`` are the host names by which it may be called besides loopback's; ``open_to_others`` lets it be
    called by any numeric address too. The app never opens a connection to anywhere.
    """
    desk = Desk(project, store)
    door = Door(desk)
    static = Mount("/static", _Static(directory=_STATIC), name="static")
    missing: Any = {404: _not_found, 405: _not_found, StoreUnavailable: _store_away}
    inner = Starlette(
        routes=[*Pages(desk, door).routes(), *door.routes(), static], exception_handlers=missing
    )
    return Guard(inner, names=names, open_to_others=open_to_others)


class _Static(StaticFiles):
    """Scripts and styles: a browser may keep them, but asks before it uses them."""

    async def get_response(self, path: str, scope: Any) -> Response:
        """A file of the folder; whatever lies outside is not found."""
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = "no-cache"
        return answer


def _store_away(request: Request, error: Exception) -> Response:
    del request
    return Json({"error": str(error)}, status_code=503)


def _not_found(request: Request, error: Exception) -> Response:
    del request
    return Json({"error": "There is nothing here."}, status_code=getattr(error, "status_code", 404))
