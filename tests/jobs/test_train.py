"""What `textmine train` takes and writes, on a synthetic study."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load_file

from textmine.coding import tuned_encoder as tuning_room
from textmine.coding.artefact import load_coder
from textmine.coding.members import MemberStore
from textmine.files import sha256_of_file
from textmine.jobs import train as train_job
from textmine.jobs.labelled import ColumnNames

FILES = [
    "card.md",
    "codebook.yaml",
    "config.json",
    "reliability.svg",
    "vocabulary.json",
    "weights.safetensors",
]


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


def test_card_tells_whether_evidence_is_the_reason_measured_on_held_out_folds(tiny_model: Path) -> None:
    card = (tiny_model / "card.md").read_text("utf-8")
    said = " ".join(card.split("## Evidence")[1].split("\n## ")[0].split())
    assert "that the coders of the folds above gave rightly, each in a text that it had not learned" in said
    assert "Without their evidence" in said and "a random stretch of as many words" in said
    assert "what people quoted" in said and "omprehensiveness" in said and "ufficiency" in said
    assert said.count("| `training` |") == 1


def test_card_has_subgroups_and_people_beside_the_machine(train, study) -> None:
    ran, folder = train("--by", "question", "--second-coder", study.wide, "--second-coder", study.long)
    assert ran.code == 0, ran.err
    card = (folder / "card.md").read_text("utf-8")
    groups = {row["question"] for row in study.rows}
    shown = card.split("## By subgroup")[1].split("\n## ")[0]
    assert len(groups) > 1 and all(f"| question | {group} |" in shown for group in groups)
    agreed = card.split("## Beside a second human coder")[1].split("\n## ")[0]
    (line,) = [line for line in agreed.splitlines() if line.startswith("| money |")]
    assert " | 1.00 | " in line  # both files hold the same codings
    assert bytes_of(folder)["weights.safetensors"] == bytes_of(train(out="plain")[1])["weights.safetensors"]


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [("--by", "nowhere", "No column 'nowhere'"), ("--by", "id", "to form subgroups by")],
)
def test_subgroups_that_cannot_be_are_told_before_training(train, option: str, value: str, told: str) -> None:
    ran, folder = train(option, value)
    assert ran.code == 1 and told in ran.err and not folder.exists()


def test_second_coders_who_share_no_text_are_told_before_training(
    train, study, tmp_path: Path, write_csv
) -> None:
    ids = [row["id"] for row in study.rows]
    files: list[object] = []
    for k, part in enumerate((ids[:9], ids[9:20])):
        rows = [[unit, 1, 0] for unit in part]
        files += ["--second-coder", write_csv(tmp_path / f"coder_{k}.csv", ["id", "training", "money"], rows)]
    ran, folder = train(*files)
    assert ran.code == 1 and "No text was coded by all second coders" in ran.err and not folder.exists()


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


# --- the accurate tier ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def accurate(study, tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an accurate coder of the synthetic study; to be read, not changed."""
    out = tmp_path_factory.mktemp("models") / "accurate"
    columns = ColumnNames("comment", "id", "question", "person")
    how = train_job.Training(
        "accurate", encoder=str(tiny_encoder), epochs=1, folds=2, device="cpu", threads=1
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tuning_room, "FEW_TEXTS", 1)
        train_job.train_model(
            study.comments, [study.long], out, columns=columns, codebook=study.codebook, training=how
        )
    return out


@pytest.fixture
def quick(tiny_encoder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[object, ...]:
    """Options of an accurate training that takes a moment."""
    monkeypatch.setattr(tuning_room, "FEW_TEXTS", 1)
    return ("--tier", "accurate", "--encoder", tiny_encoder, "--epochs", 1, "--folds", 2, "--threads", 1)


def test_accurate_card_tells_its_kind_its_parts_and_that_it_is_confidential(accurate: Path) -> None:
    card = " ".join((accurate / "card.md").read_text("utf-8").split())
    coder = load_coder(accurate)
    for told in (
        "of the accurate tier: 1 network, the encoder tiny fine-tuned for 1 epochs",
        f"which counts for {coder.blend_.shares[0]:.0%}",
        "at least 3 respondents",
        "the folder is as confidential as the texts",
        "Cross-validated in 2 folds by respondent on 72 texts",
    ):
        assert told in card
    assert "fast tier: linear weights" not in card and str(accurate.parent) not in card


def test_accurate_model_is_used_by_the_same_command(textmine, study, accurate: Path, tmp_path: Path) -> None:
    columns = ("--text", "comment", "--id", "id", "--question", "question")
    ran = textmine("code", study.comments, "--model", accurate, *columns, "--out", tmp_path / "coded")
    assert ran.code == 0, ran.err
    assert "72 texts were in the model's training" in ran.out
    told = json.loads((tmp_path / "coded" / "provenance.json").read_text("utf-8"))
    assert told["model"]["tier"] == "accurate" and told["model"]["id"] == "accurate"
    assert told["counts"]["trained_on"] == 72
    assert {"torch", "transformers", "numpy"} <= set(told["software"])
    names = {path.name for path in (tmp_path / "coded").iterdir()}
    assert {"coded_wide.csv", "coded_long.csv", "coded_spans.csv", "scores.parquet", "summary.csv"} <= names
    wide = pd.read_csv(tmp_path / "coded" / "coded_wide.csv", dtype=str, keep_default_na=False)
    assert len(wide) == 72 and set(wide["training"]) <= {"0", "1"}
    scores = pd.read_parquet(tmp_path / "coded" / "scores.parquet")
    assert scores[["training", "money"]].to_numpy().min() >= 0
    assert scores[["training", "money"]].to_numpy().max() <= 1


def test_question_that_an_accurate_model_did_not_meet_is_noted(
    textmine, accurate: Path, write_csv, tmp_path: Path
) -> None:
    wave = write_csv(
        tmp_path / "w.csv", ["id", "comment", "question"], [["1", "We train", "q0"], ["2", "x", "q7"]]
    )
    columns = ("--text", "comment", "--id", "id", "--model", accurate)
    asked = textmine("code", wave, *columns, "--question", "question", "--out", tmp_path / "a", "--json")
    assert "1 question(s) were not met in training; expect it" in " ".join(json.loads(asked.out)["notes"])
    plain = textmine("code", wave, *columns, "--out", tmp_path / "b", "--json")
    assert "no question column was named" in " ".join(json.loads(plain.out)["notes"])


def test_question_before_a_turn_goes_into_the_accurate_model(
    textmine, accurate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = tmp_path / "talk.txt"
    talk.write_text("Interviewer: Do you train together?\n\nP1: Both.\n", "utf-8")
    asked: list[tuple[str, str]] = []
    cut = tuning_room.cut_windows

    def watch(tokenizer, texts, questions, *, most_tokens):
        asked.extend(zip(texts, questions, strict=True))
        return cut(tokenizer, texts, questions, most_tokens=most_tokens)

    monkeypatch.setattr(tuning_room, "cut_windows", watch)
    assert textmine("code", talk, "--model", accurate, "--out", tmp_path / "out").code == 0
    assert dict(asked)["Both."] == "Do you train together?"
    assert not [text for text, _ in asked if text.startswith("Do you")]  # the interviewer is not coded


def test_accurate_training_that_was_cut_off_goes_on(
    train, quick, monkeypatch: pytest.MonkeyPatch, accurate: Path
) -> None:
    put = MemberStore.put

    def interrupt(self: MemberStore, place: int, member: object) -> None:
        put(self, place, member)
        if place == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(MemberStore, "put", interrupt)
    ran, folder = train(*quick)
    assert ran.code == 130
    kept = sorted(path.name for path in (folder / "training").iterdir())
    assert kept == ["member-0.safetensors", "member-1.safetensors"] and not (folder / "config.json").exists()
    monkeypatch.setattr(MemberStore, "put", put)
    places = []
    learn = tuning_room._Bench.train
    monkeypatch.setattr(
        tuning_room._Bench,
        "train",
        lambda self, place, tell: places.append(place) or learn(self, place, tell),
    )
    ran, folder = train(*quick)
    assert ran.code == 0 and places == [2]
    assert not (folder / "training").exists()
    assert load_coder(folder).tier == "accurate"


def test_private_name_is_in_no_file_of_an_accurate_model(accurate: Path, secret: str) -> None:
    for path in accurate.rglob("*"):
        if path.is_file() and path.name != "tokenizer.json":
            assert secret.lower().encode() not in path.read_bytes().lower(), path.name


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (("--tier", "accurate", "--teacher", "x"), "A teacher teaches the fast tier. Leave out --teacher"),
        (("--tier", "accurate", "--learning-curve"), "--learning-curve is for --tier fast"),
        (("--epochs", 2), "--epochs is for --tier accurate"),
        (("--device", "cpu"), "--device is for --tier accurate"),
        (("--tier", "accurate", "--device", "abacus"), "No device abacus here. Choose cpu, or cuda or mps"),
    ],
)
def test_setting_of_the_other_tier_is_refused(
    train, tiny_encoder: Path, options: tuple[object, ...], wanted: str
) -> None:
    assert wanted in train(*options)[0].error


def test_encoder_that_is_none_is_told_before_the_work(train, tmp_path: Path, tiny_encoder: Path) -> None:
    (tmp_path / "nothing").mkdir()
    for further in ((), ("--encoder", tiny_encoder)):
        assert "The folder nothing is no encoder" in train(
            "--tier", "accurate", *further, "--encoder", tmp_path / "nothing"
        )[0].error  # fmt: skip


def test_missing_torch_is_told_in_one_line(
    train, textmine, study, accurate: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    assert "pip install textmine[train]" in train("--tier", "accurate")[0].error
    ran = textmine("code", study.comments, "--model", accurate, "--out", tmp_path / "out")
    assert "pip install textmine[train]" in ran.error and not (tmp_path / "out").exists()


# --- a teacher --------------------------------------------------------------------------------------------


@pytest.fixture
def some_labels(study, write_csv, tmp_path: Path) -> Path:
    """Labels of the first 48 of the 72 comments."""
    rows = [[u, *codes] for u, codes in list(study.truth.items())[:48]]
    return write_csv(tmp_path / "some.csv", ["id", "training", "money"], rows)


def test_teacher_that_is_a_model_teaches_texts_without_labels(
    train, tiny_model: Path, some_labels: Path
) -> None:
    plain_run, plain = train(labels=some_labels, out="plain")
    ran, taught = train("--teacher", tiny_model, labels=some_labels, out="taught")
    assert (plain_run.code, ran.code) == (0, 0)
    assert bytes_of(plain)["weights.safetensors"] != bytes_of(taught)["weights.safetensors"]
    assert sorted(bytes_of(taught)) == FILES and load_coder(taught).tier == "fast"
    card = " ".join((taught / "card.md").read_text("utf-8").split())
    assert "It was taught by tiny" in card and "the same coder without a teacher" in card
    assert "taught by" not in (plain / "card.md").read_text("utf-8")
    assert "figures are those of a coder that nobody taught" in ran.out
    assert load_coder(taught).n_texts_ == 48


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_teacher_that_is_a_table_teaches_and_gives_the_same_bytes_twice(
    train, study, some_labels: Path, tmp_path: Path, form: str
) -> None:
    frame = pd.DataFrame(
        [[u, *(0.9 if c else 0.1 for c in codes)] for u, codes in study.truth.items()],
        columns=["unit_id", "training", "money"],
    )
    table = tmp_path / f"scores.{form}"
    frame.to_csv(table, index=False) if form == "csv" else frame.to_parquet(table, index=False)
    (_, plain), (one, a), (_, b) = (
        train(labels=some_labels, out="plain/m"),
        train("--teacher", table, labels=some_labels, out="a/m"),
        train("--teacher", table, labels=some_labels, out="b/m"),
    )
    assert one.code == 0, one.err
    assert bytes_of(a) == bytes_of(b)
    assert bytes_of(a)["weights.safetensors"] != bytes_of(plain)["weights.safetensors"]


def test_accurate_model_teaches_the_fast_tier(train, accurate: Path, some_labels: Path) -> None:
    ran, folder = train("--teacher", accurate, labels=some_labels)
    assert ran.code == 0, ran.err
    assert load_coder(folder).tier == "fast"


def test_teacher_that_cannot_teach_is_told_in_one_line(
    train, study, some_labels: Path, write_csv, tmp_path: Path, tiny_model: Path
) -> None:
    header = ["id", "training", "money"]
    cases = {
        "No model 'nowhere'": "nowhere",
        "p.csv, row 2 (line 3), column 'money': no probability": write_csv(
            tmp_path / "p.csv", header, [["000", 0.5, 0.5], ["001", 0.5, 1.5]]
        ),
        "No column for the code(s) money in c.csv": write_csv(tmp_path / "c.csv", header[:2], [["000", 1]]),
        "the id stands already": write_csv(tmp_path / "i.csv", header, [["000", 1, 1], ["000", 1, 1]]),
        "None of the 1 ids": write_csv(tmp_path / "n.csv", header, [["zzz", 1, 1]]),
    }
    for wanted, teacher in cases.items():
        assert wanted in train("--teacher", teacher, labels=some_labels)[0].error
    rain = write_csv(tmp_path / "rain.csv", ["id", "rain"], [[u, int(u) % 2] for u in study.truth])
    assert (
        "The teacher does not know the code(s) rain" in train("--teacher", tiny_model, labels=rain)[0].error
    )


# --- what the card of the fast tier adds ------------------------------------------------------------------


def test_card_says_what_random_rows_would_have_shown(tiny_model: Path) -> None:
    card = " ".join((tiny_model / "card.md").read_text("utf-8").split())
    assert "Splitting rows at random would have shown micro F1" in card


@pytest.mark.slow
def test_learning_curve_is_traced_where_it_is_asked_for(train) -> None:
    ran, folder = train("--learning-curve")
    assert ran.code == 0, ran.err
    assert (folder / "learning_curve.csv").is_file() and (folder / "learning_curve.svg").is_file()
    assert "What more coded texts bring" in (folder / "card.md").read_text("utf-8")
    assert not (train(out="plain")[1] / "learning_curve.csv").exists()
