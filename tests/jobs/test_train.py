"""What `textmine train` takes and writes, on a synthetic study."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load_file

from textmine.coding.artefact import load_coder
from textmine.files import sha256_of_file
from textmine.jobs import train as train_job

FILES = ["card.md", "codebook.yaml", "config.json", "vocabulary.json", "weights.safetensors"]


@pytest.fixture
def train(textmine, study, tmp_path: Path):
    """Trains on the synthetic study and gives the command's end and the model's folder."""

    def run(*options: object, labels: Path | None = None, out: str = "model", plain: bool = False):
        folder = tmp_path / out
        columns = ["--text", "comment", "--id", "id"]
        columns += [] if plain else ["--question", "question", "--group", "person"]
        ran = textmine(
            "train", study.comments, *columns, "--labels", labels or study.wide, "--out", folder, *options
        )
        return ran, folder

    return run


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


# --- the folder -------------------------------------------------------------------------------------------


def test_model_folder_holds_data_and_a_card_only(tiny_model: Path) -> None:
    assert sorted(path.name for path in tiny_model.iterdir()) == FILES
    config = json.loads((tiny_model / "config.json").read_text("utf-8"))
    assert config["files"] == {name: sha256_of_file(tiny_model / name) for name in config["files"]}
    assert set(config["files"]) == {"codebook.yaml", "vocabulary.json", "weights.safetensors"}
    assert config["codes"] == ["training", "money"] and config["tier"] == "fast"
    assert load_file(tiny_model / "weights.safetensors")


def test_card_gives_each_code_its_figures_with_intervals(tiny_model: Path) -> None:
    card = (tiny_model / "card.md").read_text("utf-8")
    assert "72 texts by 36 respondents" in card
    for code in ("training", "money"):
        (line,) = [line for line in card.splitlines() if line.startswith(f"| {code} |")]
        assert line.count(" to ") == 4  # precision, recall, F1 and average precision
    assert "micro F1" in card and "macro F1" in card and "by respondent" in card


def test_planted_name_is_in_no_file_of_the_model(tiny_model: Path, study, secret: str) -> None:
    assert secret in study.comments.read_text("utf-8")
    for name, content in bytes_of(tiny_model).items():
        assert secret.lower().encode() not in content.lower(), name
        assert b"lane" not in content.lower(), name


def test_every_word_kept_comes_from_three_people(tiny_model: Path, study) -> None:
    said: dict[str, set[str]] = {}
    for row in study.rows:
        for word in row["comment"].lower().replace(".", " ").split():
            said.setdefault(word, set()).add(row["person"])
    names = json.loads((tiny_model / "vocabulary.json").read_text("utf-8"))
    assert names["words"]
    assert not [word for word in names["words"] if len(said[word]) < 3]
    assert not [pair for pair in names["pairs"] if min(len(said[word]) for word in pair.split()) < 3]


def test_same_command_gives_the_same_bytes(train) -> None:
    first, one = train(out="a/same")
    second, two = train(out="b/same")
    assert (first.code, second.code) == (0, 0)
    assert bytes_of(one) == bytes_of(two)


def test_seed_draws_the_folds(train) -> None:
    (_, one), (_, two) = train(out="a/same"), train("--seed", 7, out="b/same")
    assert bytes_of(one)["card.md"] != bytes_of(two)["card.md"]
    assert json.loads((two / "config.json").read_text("utf-8"))["parameters"]["seed"] == 7


def test_trained_model_is_found_by_name_in_models(
    textmine, study, train, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(out="models/mine")
    monkeypatch.chdir(tmp_path)
    columns = ("--text", "comment", "--id", "id")
    assert textmine("code", study.comments, "--model", "mine", *columns, "--out", "out").code == 0
    told = json.loads((tmp_path / "out" / "provenance.json").read_text("utf-8"))
    assert told["model"]["id"] == "mine"


# --- labels -----------------------------------------------------------------------------------------------


def test_wide_and_long_labels_teach_the_same(train, study) -> None:
    _, wide = train("--codebook", study.codebook, out="wide")
    lines = [json.loads(line) for line in study.long.read_text("utf-8").splitlines()]
    bare = study.folder / "no-quotes.csv"
    pd.DataFrame(lines)[["id", "code"]].to_csv(bare, index=False)
    _, long = train("--codebook", study.codebook, labels=bare, out="long")
    one, two = bytes_of(wide), bytes_of(long)
    assert {name for name in one if one[name] != two[name]} == {"card.md"}  # it names the model
    assert one["card.md"].replace(b"wide", b"long") == two["card.md"]


def test_quotes_are_learned_from(train, study) -> None:
    (_, wide), (_, long) = train(out="wide"), train(labels=study.long, out="long")
    assert bytes_of(wide)["weights.safetensors"] != bytes_of(long)["weights.safetensors"]


def test_several_label_files_add_up(train, study, write_csv, tmp_path: Path) -> None:
    units = list(study.truth)
    halves = [
        write_csv(tmp_path / f"{n}.csv", ["id", "training", "money"], [[u, *study.truth[u]] for u in part])
        for n, part in enumerate((units[:30], units[30:]))
    ]
    (_, whole), (ran, both) = train(out="a/m"), train("--labels", halves[1], labels=halves[0], out="b/m")
    assert ran.code == 0
    assert bytes_of(whole) == bytes_of(both)


def test_train_only_labels_are_learned_from_and_never_scored(
    train, study, write_csv, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored = []
    judge = train_job.cross_validate
    monkeypatch.setattr(
        train_job, "cross_validate", lambda *a, **k: scored.append(judge(*a, **k)) or scored[-1]
    )
    units = list(study.truth)
    one, two = (
        write_csv(tmp_path / f"{n}.csv", ["id", "training", "money"], [[u, *study.truth[u]] for u in part])
        for n, part in enumerate((units[:50], units[50:]))
    )
    ran, folder = train("--labels-train-only", two, labels=one)
    assert ran.code == 0, ran.err
    assert set(scored[0].predictions["unit_id"]) == set(units[:50])
    assert load_coder(folder).n_texts_ == 72
    card = (folder / "card.md").read_text("utf-8")
    assert "22 of them learned from and never scored" in card and "on 50 texts" in card


def test_empty_cell_is_not_coded_rather_than_zero(train, study, write_csv, tmp_path: Path) -> None:
    rows = [[u, t, m if int(u) % 3 else ""] for u, (t, m) in study.truth.items()]
    labels = write_csv(tmp_path / "gaps.csv", ["id", "training", "money"], rows)
    ran, folder = train(labels=labels)
    assert ran.code == 0
    given = sum(m == 1 for _, _, m in rows)
    assert load_coder(folder).n_positives_.tolist() == [sum(t for _, t, _ in rows), given]
    money = [
        line for line in (folder / "card.md").read_text("utf-8").splitlines() if line.startswith("| money")
    ]
    assert f"| {given} | {given} |" in money[0]


def test_codebook_gives_the_codes_names_and_definitions(train, study) -> None:
    (_, with_book), (_, without) = train("--codebook", study.codebook, out="with"), train(out="without")
    book = load_coder(with_book).codebook_
    assert (book.id, book.version, book.code("money").definition) == (
        "synthetic", "1.0.0", "Money is saved or pooled."
    )  # fmt: skip
    assert load_coder(without).codebook_.ids == ["training", "money"] and load_coder(without).codebook_.bare


def test_no_vocabulary_comes_from_one_respondent_however_often_they_write(
    textmine, write_csv, tmp_path
) -> None:
    rows, labels = [], []
    for n in range(60):
        person, word = ("p0", " Zanzibar ") if n < 10 else (f"p{n}", " ")
        more = " ".join(["ever", "never", "rain", "sun", "year", "town"][: n % 7]) + " day" * (n // 7)
        rows.append([str(n), person, f"We{word}train {more}" if n % 2 else f"Money{word}is pooled {more}"])
        labels.append([str(n), n % 2, 1 - n % 2])
    source = write_csv(tmp_path / "c.csv", ["id", "person", "comment"], rows)
    given = write_csv(tmp_path / "l.csv", ["id", "t", "m"], labels)
    options = ("--text", "comment", "--id", "id", "--labels", given, "--group", "person")
    assert textmine("train", source, *options, "--out", tmp_path / "m").code == 0
    names = json.loads((tmp_path / "m" / "vocabulary.json").read_text("utf-8"))
    assert "pooled" in names["words"] and "zanzibar" not in names["words"]
    assert not [pair for pair in names["pairs"] if "zanzibar" in pair]


def test_group_keeps_a_respondent_on_one_side_of_every_split(train, monkeypatch: pytest.MonkeyPatch) -> None:
    from textmine.coding import coder as coder_module
    from textmine.coding import evaluation

    splits = []
    divide = coder_module.folds_by_respondent

    def watch(groups, folds, seed):
        fold = divide(groups, folds, seed)
        splits.append((list(groups), fold))
        return fold

    monkeypatch.setattr(coder_module, "folds_by_respondent", watch)
    monkeypatch.setattr(evaluation, "folds_by_respondent", watch)
    train()
    assert len(splits) >= 2
    for groups, fold in splits:
        assert len(set(groups)) < len(groups)
        assert pd.Series(fold).groupby(groups).nunique().max() == 1


def test_fast_tier_is_the_one_there_is(train) -> None:
    assert train("--tier", "fast")[0].code == 0
    assert train("--tier", "slow")[0].code == 2


# --- what is said -----------------------------------------------------------------------------------------


def test_report_says_how_good_it_is_and_where_it_is(train) -> None:
    ran, folder = train()
    assert "micro F1" in ran.out and "macro F1" in ran.out and str(folder) in ran.out
    assert "cross-validated by respondent" in ran.out


def test_notes_tell_what_was_not_used(train, study, write_csv, tmp_path: Path) -> None:
    rows = [[u, *codes] for u, codes in list(study.truth.items())[:60]] + [["gone", 1, 0]]
    ran, _ = train("--json", labels=write_csv(tmp_path / "some.csv", ["id", "training", "money"], rows))
    notes = " ".join(json.loads(ran.out)["notes"])
    assert "12 texts of the input have no labels" in notes
    assert "1 labelled units are not in the input" in notes


def test_rare_code_is_noted(train, study, write_csv, tmp_path: Path) -> None:
    rows = [[u, *codes, int(n in (3, 20, 40))] for n, (u, codes) in enumerate(study.truth.items())]
    labels = write_csv(tmp_path / "rare.csv", ["id", "training", "money", "rare"], rows)
    ran, folder = train("--json", labels=labels)
    assert "Fewer than 10 texts carry rare" in " ".join(json.loads(ran.out)["notes"])
    assert np.isfinite(load_coder(folder).thresholds_).all()


# --- what is refused --------------------------------------------------------------------------------------


def test_code_of_the_codebook_that_the_labels_lack_is_refused(train, study, tmp_path: Path) -> None:
    book = tmp_path / "more.yaml"
    book.write_text(
        study.codebook.read_text("utf-8") + "  - {id: rain, name: Rain, definition: It rains.}\n", "utf-8"
    )
    ran, folder = train("--codebook", book)
    assert "more.yaml" in ran.error and "rain" in ran.error and "take them out of the codebook" in ran.error
    assert not folder.exists()


@pytest.mark.parametrize("form", ["wide", "long"])
def test_label_that_the_codebook_lacks_is_refused(train, study, write_csv, tmp_path: Path, form: str) -> None:
    header = ["id", "training", "money", "rain"] if form == "wide" else ["id", "code"]
    rows = [[u, *codes, 1] for u, codes in study.truth.items()] if form == "wide" else [["001", "rain"]]
    labels = write_csv(tmp_path / "odd.csv", header, rows)
    ran, folder = train("--codebook", study.codebook, labels=labels)
    assert "odd.csv has 1 code(s) that the codebook lacks: rain" in ran.error
    assert "Known codes: training, money" in ran.error
    assert not folder.exists()


def test_labels_whose_ids_match_nothing_are_refused(train, write_csv, tmp_path: Path) -> None:
    labels = write_csv(tmp_path / "l.csv", ["id", "training"], [["x1", "1"], ["x2", "0"]])
    ran, _ = train(labels=labels)
    assert "None of the 2 labelled units stands in comments.csv" in ran.error and "--id" in ran.error


def test_label_that_is_none_tells_its_place(train, study, write_csv, tmp_path: Path, secret: str) -> None:
    labels = write_csv(
        tmp_path / "l.csv", ["id", "training", "money"], [["001", "1", "0"], ["002", secret, "1"]]
    )
    ran, _ = train("--codebook", study.codebook, labels=labels)
    assert "l.csv, row 2 (line 3), column 'training': a label is 1, 0 or empty" in ran.error


def test_units_coded_differently_in_two_files_are_refused(train, study, write_csv, tmp_path: Path) -> None:
    (unit, (t, m)), *_ = study.truth.items()
    other = write_csv(tmp_path / "other.csv", ["id", "training", "money"], [[unit, 1 - t, m]])
    ran, _ = train("--labels", other)
    assert "1 unit(s) are coded differently in wide.csv and other.csv" in ran.error


def test_labels_without_any_code_are_refused(train, study, write_csv, tmp_path: Path) -> None:
    labels = write_csv(tmp_path / "l.csv", ["id", "training"], [[u, 0] for u in study.truth])
    assert "No text has any code" in train(labels=labels)[0].error


def test_too_few_respondents_are_refused(textmine, write_csv, tmp_path: Path, secret: str) -> None:
    source = write_csv(tmp_path / "c.csv", ["id", "comment"], [["1", secret], ["2", secret], ["3", "x"]])
    labels = write_csv(tmp_path / "l.csv", ["id", "t"], [["1", 1], ["2", 0], ["3", 1]])
    ran = textmine("train", source, "--labels", labels, "--out", tmp_path / "m")
    assert "3 respondents with labels are too few" in ran.error


def test_out_that_is_a_file_is_told_before_the_work(train, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(train_job, "cross_validate", lambda *_, **__: pytest.fail("trained in vain"))
    (tmp_path / "taken").write_text("a file")
    ran, folder = train(out="taken")
    assert f"Cannot write to the folder {folder} (it is a file)" in ran.error
