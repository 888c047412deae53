"""The annotation store: every decision of every annotator, appended and never changed."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import pandas as pd

from textmine.agreement import APPROACHES
from textmine.annotations import current, drift, people, rulings, tables
from textmine.annotations.events import Event
from textmine.annotations.people import REVOKED, Annotator
from textmine.annotations.schema import EVENTS, open_engine, reading
from textmine.annotations.schema import writing as write_to
from textmine.annotations.standing import find_live, find_rounds_done
from textmine.annotations.tasks import (
    Task,
    add_tasks,
    check_task,
    fetch_counts,
    fetch_given,
    fetch_open,
    fetch_plan,
    fetch_tasks,
    fetch_units,
    in_chunks,
)
from textmine.annotations.verbs import Verbs
from textmine.annotations.writing import Request, Rules, absorb_history, fetch_events, write_requests
from textmine.codebook import Codebook
from textmine.coded import CodedDataset
from textmine.corpus import Corpus
from textmine.errors import InputError, StoreUnavailable


class AnnotationStore(Verbs):
    """What people decided about the units of one project, in an SQLite file or a PostgreSQL database.

    ``where`` is a path or a ``postgresql://`` URL; several projects may share it. With a ``corpus``, units
    and quotes are checked against its texts. When a method that writes has come back, what it wrote is on the
    disk. One store serves all threads of a process; writes that meet are committed together. Nothing is
    updated or deleted: a correction is a new event. ``approach='reflexive'`` refuses adjudication and
    whatever measures people against each other. Raises ``InputError`` where the store cannot be opened.
    ``project`` is the name that its events stand under, ``codebook`` the codes that may be given.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     codebook = Codebook.from_labels(["money", "time"])
    ...     with AnnotationStore(Path(folder, "store.sqlite"), "study", codebook) as store:
    ...         _ = store.decide("u1", "ann", ["money"])
    ...         _ = store.decide("u2", "ann", [])  # read, and nothing found
    ...         store.coded("ann").counts()
    {'money': 1, 'time': 0}
    """

    def __init__(
        self,
        where: Path | str,
        project: str,
        codebook: Codebook,
        *,
        corpus: Corpus | None = None,
        approach: str = "codebook",
    ) -> None:
        if approach not in APPROACHES:
            raise InputError(f"No approach {approach!r}. Choose one of {', '.join(APPROACHES)}.")
        self.project, self.codebook, self.corpus, self.approach = project, codebook, corpus, approach
        texts = None if corpus is None else dict(zip(corpus.ids, corpus.texts, strict=True))
        self._rules = Rules(project, codebook, texts, approach != "reflexive")
        self._engine = open_engine(where)
        self._waiting: list[Request] = []
        self._in_line, self._is_led = threading.Lock(), False

    def __enter__(self) -> AnnotationStore:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"AnnotationStore({self.project!r}, {self._engine.dialect.name})"

    def close(self) -> None:
        """Let go of the file or database."""
        self._engine.dispose()

    # --- writing ------------------------------------------------------------------------------------------

    def record(self, event: Event) -> Event:
        """Store an event and give it back with its number; one sent before is given back as it was stored.

        Raises ``InputError`` where it breaks a rule of the project; then nothing is stored.
        """
        return self.record_all([event])[0]

    def record_all(self, events: Sequence[Event]) -> list[Event]:
        """Store several events, all or none."""
        request = Request(list(events))
        with self._in_line:
            self._waiting.append(request)
            request.leads, self._is_led = not self._is_led, True
        try:
            if not request.leads:
                request.called.wait()  # until it is done, or this thread is to write for those in line
            if request.leads:
                self._lead()
        except BaseException:  # the wait was broken off: nobody may wait for this thread
            self._leave(request)
            raise
        if request.error is not None:
            raise request.error
        return request.stored

    def answer(
        self,
        question_id: str,
        owner: str,
        text: str,
        *,
        code: str | None = None,
        effect: Literal["narrows", "widens", "unclear"] = "unclear",
        also: Sequence[str] = (),
        id: str | None = None,
    ) -> rulings.Ruling:
        """Answer a question with a ruling, and queue the earlier decisions that it may touch.

        ``effect`` says whether it narrows or widens the code, or neither for sure; ``also`` names units to be
        read again besides; ``id`` is the event's own. Raises ``InputError`` for a question that is not there.
        ``question_id`` is the id of the question's event, ``owner`` who rules, ``text`` the ruling in words
        and ``code`` what it is on.
        """
        return rulings.answer_question(
            self, question_id, owner, text, code=code, effect=effect, also=also, id=id
        )

    # --- reading ------------------------------------------------------------------------------------------

    def events(
        self,
        *,
        unit_id: str | None = None,
        annotator: str | None = None,
        kinds: Sequence[str] | None = None,
        after: int = 0,
    ) -> list[Event]:
        """What happened, in the order of storing: all, or of one ``unit_id``, ``annotator`` or of ``kinds``.

        ``after`` is the number of the last event that is known already.
        """
        where = [EVENTS.c.project == self.project, EVENTS.c.seq > after]
        where += [] if unit_id is None else [EVENTS.c.unit_id == unit_id]
        where += [] if annotator is None else [EVENTS.c.annotator == annotator]
        where += [] if kinds is None else [EVENTS.c.kind.in_(list(kinds))]
        with reading(self._engine) as connection:
            return fetch_events(connection, where)

    def history(self, unit_id: str) -> list[Event]:
        """All that happened to a unit, in order, what was undone included.

        ``unit_id`` is the unit's id.
        """
        return self.events(unit_id=unit_id)

    def last_event(self, annotator: str) -> Event | None:
        """The annotator's latest event that still stands: what an undo would take back."""
        kinds = ("decision", "evidence", "memo", "flag", "skip", "question", "act_on", "adjudication")
        mine = find_live(self.events(annotator=annotator), kinds)
        return mine[-1] if mine else None

    def decisions(self) -> pd.DataFrame:
        """The decisions in force, a row each (see ``tables.decisions_table``)."""
        return tables.list_decisions(self)

    def coded(self, annotator: str | None = None, *, adjudicated: bool = False) -> CodedDataset:
        """One annotator's coding; else what all agree on, with ``adjudicated`` what was settled."""
        return current.make_coded(self, annotator, adjudicated=adjudicated)

    def codings(self) -> dict[str, CodedDataset]:
        """Each annotator's coding, for measuring agreement."""
        return {name: current.make_coded(self, name) for name in current.list_readers(self)}

    def labels(self, *, sample: bool | str = False) -> pd.DataFrame:
        """The settled labels with how each unit was drawn (see ``tables.list_labels``).

        ``sample`` keeps those of a sample with known probabilities: the only one, or the one named.
        """
        return tables.list_labels(self, sample=sample)

    def disagreements(self) -> pd.DataFrame:
        """Units and codes on which readers differ, side by side (see ``tables.list_disagreements``)."""
        return tables.list_disagreements(self)

    def progress(self) -> pd.DataFrame:
        """How far each annotator is, and how fast (see ``tables.measure_progress``)."""
        return tables.measure_progress(self)

    def drift(self, annotator: str, *, block: int = 20) -> pd.DataFrame:
        """How an annotator's reading changes, ``block`` units at a time (see ``drift.measure_drift``)."""
        return drift.measure_drift(self, annotator, block=block)

    def rulings(self, code: str | None = None) -> pd.DataFrame:
        """The rulings in force, oldest first, of one code or of all."""
        return rulings.list_rulings(self, code)

    def questions(self, *, open_only: bool = False) -> pd.DataFrame:
        """Questions to the owner, oldest first, each with its ruling; ``open_only``: those without one."""
        return rulings.list_questions(self, open_only=open_only)

    # --- who reads what -----------------------------------------------------------------------------------

    def assign(self, tasks: Sequence[Task], *, first: bool = False) -> int:
        """Add tasks to the plan, behind what is there or (``first``) before it; gives how many were new.

        Raises ``InputError`` for a task on a unit that the corpus lacks.
        """
        for task in tasks:
            check_task(task)
            if self._rules.texts is not None and task.unit_id not in self._rules.texts:
                raise InputError("A task for a unit that the project does not have. Check the ids.")
        units = sorted({task.unit_id for task in tasks})
        with write_to(self._engine, self.project) as connection:
            events: list[Event] = []
            for part in in_chunks(units):
                where = [EVENTS.c.project == self.project, EVENTS.c.unit_id.in_(part)]
                events += fetch_events(connection, where)
            done = find_rounds_done(sorted(events, key=lambda event: event.seq))
            return add_tasks(connection, self.project, tasks, done=done, first=first)

    def next_task(self, annotator: str) -> Task | None:
        """What this annotator is to read next; None when all is read."""
        found = self.next_tasks(annotator, 1)
        return found[0] if found else None

    def next_tasks(self, annotator: str, limit: int) -> list[Task]:
        """The next few, in order; a re-read waits until its unit has been read.

        ``annotator`` is a name, ``limit`` how many at the most.
        """
        size = limit + 2
        while True:
            with reading(self._engine) as connection:
                found = fetch_open(connection, self.project, annotator, size)
            ready = [t for t in found if t.purpose != "reread" or self.may_see_others(t.unit_id, annotator)]
            if len(ready) >= limit or len(found) < size:
                return ready[:limit]
            size *= 4

    def open_task(self, annotator: str, unit_id: str) -> Task | None:
        """The annotator's open task on a unit, re-reads aside; None where there is none.

        ``annotator`` is a name, ``unit_id`` the unit's id.
        """
        return next(
            (t for t in self._tasks_on(annotator, unit_id) if not t.closed and t.purpose != "reread"), None
        )

    def has_task(self, annotator: str, unit_id: str) -> bool:
        """Whether the unit is, or was, this annotator's to read.

        ``annotator`` is a name, ``unit_id`` the unit's id.
        """
        return bool(self._tasks_on(annotator, unit_id))

    def tasks(self, annotator: str | None = None) -> pd.DataFrame:
        """The plan, a row a task, by annotator and position."""
        found = [vars(task) for task in self.list_tasks(annotator)]
        return pd.DataFrame(found, columns=list(Task.__dataclass_fields__))

    def list_tasks(self, annotator: str | None = None) -> list[Task]:
        """The plan as tasks, by annotator and position."""
        with reading(self._engine) as connection:
            return fetch_plan(connection, self.project, annotator)

    def count_tasks(self, annotator: str, *, without: Sequence[str] = ("drawn",)) -> tuple[int, int]:
        """How many tasks somebody has, and how many of them are open; ``without`` purposes left out.

        ``annotator`` is a name.
        """
        with reading(self._engine) as connection:
            return fetch_counts(connection, self.project, annotator, without)

    def list_units(self, annotator: str, *, without: Sequence[str] = ("drawn",)) -> list[str]:
        """The units of somebody's tasks in the order of reading, each once; ``without`` purposes left out.

        ``annotator`` is a name.
        """
        with reading(self._engine) as connection:
            return fetch_units(connection, self.project, annotator, without)

    def unassigned(self, units: Iterable[str]) -> list[str]:
        """Those of these units that nobody is to read yet, in the order given."""
        with reading(self._engine) as connection:
            given = fetch_given(connection, self.project)
        return [unit for unit in units if unit not in given]

    def may_see_others(self, unit_id: str, annotator: str) -> bool:
        """Whether this annotator has decided on the unit, and so may see what others and models say of it.

        ``unit_id`` is the unit's id, ``annotator`` a name.
        """
        mine = [event for event in self.history(unit_id) if event.annotator == annotator]
        return bool(find_live(mine, ["decision"]))

    # --- who works on it ----------------------------------------------------------------------------------

    def add_annotator(self, name: str, role: str = "annotator") -> str:
        """Register somebody and give their token, which is shown this once; only its hash is kept.

        Once somebody is registered, nobody else's events are taken; an annotator's only on units that are
        theirs; ``adjudicator`` and ``owner`` may settle differences, an ``owner`` may rule. ``name`` is what
        their events stand under, ``role`` 'annotator', 'adjudicator' or 'owner'.
        """
        with write_to(self._engine, self.project) as connection:
            return people.add_person(connection, self.project, name, role)

    def new_token(self, name: str) -> str:
        """A new token for somebody; the old one ends.

        ``name`` is theirs.
        """
        with write_to(self._engine, self.project) as connection:
            return people.change_person(connection, self.project, name)

    def set_role(self, name: str, role: str) -> None:
        """Give somebody another role; their token stays. Whose access had ended needs a new one as well.

        ``name`` is theirs, ``role`` as for ``add_annotator``.
        """
        with write_to(self._engine, self.project) as connection:
            people.change_role(connection, self.project, name, role)

    def revoke(self, name: str) -> None:
        """End somebody's access; what they decided stays.

        ``name`` is theirs.
        """
        with write_to(self._engine, self.project) as connection:
            people.change_person(connection, self.project, name, role=REVOKED)

    def annotators(self) -> list[Annotator]:
        """Everybody registered, by name."""
        with reading(self._engine) as connection:
            return people.list_people(connection, self.project)

    def who(self, token: str) -> Annotator | None:
        """Whose token this is; None for one that is forged or has ended."""
        with reading(self._engine) as connection:
            return people.find_person(connection, self.project, token)

    def absorb(
        self, events: Sequence[Event], tasks: Sequence[Task], folk: Sequence[Annotator]
    ) -> tuple[int, int, int, int]:
        """Take in what was exported elsewhere, all or nothing: new events, tasks, people, and known events.

        For ``import_annotations``, which checks what comes from files. ``folk`` are the people with their
        roles.
        """
        with write_to(self._engine, self.project) as connection:
            new, added, known = absorb_history(connection, self._rules, events, tasks)
            joined = sum(people.restore_person(connection, self.project, person) for person in folk)
            return new, added, joined, known

    # --- inside -------------------------------------------------------------------------------------------

    def _tasks_on(self, annotator: str, unit_id: str) -> list[Task]:
        with reading(self._engine) as connection:
            found = fetch_tasks(connection, self.project, [unit_id])
        return [task for task in found if task.annotator == annotator]

    def _lead(self) -> None:
        """Write for everybody in line, one wait for the disk for all, then hand over to who came since."""
        with self._in_line:
            together, self._waiting = self._waiting, []
        try:
            self._write(together)
        finally:
            for request in together:
                request.leads = False
                request.called.set()
            self._hand_over()

    def _hand_over(self) -> None:
        with self._in_line:
            heir = self._waiting[0] if self._waiting else None
            self._is_led = heir is not None
            if heir is not None:
                heir.leads = True
                heir.called.set()

    def _leave(self, request: Request) -> None:
        with self._in_line:
            leads, request.leads = request.leads, False
            self._waiting = [other for other in self._waiting if other is not request]
        if leads:
            self._hand_over()

    def _write(self, requests: list[Request]) -> None:
        """Write requests together; where that fails, each by itself: none fails for another's sake."""
        try:
            with write_to(self._engine, self.project) as connection:
                write_requests(connection, self._rules, requests)
        except InputError as error:
            for request in requests:
                request.stored, request.error = [], error
                if len(requests) > 1 and not isinstance(error, StoreUnavailable):
                    request.error = None
                    self._write([request])
        except BaseException:  # a fault of textmine's own: whoever waits must not take it for stored
            for request in requests:
                request.stored, request.error = (
                    [],
                    InputError("The store failed; nothing was stored. Try again."),
                )
            raise
