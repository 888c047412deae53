"""Annotations as files: whole, in order, the same each time, and the store built from them again."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from textmine.annotations import AnnotationStore, Task, export_annotations, import_annotations
from textmine.codebook import Codebook
from textmine.errors import InputError
from textmine.reading import read_labels

OURS = Path(__file__).resolve().parents[2]


def fill(store: AnnotationStore) -> None:
    """A bit of everything: corrections, undos, questions, a ruling, odd characters."""
    for name, role in (("ann", "annotator"), ("ben", "annotator"), ("olu", "owner")):
        store.add_annotator(name, role)
    plan = [
        Task(annotator=n, unit_id=u, role="audit", probability=0.3, sample="audit")
        for n in ("ann", "ben")
        for u in ("u1", "u2", "u5")
    ]
    store.assign(plan)
    spans = [{"code": "money", "start": 0, "end": 1}]
    store.decide("u1", "ann", ["money"], spans=spans, stances={"money": "mixed"}, seconds=3.25)
    store.decide("u1", "ben", [], reason="one\u2028two\nthree \u0000 four")
    store.memo("u2", "ben", "an é and a 😀")
    asked = store.ask("u2", "ben", "Time?", code="time")
    store.decide("u5", "ann", ["time"])
    store.answer(asked.id, "olu", "No.", effect="narrows")
    store.undo(store.decide("u2", "ann", ["time"]).id, "ann")
    store.adjudicate("u1", "olu", ["money"], reason="it is said")
    store.revoke("ben")


def same(one: AnnotationStore, other: AnnotationStore) -> bool:
    return (
        one.events() == other.events()
        and one.list_tasks() == other.list_tasks()
        and one.annotators() == other.annotators()
    )


def test_store_is_built_again_exactly(store: AnnotationStore, make_store, tmp_path: Path) -> None:
    fill(store)
    export_annotations(store, tmp_path / "files")
    other = make_store("other")
    report = import_annotations(other, tmp_path / "files")
    assert same(store, other) and report.events == len(store.events()) and report.tasks == len(store.tasks())
    assert other.next_task("ann") == store.next_task("ann")


def test_export_of_the_same_store_is_byte_for_byte_the_same(
    store: AnnotationStore, make_store, tmp_path: Path
) -> None:
    fill(store)
    export_annotations(store, tmp_path / "one")
    other = make_store("other")
    import_annotations(other, tmp_path / "one")
    export_annotations(other, tmp_path / "two")
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.jsonl"))
    assert len(files) == 8
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_later_export_only_adds_lines(store: AnnotationStore, tmp_path: Path) -> None:
    store.decide("u1", "ann", ["money"])
    (path, *_) = export_annotations(store, tmp_path / "files")
    before = path.read_text("utf-8")
    store.decide("u1", "ann", ["time"])
    export_annotations(store, tmp_path / "files")
    assert path.read_text("utf-8").startswith(before) and path.read_text("utf-8").count("\n") == 2


def test_random_histories_survive_the_way_there_and_back(make_store, tmp_path: Path) -> None:
    for seed in range(5):
        rng, store = random.Random(seed), make_store(f"from{seed}", corpus=None)
        for _ in range(40):
            unit, name = f"u{rng.randrange(6)}", rng.choice(["ann", "ben"])
            act = rng.choice(["decide", "decide", "undo", "skip", "assign"])
            last = store.last_event(name)
            if act == "assign":
                store.assign([Task(annotator=name, unit_id=unit, purpose=rng.choice(["code", "reread"]))])
            elif act == "undo" and last is not None:
                store.undo(last.id, name)
            elif act == "skip":
                store.skip(unit, name)
            else:
                store.decide(unit, name, rng.sample(["money", "time"], rng.randrange(3)))
        export_annotations(store, tmp_path / f"files{seed}")
        other = make_store(f"to{seed}", corpus=None)
        import_annotations(other, tmp_path / f"files{seed}")
        assert same(store, other)


def test_import_twice_adds_nothing_and_a_second_machine_adds_its_own(
    store: AnnotationStore, make_store, tmp_path: Path
) -> None:
    store.decide("u1", "ann", ["money"])
    export_annotations(store, tmp_path / "files")
    assert import_annotations(store, tmp_path / "files").known == 1
    other = make_store("other")
    mine = other.decide("u2", "ben", ["time"])
    import_annotations(other, tmp_path / "files")
    assert [event.seq for event in other.events()] == [1, 2] and other.history("u2") == [mine]
    assert other.coded("ann").counts() == {"money": 1, "time": 0}


def test_labels_beside_the_events_can_be_read_by_anybody(store: AnnotationStore, tmp_path: Path) -> None:
    store.decide(
        "u1", "ann", ["money"], spans=[{"code": "money", "start": 10, "end": 15}], stances={"money": "denies"}
    )
    store.decide("u4", "ann", [])
    export_annotations(store, tmp_path)
    lines = (tmp_path / "labels" / "ann.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [
        {"unit_id": "u1", "code": "money", "quote": "money", "stance": "denies", "coder": "ann"},
        {"unit_id": "u4", "code": "none", "coder": "ann"},
    ]


def test_our_own_annotations_are_read(make_store) -> None:
    book = Codebook.load(OURS / "corpora" / "school-collaboration" / "codebook.yaml")
    store = make_store("ours", codebook=book, corpus=None)
    import_annotations(store, OURS / "annotations" / "school-collaboration")
    assert len(store.coded("coder_1")) == len(store.coded("coder_2")) == 900
    assert len(store.coded("coder_9")) == 116
    agreed = store.labels()
    assert len(agreed) == 900 + 6 * 300 + 116 and set(agreed["sampling_role"]) == {"imported"}
    twice = store.coded("coder_10").spans.duplicated(["unit_id", "code"])
    assert twice.any()  # a code may stand twice in a turn, with two quotes


def test_label_without_a_coder_is_what_was_agreed(store: AnnotationStore, tmp_path: Path) -> None:
    rows = [
        {"unit_id": "u1", "code": "money", "quote": "pool money", "source": "agreed", "stance": "affirms"},
        {"unit_id": "u4", "code": "none"},
    ]
    (tmp_path / "agreed.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    import_annotations(store, tmp_path)
    coded = store.coded(adjudicated=True)
    assert coded.decisions.loc["u4"].tolist() == [0.0, 0.0]
    assert coded.spans[["start", "end", "quote"]].values.tolist() == [[5, 15, "pool money"]]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "a.jsonl, line 2: not a JSON object"),
        ("[]", "a.jsonl, line 2: not a JSON object"),
        ('{"unit_id": "u1"}', "a.jsonl, line 2: neither an event nor a label"),
        ('{"unit_id": "u1", "code": "love", "coder": "ann"}', "a.jsonl, line 2: No code 'love'"),
        ('{"unit_id": "u9", "code": "time", "coder": "ann"}', "a.jsonl, line 2: the corpus has no unit"),
        ('{"unit_id": "u1", "code": "time", "coder": "Ann B"}', "annotator's name"),
        ('{"id": "e", "kind": "memo", "annotator": "ann", "seq": 0}', "a.jsonl, line 2"),
    ],
)
def test_line_that_cannot_be_read_is_named_and_nothing_is_taken_in(
    store: AnnotationStore, tmp_path: Path, line: str, told: str, secret: str
) -> None:
    good = f'{{"unit_id": "u2", "code": "time", "quote": "{secret}", "coder": "ann"}}\n'
    (tmp_path / "a.jsonl").write_text(good + line + "\n", "utf-8")
    with pytest.raises(InputError, match=told) as met:
        import_annotations(store, tmp_path)
    assert secret not in str(met.value) and store.events() == []


def test_labels_are_not_written_over(store: AnnotationStore, tmp_path: Path) -> None:
    (tmp_path / "ann.jsonl").write_text('{"unit_id": "u1", "code": "time", "coder": "ann"}\n', "utf-8")
    import_annotations(store, tmp_path)
    with pytest.raises(InputError, match="not written over"):
        export_annotations(store, tmp_path)


@pytest.mark.parametrize(
    "payload",
    [
        {"codes": ["money"], "stances": {}, "spans": [], "reason": ""},
        {"codes": {"money": "yes"}, "stances": {}, "spans": [], "reason": ""},
        {"codes": {"money": 1}, "stances": {}, "spans": [{"start": 1}], "reason": ""},
        {"codes": {"money": 1}},
    ],
    ids=["a list", "a word", "half a stretch", "too little"],
)
def test_event_of_another_form_is_refused_before_it_is_stored(
    store: AnnotationStore, tmp_path: Path, payload
) -> None:
    row = {"id": "e1", "kind": "decision", "unit_id": "u1", "annotator": "ann", "seq": 1, "payload": payload}
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "ann.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="This decision has a payload"):
        import_annotations(store, tmp_path / "in")
    assert store.events() == []


def test_code_of_an_older_codebook_is_taken_in(store: AnnotationStore, make_store, tmp_path: Path) -> None:
    store.decide("u1", "ann", ["money"])
    export_annotations(store, tmp_path / "out")
    newer = make_store("newer", codebook=Codebook.from_labels(["time", "travel"]))
    assert import_annotations(newer, tmp_path / "out").events == 1
    assert newer.coded("ann").decisions.isna()["travel"].tolist() == [True]


def test_label_lines_name_codes_that_are_missing_and_are_read_so(make_store, tmp_path: Path) -> None:
    first = make_store()
    first.decide("u1", "ann", [])
    first.decide("u2", "ann", ["money"])
    grown = make_store(codebook=Codebook.from_labels(["money", "time", "travel"]))
    grown.decide("u4", "ann", ["travel"])
    export_annotations(grown, tmp_path)
    path = tmp_path / "labels" / "ann.jsonl"
    read = read_labels(path, id="unit_id", codes=grown.codebook.ids).frame
    there = grown.coded("ann").decisions
    assert read.equals(there.astype(float).set_axis(there.index.rename("unit_id")).loc[read.index])
    assert read["travel"].isna().tolist() == [True, True, False]
    other = make_store("other", codebook=grown.codebook)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "theirs.jsonl").write_bytes(path.read_bytes())
    import_annotations(other, tmp_path / "in")
    assert other.coded("ann").decisions.isna()["travel"].tolist() == [True, True, False]


def test_label_lines_of_what_is_settled_in_part(store: AnnotationStore, tmp_path: Path) -> None:
    store.decide("u1", "ann", ["money"])
    store.decide("u1", "ben", [])
    store.decide("u2", "ann", [])
    store.adjudicate("u2", "olu", [], reason="nothing is said")
    export_annotations(store, tmp_path)
    read = read_labels(tmp_path / "labels" / "adjudicated.jsonl", id="unit_id", codes=["money", "time"]).frame
    assert read.loc["u1"].isna().tolist() == [True, False] and read.loc["u2"].tolist() == [0, 0]
