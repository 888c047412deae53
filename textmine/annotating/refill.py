"""Filling the queue of a project as people read: who reads which of the units that were drawn or picked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from textmine.annotating.drawing import (
    AT_LEAST,
    AUDIT,
    Pick,
    allocate_sample,
    measure_doubt,
    pick_audit,
    pick_random,
    stratify_units,
)
from textmine.annotating.queue import (
    DEFAULT_MIX,
    drop_twins,
    pick_disputed,
    pick_rare,
    pick_review,
    split_batch,
)
from textmine.annotations import Event, Task, new_event_id
from textmine.annotations.assignment import SAMPLE, shuffle_units
from textmine.annotations.standing import find_current
from textmine.errors import InputError
from textmine.files import atomic_text, write_rows

if TYPE_CHECKING:
    from textmine.annotations import AnnotationStore, Project

_PLAN = ("code", "calibration", "drawn")


@dataclass(frozen=True)
class Scores:
    """What a model says of all units: ``probabilities`` (held-out for those it learned from), and a ranking.

    ``ranking`` stands in for codes with hardly a positive; None where probabilities do.
    """

    probabilities: pd.DataFrame
    ranking: pd.DataFrame | None = None


@dataclass(frozen=True)
class Queue:
    """The state that picks hang on: the plan so far, what is read, and what each unit's words are."""

    units: list[str]
    words: dict[str, str]
    holders: dict[str, list[str]]
    samples: dict[str, dict[str, str]]
    labels: pd.DataFrame
    disputed: list[str]
    planned: int
    load: dict[str, int]


def read_queue(project: Project, store: AnnotationStore, people: Sequence[str]) -> Queue:
    """The state of a project's queue; ``people`` are those who are to read."""
    tasks = store.list_tasks()
    events = store.events()
    holders: dict[str, list[str]] = defaultdict(list)
    samples: dict[str, dict[str, str]] = defaultdict(dict)
    load = dict.fromkeys(people, 0)
    for task in tasks:
        if task.annotator not in holders[task.unit_id]:
            holders[task.unit_id].append(task.annotator)
        if task.probability is not None and task.purpose in _PLAN:
            name, _, stratum = task.sample.partition("/")
            samples[name][task.unit_id] = stratum
        if not task.closed and task.annotator in load:
            load[task.annotator] += 1
    for event in find_current(events):
        if event.annotator not in holders[event.unit_id]:
            holders[event.unit_id].append(event.annotator)
    table = store.disagreements() if store.approach != "reflexive" else None
    open_ones = [] if table is None else table[table["settled"].isna()]["unit_id"].tolist()
    labels = store.labels().set_index("unit_id")[store.codebook.ids].astype("Float64")
    return Queue(
        units=project.units,
        words=_find_words(project),
        holders=dict(holders),
        samples=dict(samples),
        labels=labels,
        disputed=list(dict.fromkeys(map(str, open_ones))),
        planned=len({task.unit_id for task in tasks if task.purpose in _PLAN}),
        load=load,
    )


def refill_queue(
    project: Project,
    store: AnnotationStore,
    count: int,
    *,
    scores: Scores | None = None,
    mix: Mapping[str, float] = DEFAULT_MIX,
    people: Sequence[str] | None = None,
    review: Sequence[str] = (),
    audit_code: str | None = None,
    seed: int | None = None,
) -> list[Pick]:
    """Pick ``count`` more units by a mix of strategies and share them out; gives what was new in the plan.

    Units drawn by chance come from all units. One that somebody reads already for another reason keeps that
    reading, and its probability is written into the plan, so that no text is read twice for it; so many are
    drawn that ``count`` new ones are to be expected. Units picked for their use come from those that nobody
    is to read, and identical answers are read once. Where a strategy has no scores or nothing left, chance
    takes its part. The strata of the audit are kept beside the annotations and never change. ``people`` are
    all active annotators, if not said. Raises ``InputError`` where nobody is there to read, or the project
    is reflexive and the mix is not 'random' alone.

    ``review`` are units of a work list, for the strategy of that name; ``audit_code`` names the code whose
    scores part the audit into strata. ``store`` is the project's, open; ``seed`` is that of the draws (the
    project's, if None).

    >>> import tempfile
    >>> from textmine import Codebook, Corpus, create_project
    >>> from textmine.annotations import Settings
    >>> texts = Corpus(pd.DataFrame({"doc_id": ["u1", "u2", "u3", "u4"], "text": ["a", "b", "c", "d"]}))
    >>> book = Codebook.from_labels(["money"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     project = create_project(folder, texts, book, Settings(name="study"))
    ...     with project.open_store() as store:
    ...         _ = store.add_annotator("ann")
    ...         picks = refill_queue(project, store, 2, mix={"random": 1.0})
    >>> [(pick.role, pick.probability) for pick in picks]
    [('random', 0.5), ('random', 0.5)]
    """
    readers = _find_readers(store, people)
    if store.approach == "reflexive" and set(mix) - {"random"}:
        raise InputError("In a reflexive project no model says what to read. Use the mix random.")
    queue = read_queue(project, store, readers)
    seed = project.settings.assignment.seed if seed is None else seed
    wanted = split_batch(mix, count, before=queue.planned)
    picks: list[Pick] = []
    if scores is not None:
        picks = _draw_audit(project, queue, scores, wanted.get("audit", 0), audit_code, seed)
    by_audit = wanted.get("audit", 0) if scores is not None else 0
    by_chance = wanted.get("random", 0)
    drawn = {pick.unit_id for pick in [*picks, *_draw_random(queue, by_chance, seed)]}
    if scores is not None:
        useful = _pick_useful(queue, scores, wanted, review, drawn, seed)
    else:
        useful = pick_review(review, wanted.get("review", 0), without={*queue.holders, *drawn})
    chance = _draw_random(queue, count - by_audit - len(useful), seed)
    mixed = {pick.unit_id: pick for pick in [*useful, *chance, *picks]}
    order = shuffle_units(list(mixed), seed, f"order{queue.planned}")
    tasks = _make_tasks([mixed[unit] for unit in order], queue, readers)
    for both in [*chance, *picks]:  # drawn into two samples at once: the plan keeps both
        if mixed[both.unit_id] is not both:
            holder = next(task.annotator for task in tasks if task.unit_id == both.unit_id)
            tasks.append(_note_draw(both, holder))
    store.assign(tasks)
    return [mixed[unit] for unit in order]


def list_review(project: Project) -> list[str]:
    """The units that a model puts up for review, in the order of its suggestions."""
    suggested = project.suggestions()
    units = set(project.units)
    piled = suggested.loc[suggested["band"] == "review", "unit_id"].tolist()
    return [unit for unit in dict.fromkeys(map(str, piled)) if unit in units]


def carry_twins(project: Project, store: AnnotationStore) -> int:
    """Give open units the decision that the same person took on an identical answer; says how many.

    The same words to the same question, outside transcripts. The decision says in its reason whose words it
    repeats, and took no time. Re-reads and calibration are left to be read.
    """
    words = _find_words(project)
    current = [
        event for event in find_current(store.events()) if not event.payload["reason"].startswith(SAME)
    ]
    known = {(event.annotator, words[event.unit_id]): event for event in current if event.unit_id in words}
    carried = []
    for task in store.list_tasks():
        if task.closed or task.purpose != "code" or task.unit_id not in words:
            continue
        event = known.get((task.annotator, words[task.unit_id]))
        if event is not None and event.unit_id != task.unit_id:
            carried.append(_copy(event, task))
    store.record_all(carried)
    return len(carried)


#: How the reason of a decision begins that was carried over from an identical answer.
SAME = "same words as "


def _copy(event: Event, task: Task) -> Event:
    payload = {**event.payload, "reason": f"{SAME}{event.unit_id}"}
    return Event(
        id=new_event_id(),
        kind="decision",
        unit_id=task.unit_id,
        annotator=task.annotator,
        payload=payload,
        suggestions_shown=event.suggestions_shown,
        round=task.round,
    )


def read_strata(folder: Path, sample: str = AUDIT) -> pd.Series | None:
    """The strata that a sample is drawn within; None before its first draw."""
    path = folder / "samples" / f"{sample}.csv"
    if not path.is_file():
        return None
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    return frame.set_index("unit_id")["stratum"]


def write_strata(strata: pd.Series, folder: Path, sample: str = AUDIT) -> Path:
    """Keep the strata of a sample, for all draws to come."""
    path = folder / "samples" / f"{sample}.csv"
    with atomic_text(path) as handle:
        write_rows([("unit_id", "stratum"), *strata.items()], handle)
    return path


def _find_readers(store: AnnotationStore, people: Sequence[str] | None) -> list[str]:
    active = [person for person in store.annotators() if person.active]
    readers = [person.name for person in active if person.role == "annotator"]
    found = list(people) if people else readers or [person.name for person in active]
    if not found:
        raise InputError("Nobody to read. Name annotators with textmine init, or as people.")
    return found


def _find_words(project: Project) -> dict[str, str]:
    """The question and words of each unit, by which identical answers are known; none in transcripts."""
    frame = project.corpus.frame
    if "speaker" in frame.columns or "turn" in frame.columns:
        return {}
    corpus, units = project.corpus, set(project.units)
    rows = zip(corpus.ids, corpus.questions, corpus.texts, strict=True)
    return {unit: f"{question}\x1f{text}" for unit, question, text in rows if unit in units}


def _draw_audit(
    project: Project, queue: Queue, scores: Scores, count: int, code: str | None, seed: int
) -> list[Pick]:
    if count <= 0:
        return []
    strata = read_strata(project.annotations)
    values = scores.probabilities.reindex(queue.units)
    if strata is None:
        strata = stratify_units(values, code=code)
        write_strata(strata, project.annotations)
    drawn = queue.samples.get(AUDIT, {})
    before = Counter(drawn.values())
    sizes = {str(name): int(n) for name, n in strata.value_counts(sort=False).sort_index().items()}
    spreads = measure_doubt(values.reindex(strata.index), strata, code=code)
    fresh = {name: _share_fresh(queue, strata.index[strata == name], drawn) for name in sizes}
    total, expected = len(drawn), 0.0
    while True:  # units that are read already cost nothing: draw until enough new ones are to be expected
        total += max(1, int(count - expected))  # each adds one new unit at the most
        allocation = allocate_sample(sizes, spreads, total, drawn=before, at_least=AT_LEAST)
        expected = sum((n - before[name]) * fresh[name] for name, n in allocation.items())
        if expected >= count - 1e-9 or total >= len(strata):
            break
    return [p for p in pick_audit(strata, allocation, seed=seed) if p.unit_id not in drawn]


def _share_fresh(queue: Queue, units: Iterable[str], drawn: Collection[str]) -> float:
    """The share of the units not drawn yet that nobody reads.

    It sets how many to draw before the draw: to draw until so many are new would favour new ones.
    """
    left = [unit for unit in units if unit not in drawn]
    return sum(unit not in queue.holders for unit in left) / len(left) if left else 0.0


def _draw_random(queue: Queue, count: int, seed: int) -> list[Pick]:
    """The random sample grown by as many units as let ``count`` be expected that are new to everybody."""
    drawn = queue.samples.get(SAMPLE, {})
    if count <= 0:
        return []
    order = shuffle_units(queue.units, seed)
    total = max((place + 1 for place, unit in enumerate(order) if unit in drawn), default=0)
    fresh = _share_fresh(queue, order[total:], ())
    total = min(total + round(count / fresh), len(order)) if fresh else len(order)
    return [pick for pick in pick_random(queue.units, total, seed=seed) if pick.unit_id not in drawn]


def _pick_useful(
    queue: Queue,
    scores: Scores,
    wanted: Mapping[str, int],
    review: Sequence[str],
    taken: Collection[str],
    seed: int,
) -> list[Pick]:
    free = [unit for unit in queue.units if unit not in queue.holders and unit not in taken]
    values = scores.probabilities.reindex(free)
    positives = {str(code): int((queue.labels[code] == 1).sum()) for code in queue.labels.columns}
    found = pick_disputed(queue.labels, scores.probabilities, len(queue.units), differing=queue.disputed)
    able = [pick for pick in found if len(queue.holders.get(pick.unit_id, ())) < len(queue.load)]
    picks = able[: wanted.get("disputed", 0)]
    picks += pick_review(review, wanted.get("review", 0), without={*queue.holders, *taken})
    if wanted.get("rare"):
        most = 10 * wanted["rare"] + 200  # some will fall out as twins
        ranked = pick_rare(values, positives, most, ranking=scores.ranking, seed=seed)
        chosen = {pick.unit_id for pick in picks}
        others = [*queue.holders, *taken, *chosen]
        rest = [pick for pick in ranked if pick.unit_id not in chosen]
        picks += drop_twins(rest, queue.words, read=others)[: wanted["rare"]]
    return picks


def _make_tasks(picks: Sequence[Pick], queue: Queue, people: Sequence[str]) -> list[Task]:
    """Each unit to whoever has least to read; one that is held already keeps its reader."""
    load = dict(queue.load)
    tasks = []
    for pick in picks:
        holders = queue.holders.get(pick.unit_id, [])
        if holders and pick.role != "disputed":
            tasks.append(_note_draw(pick, holders[0]))
            continue
        able = [name for name in people if name not in holders]
        name = min(able, key=lambda who: (load[who], people.index(who)))
        load[name] += 1
        task = Task(annotator=name, unit_id=pick.unit_id, role=pick.role)
        tasks.append(replace(task, probability=pick.probability, sample=pick.sample))
    return tasks


def _note_draw(pick: Pick, holder: str) -> Task:
    """What keeps that a unit which somebody reads anyway was drawn by chance as well."""
    return Task(
        annotator=holder,
        unit_id=pick.unit_id,
        purpose="drawn",
        role=pick.role,
        probability=pick.probability,
        sample=pick.sample,
        reason=pick.sample,
    )
