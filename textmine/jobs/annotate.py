"""Opening a project for annotation: the store, the links, the server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from textmine.annotating.learner import Learner
from textmine.annotating.queue import read_mix
from textmine.annotating.refill import list_review, refill_queue
from textmine.annotating.serving import Address, bind, check_packages, give_links, serve
from textmine.annotations import (
    AnnotationStore,
    Project,
    Task,
    grow_sample,
    keep_annotations,
    restore_annotations,
)
from textmine.errors import InputError

#: Units that each reader gets by chance, before a model can say what to read.
FIRST = 30


@dataclass(frozen=True)
class Annotating:
    """A project about to be served: where, to whom (links by name), and what its lead should know."""

    name: str
    address: Address
    units: int
    open: int
    links: dict[str, str] = field(repr=False)
    notes: list[str]
    serve: Callable[[], None] = field(repr=False)
    keep: Callable[[], list[Path]] = field(repr=False)


@contextmanager
def open_annotating(
    folder: Path,
    address: Address,
    *,
    annotator: str | None = None,
    renew: Sequence[str] = (),
    names: Sequence[str] = (),
    certificate: Path | None = None,
    key: Path | None = None,
    learn: bool = True,
    mix: str = "",
) -> Iterator[Annotating]:
    """A project opened for annotation; its ``serve()`` runs until interrupted, its ``keep()`` writes the
    annotations into the project's folder, as files for git and tables of labels.

    Somebody without any task, in a project that has no tasks at all, is given every unit. While it serves,
    a model is trained in the background (``learn``), and with a ``mix`` such as 'random=0.2,rare=0.8' whoever
    runs short is given more of the units that nobody is to read. An empty database is built from the files
    for git first, as in a fresh clone. Raises
    ``InputError`` where packages are missing, the folder holds no project, or the port is taken.
    """
    check_packages()
    from textmine.annotating.app import create_app

    for path in (certificate, key):
        if path is not None and not path.is_file():
            raise InputError(f"No file {path}. Give the PEM files of --certificate and --key.")
    shares = read_mix(mix) if mix else None
    project = Project.load(folder)
    listening, place = bind(address)
    try:
        with project.open_store() as store:
            restore_annotations(project, store)
            links = give_links(store, place, annotator=annotator, renew=renew)
            notes = _list_notes(place)
            if (held := store.list_tasks()) and project.settings.assignment.sample is not None:
                notes += _grow(project, store, held)
            elif not held:
                if shares is None:
                    store.assign(_plan(project, store))
                else:
                    _begin_queue(project, store)
            tasks = store.list_tasks()
            app = create_app(project, store, names=names, open_to_others=not place.is_loopback)
            learner = Learner(project, store, mix=shares) if learn or shares else None
            yield Annotating(
                name=project.name,
                address=place,
                units=len(project.units),
                open=sum(not task.closed for task in tasks),
                links=links,
                notes=notes,
                serve=lambda: _serve(
                    learner, lambda: serve(app, listening, certificate=certificate, key=key)
                ),
                keep=lambda: keep_annotations(project, store),
            )
    finally:
        listening.close()


def _serve(learner: Learner | None, serve_app: Callable[[], None]) -> None:
    """Serve, and learn meanwhile."""
    if learner is not None:
        learner.start()
    try:
        serve_app()
    finally:
        if learner is not None:
            learner.stop()


def _begin_queue(project: Project, store: AnnotationStore) -> None:
    """The first units of a queue: by chance, since no model knows anything yet."""
    readers = [person for person in store.annotators() if person.active and person.role == "annotator"]
    refill_queue(project, store, FIRST * max(len(readers), 1), mix={"random": 1.0})


def _plan(project: Project, store: AnnotationStore) -> list[Task]:
    """Who reads what in a project that was made before anybody was named: all of it, or its review pile."""
    people = [person for person in store.annotators() if person.active]
    readers = [person.name for person in people if person.role == "annotator"]
    review, whole = list_review(project), project.suggestions().empty
    return project.plan(readers or [person.name for person in people], review, whole=whole)


def _grow(project: Project, store: AnnotationStore, held: Sequence[Task]) -> list[str]:
    """Shares out what a sample that was made larger in the project's settings draws beside its units."""
    new = grow_sample(_plan(project, store), held)
    if not store.assign(new):
        return []
    units = len({task.unit_id for task in new})
    return [f"{units:,} more units were drawn, for the sample that the project's settings ask for."]


def _list_notes(address: Address) -> list[str]:
    if address.is_loopback:
        return []
    notes = ["Other machines can reach this address. Whoever holds a link can read and code as that person."]
    if not address.secure:
        notes.append(
            "Words travel unencrypted: use it on a network you trust, or give --certificate and --key."
        )
    return notes
