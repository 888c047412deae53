"""What to read next: chance draws with true probabilities, rare-first picks, mixes, and the plan."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from textmine.annotating.drawing import (
    Pick,
    allocate_sample,
    measure_doubt,
    pick_audit,
    pick_random,
    stratify_units,
)
from textmine.annotating.queue import (
    check_mix,
    drop_twins,
    pick_disputed,
    pick_rare,
    pick_review,
    read_mix,
    split_batch,
)
from textmine.annotating.refill import Scores, carry_twins, read_strata, refill_queue
from textmine.annotations import (
    AnnotationStore,
    Project,
    Settings,
    create_project,
    export_annotations,
    import_annotations,
)
from textmine.codebook import Codebook
from textmine.corpus import Corpus
from textmine.errors import InputError

UNITS = [f"u{n:03d}" for n in range(200)]


def make_scores(units=UNITS, codes=("money", "time", "space", "staff"), seed=0) -> pd.DataFrame:
    drawn = np.random.default_rng(seed).beta(0.4, 3.0, size=(len(units), len(codes)))
    return pd.DataFrame(drawn, index=list(units), columns=list(codes))


@pytest.fixture
def make_project(tmp_path: Path):
    """A project of 200 synthetic answers, of which the last is a copy of the first."""

    def make(name: str = "study", texts=None, people=("ann", "ben"), **settings) -> Project:
        words = texts or [f"Synthetic answer number {n}" for n in range(199)] + ["Synthetic answer number 0"]
        frame = pd.DataFrame({"doc_id": UNITS[: len(words)], "text": words})
        book = Codebook.from_labels(["money", "time", "space", "staff"])
        project = create_project(tmp_path / name, Corpus(frame), book, Settings(name=name, **settings))
        with project.open_store() as store:
            for person in people:
                store.add_annotator(person)
        return project

    return make


# --- drawn by chance --------------------------------------------------------------------------------------


def test_random_sample_grows_within_itself_and_keeps_true_probabilities() -> None:
    small, large = pick_random(UNITS, 20, seed=3), pick_random(UNITS, 50, seed=3)
    assert {pick.unit_id for pick in small} < {pick.unit_id for pick in large}
    assert {pick.probability for pick in small} == {0.1} and {pick.probability for pick in large} == {0.25}
    assert pick_random(UNITS[::-1], 20, seed=3) == small
    assert pick_random(UNITS, 20, seed=4) != small


def test_strata_hold_every_unit_once_and_rise_with_the_scores() -> None:
    scores = make_scores()
    strata = stratify_units(scores, code="money", strata=4)
    assert strata.index.tolist() == UNITS
    means = scores["money"].groupby(strata).mean()
    assert means.is_monotonic_increasing and len(means) == 4
    sizes = strata.value_counts()
    assert sizes["1"] > sizes["4"]  # many units of low scores, few of high ones


def test_equal_scores_share_a_stratum_and_units_without_scores_have_their_own() -> None:
    scores = pd.DataFrame({"a": [0.2] * 50 + [0.9] * 2 + [np.nan]}, index=[f"x{n}" for n in range(53)])
    strata = stratify_units(scores)
    assert strata.iloc[:50].nunique() == 1 and strata.iloc[-1] == "unscored"


def test_unknown_code_of_an_audit_is_refused() -> None:
    with pytest.raises(InputError, match="No scores of a code 'mony'"):
        stratify_units(make_scores(), code="mony")


@pytest.mark.parametrize("total", [0, 10, 37, 60, 150, 200, 999])
def test_allocation_has_two_a_stratum_and_never_more_than_there_is(total: int) -> None:
    sizes = {"1": 150, "2": 40, "3": 9, "4": 1}
    given = allocate_sample(sizes, {"1": 0.05, "2": 0.3, "3": 0.5, "4": 0.5}, total)
    assert all(min(2, sizes[name]) <= n <= sizes[name] for name, n in given.items())
    assert sum(given.values()) == min(max(total, 7), 200)


def test_allocation_never_takes_back_what_was_drawn() -> None:
    given = allocate_sample({"1": 100, "2": 100}, {"1": 0.01, "2": 0.5}, 40, drawn={"1": 30, "2": 2})
    assert given == {"1": 30, "2": 10}


def test_weighted_audit_estimates_the_mean_without_bias() -> None:
    scores = make_scores()
    truth = pd.Series(np.random.default_rng(1).random(200) < scores["money"].to_numpy(), index=UNITS)
    strata = stratify_units(scores, code="money")
    spreads = measure_doubt(scores, strata, code="money")
    sizes = strata.value_counts().to_dict()
    allocation = allocate_sample(sizes, spreads, 60)
    found = []
    for seed in range(300):
        picks = pick_audit(strata, allocation, seed=seed)
        assert len({pick.unit_id for pick in picks}) == 60
        found.append(sum(truth[pick.unit_id] / pick.probability for pick in picks) / 200)
    assert np.mean(found) == pytest.approx(truth.mean(), abs=3 * np.std(found) / 300**0.5)


# --- picked for their use ---------------------------------------------------------------------------------


def test_rare_codes_take_turns_at_their_highest_scores() -> None:
    scores = make_scores()
    picks = pick_rare(scores, {"money": 0, "time": 3, "space": 50, "staff": 60}, 6)
    assert Counter(pick.code for pick in picks) == {"money": 3, "time": 3}
    best = scores["money"].sort_values(ascending=False).index[:4]
    assert {pick.unit_id for pick in picks if pick.code == "money"} <= set(best)
    assert all(pick.role == "active" and pick.probability is None for pick in picks)


def test_code_with_enough_positives_takes_what_is_unsure() -> None:
    scores = pd.DataFrame({"a": [0.99, 0.52, 0.01]}, index=["x", "y", "z"])
    assert pick_rare(scores, {"a": 15}, 1)[0].unit_id == "y"
    assert pick_rare(scores, {"a": 14}, 1)[0].unit_id == "x"


def test_ranking_stands_in_for_scores_that_tell_nothing() -> None:
    scores = pd.DataFrame({"a": [0.01, 0.01]}, index=["x", "y"])
    ranking = pd.DataFrame({"a": [-1.0, 2.0]}, index=["x", "y"])
    assert pick_rare(scores, {"a": 0}, 1, ranking=ranking)[0].unit_id == "y"


def test_more_asked_for_than_there_is_gives_all_once() -> None:
    picks = pick_rare(make_scores(UNITS[:5]), {}, 50)
    assert sorted(pick.unit_id for pick in picks) == UNITS[:5]


def test_units_without_scores_are_not_picked() -> None:
    scores = pd.DataFrame({"a": [np.nan, 0.2]}, index=["blank", "said"])
    assert [pick.unit_id for pick in pick_rare(scores, {}, 5)] == ["said"]


def test_disputed_units_are_those_the_model_is_sure_against() -> None:
    labels = pd.DataFrame({"a": [1.0, 0.0, 0.0, np.nan]}, index=list("wxyz"))
    scores = pd.DataFrame({"a": [0.9, 0.95, 0.4, 0.99]}, index=list("wxyz"))
    assert [pick.unit_id for pick in pick_disputed(labels, scores, 9, differing=["y"])] == ["y", "x"]


def test_review_pile_keeps_its_order() -> None:
    assert [p.unit_id for p in pick_review(["c", "a", "b", "a"], 2, without={"a"})] == ["c", "b"]


def test_twin_drawn_by_chance_stays_and_a_useful_one_goes() -> None:
    words = {"x": "yes", "y": "yes", "z": "no"}
    picks = [Pick("x", "random", 0.5, "people"), Pick("y", "active"), Pick("z", "active")]
    assert [pick.unit_id for pick in drop_twins(picks, words)] == ["x", "z"]
    assert [pick.unit_id for pick in drop_twins(picks, words, read=["z"])] == ["x"]


@pytest.mark.parametrize("words", ["rndom=1", "random=-1", "random=0", "random=x", "", "random=nan"])
def test_what_is_no_mix_is_refused(words: str) -> None:
    with pytest.raises(InputError):
        read_mix(words)


def test_mix_comes_out_over_small_batches() -> None:
    shares = check_mix({"random": 0.2, "rare": 0.7, "audit": 0.1})
    total: Counter[str] = Counter()
    for batch in range(30):
        part = split_batch(shares, 3, before=3 * batch)
        assert sum(part.values()) == 3
        total.update(part)
    assert total == {"rare": 63, "random": 18, "audit": 9}


# --- the plan ---------------------------------------------------------------------------------------------


def test_refill_shares_out_a_mix_with_probabilities(make_project) -> None:
    project = make_project()
    with project.open_store() as store:
        picks = refill_queue(
            project, store, 20, scores=Scores(make_scores()), mix={"random": 0.5, "rare": 0.5}
        )
        tasks = store.list_tasks()
    assert Counter(pick.role for pick in picks) == {"random": 10, "active": 10}
    assert Counter(task.annotator for task in tasks) == {"ann": 10, "ben": 10}
    assert {t.probability for t in tasks if t.role == "random"} == {
        picks and max(p.probability for p in picks if p.probability)
    }


def test_unit_read_for_its_use_and_then_drawn_keeps_its_label_and_gets_its_probability(make_project) -> None:
    project = make_project(people=("ann",))
    with project.open_store() as store:
        active = refill_queue(project, store, 40, scores=Scores(make_scores()), mix={"rare": 1})
        for pick in active:
            store.decide(pick.unit_id, "ann", ["money"])
        refill_queue(project, store, 120, scores=Scores(make_scores()), mix={"random": 1})
        while (task := store.next_task("ann")) is not None:
            store.decide(task.unit_id, "ann", [])
        labels = store.labels(sample="people")
        every = store.labels()
    read_both = set(labels["unit_id"]) & {pick.unit_id for pick in active}
    assert read_both, "some of the units that were picked were drawn too"
    assert labels["inclusion_probability"].nunique() == 1
    chance = float(labels["inclusion_probability"].iloc[0])
    assert len(labels) == pytest.approx(chance * 200) and labels.attrs["unread"] == 0
    both = labels[labels["unit_id"].isin(read_both)]
    assert (both["money"] == 1).all()
    alone = every[every["unit_id"].isin({pick.unit_id for pick in active} - set(labels["unit_id"]))]
    assert alone["inclusion_probability"].isna().all() and (alone["sampling_role"] == "active").all()
    # nothing was read twice for it
    assert every["unit_id"].is_unique and len(every) == 40 + len(labels) - len(read_both)
    assert len(labels) == 150  # of which, to be expected, a fifth is read already


def test_draws_survive_export_and_import(make_project, tmp_path: Path) -> None:
    project = make_project(people=("ann",))
    with project.open_store() as store:
        for pick in refill_queue(project, store, 40, scores=Scores(make_scores()), mix={"rare": 1}):
            store.decide(pick.unit_id, "ann", ["money"])
        refill_queue(project, store, 60, mix={"random": 1})
        before = store.labels(sample="people")
        waiting = [task.unit_id for task in store.next_tasks("ann", 500)]
        export_annotations(store, tmp_path / "files")
    with AnnotationStore(tmp_path / "new.sqlite", "study", project.codebook, corpus=project.corpus) as fresh:
        import_annotations(fresh, tmp_path / "files")
        pd.testing.assert_frame_equal(fresh.labels(sample="people"), before)
        assert [task.unit_id for task in fresh.next_tasks("ann", 500)] == waiting
    assert len(before) > 0 and before.attrs["unread"] == len(waiting)


def test_correction_of_a_drawn_unit_opens_no_second_reading(make_project) -> None:
    project = make_project(people=("ann",))
    with project.open_store() as store:
        picked = refill_queue(project, store, 1, scores=Scores(make_scores()), mix={"rare": 1})[0].unit_id
        store.decide(picked, "ann", ["money"])
        refill_queue(project, store, 199, mix={"random": 1})
        before = len(store.next_tasks("ann", 500))
        event = store.decide(picked, "ann", [])
        store.undo(event.id, "ann")
        assert len(store.next_tasks("ann", 500)) == before == 199
        assert store.progress()["assigned"].tolist() == [200]


def test_audit_grows_within_the_strata_of_its_first_draw(make_project) -> None:
    project = make_project()
    with project.open_store() as store:
        refill_queue(project, store, 20, scores=Scores(make_scores()), mix={"audit": 1})
        first = {t.unit_id: t.sample for t in store.list_tasks()}
        kept = read_strata(project.annotations)
        refill_queue(project, store, 20, scores=Scores(make_scores(seed=9)), mix={"audit": 1})
        tasks = store.list_tasks()
    assert read_strata(project.annotations).equals(kept)
    now = {task.unit_id: task.sample for task in tasks}
    assert len(now) == 40 and first.items() <= now.items()
    sizes = kept.value_counts()
    drawn = Counter(sample.split("/")[1] for sample in now.values())
    reached = {}
    for task in tasks:
        reached[task.sample] = max(reached.get(task.sample, 0), task.probability)
    assert reached == {f"audit/{name}": drawn[name] / sizes[name] for name in sizes.index}


def test_without_scores_chance_takes_the_place_of_the_model(make_project) -> None:
    project = make_project()
    with project.open_store() as store:
        picks = refill_queue(project, store, 10, mix={"random": 0.2, "rare": 0.8})
    assert [pick.role for pick in picks] == ["random"] * 10


def test_sample_of_the_plan_goes_on_where_it_stood(make_project) -> None:
    project = make_project(assignment={"sample": 30, "overlap": 0})
    with project.open_store() as store:
        store.assign(project.plan(["ann", "ben"]))
        refill_queue(project, store, 10, mix={"random": 1})
        tasks = store.list_tasks()
    assert len({task.unit_id for task in tasks}) == 40
    assert {pick.unit_id for pick in pick_random(UNITS, 40)} == {task.unit_id for task in tasks}


def test_disputed_unit_goes_to_somebody_else(make_project) -> None:
    project = make_project()
    scores = make_scores()
    scores.loc["u007", "time"] = 0.99
    with project.open_store() as store:
        store.assign(project.plan(["ann"]))
        store.decide("u007", "ann", [])
        picks = refill_queue(project, store, 1, scores=Scores(scores), mix={"disputed": 1})
        task = next(t for t in store.list_tasks("ben"))
    assert [(pick.unit_id, pick.role) for pick in picks] == [("u007", "disputed")]
    assert (task.unit_id, task.role, task.probability) == ("u007", "disputed", None)


def test_identical_answer_takes_the_decision_of_the_same_person(make_project) -> None:
    project = make_project(people=("ann",))
    with project.open_store() as store:
        store.assign(project.plan(["ann"]))
        store.decide("u000", "ann", ["money"])
        assert carry_twins(project, store) == 1
        assert carry_twins(project, store) == 0
        event = store.history("u199")[-1]
    assert event.applied == ["money"] and event.payload["reason"] == "same words as u000"
    assert event.role == "random" and event.seconds is None


def test_turns_of_a_transcript_are_no_twins(make_project, tmp_path: Path) -> None:
    frame = pd.DataFrame({"doc_id": ["t1:1", "t1:2"], "text": ["Yes.", "Yes."], "speaker": ["A", "A"]})
    book = Codebook.from_labels(["money"])
    project = create_project(tmp_path / "talk", Corpus(frame), book, Settings(name="talk"))
    with project.open_store() as store:
        store.add_annotator("ann")
        store.assign(project.plan(["ann"]))
        store.decide("t1:1", "ann", ["money"])
        assert carry_twins(project, store) == 0


def test_reflexive_project_is_read_by_chance_alone(make_project) -> None:
    project = make_project(approach="reflexive", assignment={"overlap": 0})
    with project.open_store() as store:
        with pytest.raises(InputError, match="reflexive"):
            refill_queue(project, store, 5, scores=Scores(make_scores()), mix={"rare": 1})
        assert len(refill_queue(project, store, 5, mix={"random": 1})) == 5


def test_same_state_and_seed_give_the_same_plan(make_project) -> None:
    plans = []
    for name in ("one", "two"):
        project = make_project(name)
        with project.open_store() as store:
            refill_queue(project, store, 30, scores=Scores(make_scores()))
            plans.append([(t.annotator, t.unit_id, t.role, t.position) for t in store.list_tasks()])
    assert plans[0] == plans[1]


def test_labels_of_a_mixed_queue_estimate_the_share_that_picks_distort(make_project) -> None:
    scores = make_scores()
    truth = np.random.default_rng(5).random(200) < scores["money"].to_numpy()
    found, naive = [], []
    for seed in range(8):
        project = make_project(f"study{seed}", people=("ann",), assignment={"seed": seed, "overlap": 0})
        with project.open_store() as store:
            for mix in ({"rare": 1.0}, {"audit": 1.0}, {"audit": 0.5, "rare": 0.5}):
                refill_queue(project, store, 20, scores=Scores(scores), mix=mix)
                for task in store.next_tasks("ann", 100):
                    store.decide(task.unit_id, "ann", ["money"] if truth[UNITS.index(task.unit_id)] else [])
            labels = store.labels(sample="audit")
            found.append(float((labels["money"] / labels["inclusion_probability"]).sum() / 200))
            naive.append(float(store.labels()["money"].mean()))
    assert np.mean(found) == pytest.approx(truth.mean(), abs=0.04)
    assert np.mean(naive) > truth.mean() + 0.05, "picked units mislead"
