"""A teacher, a trained coder or a table of probabilities, and what the student makes of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from textmine.coding import teaching
from textmine.coding.artefact import load_coder, save_coder
from textmine.coding.coder import Coder
from textmine.coding.teaching import Lesson, ask_teacher, read_lesson
from textmine.corpus import Corpus
from textmine.errors import InputError

CODES = ["training", "money"]


def corpus_of(*ids: str) -> Corpus:
    return Corpus(pd.DataFrame({"doc_id": list(ids), "text": [f"text {i}" for i in ids]}))


@pytest.fixture
def labelled() -> Corpus:
    return corpus_of("a", "b")


@pytest.fixture
def uncoded() -> Corpus:
    return corpus_of("c", "d", "e")


@pytest.fixture
def table(tmp_path: Path, write_csv):
    """Writes a table of probabilities."""

    def write(rows, header=("unit_id", "training", "money"), name="scores.csv") -> Path:
        path = tmp_path / name
        if name.endswith(".parquet"):
            pd.DataFrame(rows, columns=list(header)).to_parquet(path, index=False)
            return path
        return write_csv(path, header, rows)

    return write


# --- a table ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["scores.csv", "scores.parquet", "scores.tsv"])
def test_table_is_read_by_id_and_code(table, labelled: Corpus, uncoded: Corpus, name: str) -> None:
    if name.endswith("tsv"):
        path = table([], name="x.csv").with_name(name)
        path.write_text("id\tmoney\ttraining\nd\t0.25\t1\na\t0\t0.5\n", "utf-8")
    else:
        path = table([["d", 0.25, 1.0], ["a", 0.0, 0.5]], ("id", "money", "training"), name)
    lesson = read_lesson(path, labelled, uncoded, CODES)
    np.testing.assert_array_equal(lesson.labelled, [[0.5, 0.0], [np.nan, np.nan]])
    assert lesson.corpus.ids == ["d"] and lesson.unlabelled.tolist() == [[1.0, 0.25]]


def test_empty_cells_say_nothing(table, labelled: Corpus, uncoded: Corpus) -> None:
    path = table([["a", "", "0.5"], ["c", "", ""], ["d", " ", "1e-3"]])
    lesson = read_lesson(path, labelled, uncoded, CODES)
    np.testing.assert_array_equal(lesson.labelled[0], [np.nan, 0.5])
    assert lesson.corpus.ids == ["d"]
    np.testing.assert_array_equal(lesson.unlabelled, [[np.nan, 0.001]])


def test_table_of_uncoded_texts_alone_teaches(table, labelled: Corpus, uncoded: Corpus) -> None:
    lesson = read_lesson(table([["c", 1, 0]]), labelled, uncoded, CODES)
    assert np.isnan(lesson.labelled).all() and lesson.unlabelled.tolist() == [[1.0, 0.0]]


@pytest.mark.parametrize("cell", ["1.01", "-0.1", "yes", "nan", "inf", "50%", "1,0"])
def test_cell_that_is_no_probability_is_told_by_its_place(
    table, labelled: Corpus, uncoded: Corpus, cell: str
) -> None:
    path = table([["a", 0.1, 0.1], ["b\nc", 0.2, cell]])
    with pytest.raises(InputError) as told:
        read_lesson(path, labelled, uncoded, CODES)
    assert "scores.csv, row 2 (line 3), column 'money': no probability" in str(told.value)
    assert cell not in str(told.value).replace("from 0 to 1", "")


def test_missing_code_is_named_with_the_columns_there(table, labelled: Corpus, uncoded: Corpus) -> None:
    path = table([["a", 0.1]], ("unit_id", "money"))
    with pytest.raises(InputError, match=r"code\(s\) training in scores.csv. Columns: unit_id, money\."):
        read_lesson(path, labelled, uncoded, CODES)


def test_id_that_stands_twice_is_told_by_its_place(table, labelled: Corpus, uncoded: Corpus) -> None:
    path = table([["a", 0, 0], ["b", 0, 0], ["a", 1, 1]])
    with pytest.raises(
        InputError, match=r"scores.csv, row 3 \(line 4\), column 'unit_id': the id stands alr"
    ):
        read_lesson(path, labelled, uncoded, CODES)


def test_ids_that_match_no_text_are_told(table, labelled: Corpus, uncoded: Corpus) -> None:
    with pytest.raises(InputError, match=r"None of the 2 ids in column 'unit_id' of scores.csv"):
        read_lesson(table([["x1", 0, 0], ["x2", 0, 0]]), labelled, uncoded, CODES)


# --- a coder ----------------------------------------------------------------------------------------------


def test_texts_that_the_teacher_knows_get_its_held_out_word(
    coder: Coder, answers: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teaching, "CHUNK", 7)
    known = Corpus(answers.drop(columns="chosen"))
    new = corpus_of("n1", "n2")
    lesson = ask_teacher(coder, known, new, ["time", "money"])
    held_out = coder.calibrate(coder.held_out_)
    alone = ~(answers["text"] + answers["question"]).duplicated(keep=False).to_numpy()
    assert alone.sum() > 10
    places = [coder.codes_.index(code) for code in ("time", "money")]
    assert np.abs(lesson.labelled[alone] - held_out[alone][:, places]).max() < 1e-5
    assert lesson.corpus is new
    assert lesson.unlabelled == pytest.approx(coder.predict_proba(new)[:, places], abs=1e-6)


def test_teacher_that_lacks_a_code_is_refused(coder: Coder, labelled: Corpus, uncoded: Corpus) -> None:
    with pytest.raises(
        InputError, match=r"does not know the code\(s\) rain. It knows: training, money, time"
    ):
        ask_teacher(coder, labelled, uncoded, ["money", "rain"])


# --- the student ------------------------------------------------------------------------------------------


@pytest.fixture
def lesson() -> Lesson:
    """Sixty texts that nobody coded, half of them with a word that no coded text has: money, it says."""
    rows = [(f"n{i}", "Subsidies came in" if i % 2 else "The hall is red", f"w{i}") for i in range(60)]
    uncoded = Corpus(pd.DataFrame(rows, columns=["doc_id", "text", "group"]))
    told = np.full((60, 3), 0.02)
    told[1::2, 1] = 0.97
    return Lesson(np.full((60, 3), np.nan), uncoded, told)


def test_student_learns_from_texts_that_nobody_coded(
    answers: pd.DataFrame, given: pd.DataFrame, lesson: Lesson
) -> None:
    plain, taught = Coder().fit(answers, given), Coder().fit(answers, given, lesson=lesson)
    new = ["Subsidies are welcome"]
    assert taught.predict_proba(new)[0, 1] > plain.predict_proba(new)[0, 1] + 0.2
    assert "subsidies" in taught.vocabulary_.words and "subsidies" not in plain.vocabulary_.words


def test_soft_targets_move_the_student_by_degrees(
    answers: pd.DataFrame, given: pd.DataFrame, lesson: Lesson
) -> None:
    """The surer the teacher, the surer the student; people's codes are counted as before."""
    new, said, coder = ["Subsidies are welcome"], [], Coder()
    for sure in (0.02, 0.5, 0.97):
        told = lesson.unlabelled.copy()
        told[1::2, 1] = sure
        coder.fit(answers, given, lesson=Lesson(lesson.labelled, lesson.corpus, told))
        said.append(coder.decision_function(new)[0, 1])
    assert said[0] < said[1] < said[2]
    assert coder.n_positives_.tolist() == given.sum().astype(int).tolist()


def test_code_that_nobody_gave_a_text_may_come_from_the_teacher(
    answers: pd.DataFrame, given: pd.DataFrame
) -> None:
    gaps = given.astype(float).copy()
    gaps.iloc[:40, 1] = np.nan
    empty = Corpus(pd.DataFrame({"doc_id": [], "text": []}, dtype=str))
    told = Lesson(given.to_numpy() * 0.9 + 0.05, empty, np.zeros((0, 3)))
    plain, taught = Coder().fit(answers, gaps), Coder().fit(answers, gaps, lesson=told)
    truth = given["money"].to_numpy() == 1
    gap = [p[truth, 1].mean() - p[~truth, 1].mean() for p in (taught.held_out_, plain.held_out_)]
    assert gap[0] > gap[1]


def test_taught_coder_is_an_ordinary_fast_coder(
    answers: pd.DataFrame, given: pd.DataFrame, lesson: Lesson, tmp_path: Path
) -> None:
    folders = [save_coder(Coder().fit(answers, given, lesson=lesson), tmp_path / n) for n in ("a", "b")]
    for path in folders[0].iterdir():
        assert path.read_bytes() == (folders[1] / path.name).read_bytes()
    loaded = load_coder(folders[0])
    assert loaded.tier == "fast" and isinstance(loaded, Coder)
    taught = Coder().fit(answers, given, lesson=lesson)
    assert loaded.predict_proba(answers).tolist() == taught.predict_proba(answers).tolist()
