"""``find_topics`` and ``textmine topics``: what is written, what is refused, nobody's words on screen."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from textmine.errors import InputError
from textmine.jobs import topics_input
from textmine.jobs.labelled import ColumnNames
from textmine.jobs.topics import TopicOptions, find_topics
from textmine.topics.artefact import load_topics

PARTS = ("supply cover", "agency staff", "cover costs", "lesson cover", "sports day", "football pitch")
COLUMNS = ColumnNames("comment", "id", "question", None)
QUICK = {"n_topics": 3, "runs": 2, "engine": None}


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    said = [
        f"{frame} {a} and {b}"
        for a in PARTS
        for b in PARTS
        if a != b
        for frame in ("We lack", "More", "Poor")
    ]
    path = tmp_path / "wave.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        rows = [[f"r{i}", text, f"q{i % 2}"] for i, text in enumerate(said)]
        csv.writer(handle).writerows([["id", "comment", "question"], *rows, ["blank", "", "q0"]])
    return path


@pytest.fixture
def codebook(tmp_path: Path) -> Path:
    path = tmp_path / "book.yaml"
    path.write_text(
        "id: b\nversion: '1'\ncodes:\n- {id: cover, definition: Supply cover and agency staff.}\n"
        "- {id: sport, definition: Sports day and football.}\n",
        encoding="utf-8",
    )
    return path


def test_files_hold_what_the_contract_says(survey, tmp_path) -> None:
    report = find_topics(survey, tmp_path / "out", columns=COLUMNS, options=TopicOptions(**QUICK))
    given = pd.read_csv(tmp_path / "out" / "assignments.csv")
    assert list(given.columns) == ["id", "topic", "weight"] and given["id"].is_unique
    assert given.set_index("id").loc["blank"].tolist() == [-1, 0.0]
    found = json.loads((tmp_path / "out" / "topics.json").read_text(encoding="utf-8"))
    for topic in found["topics"]:
        assert {"id", "words", "size", "stability", "representative_ids"} <= set(topic)
        assert topic["size"] == (given["topic"] == topic["id"]).sum()
        assert set(topic["representative_ids"]) <= set(given["id"])
        assert (topic["report"] == "do not report") == (topic["stability"] < 0.5)
    assert all(path.exists() for path in report.paths)
    again = load_topics(tmp_path / "out" / "model")
    texts = pd.read_csv(survey, keep_default_na=False)["comment"].tolist()
    assert again.predict(texts).tolist() == given["topic"].tolist()


def test_same_input_gives_the_same_bytes(survey, tmp_path) -> None:
    for name in ("a", "b"):
        find_topics(survey, tmp_path / name, columns=COLUMNS, options=TopicOptions(**QUICK))
    for path in sorted((tmp_path / "a").rglob("*")):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes()


def test_labels_give_a_crosswalk_and_drafts(survey, codebook, tmp_path) -> None:
    labels = tmp_path / "labels.csv"
    rows = [f"r{i},{int(i < 45)},0" for i in range(90)]
    labels.write_text("\n".join(["id,cover,sport", *rows]) + "\n", encoding="utf-8")
    options = TopicOptions(**QUICK, labels=[labels])
    report = find_topics(survey, tmp_path / "out", columns=COLUMNS, codebook=codebook, options=options)
    table = pd.read_csv(tmp_path / "out" / "crosswalk.csv")
    assert report.crosswalk is not None and report.crosswalk.n == 90
    assert set(table["code"]) == {"cover", "sport"}
    assert report.proposals and (tmp_path / "out" / "proposed_codes.yaml").exists()
    drawn = pd.read_csv(tmp_path / "out" / "proposed_comments.csv")
    first = report.proposals[0]
    assert drawn[drawn["code"] == first.code.id]["id"].tolist() == first.ids


def test_codebook_alone_gives_a_crosswalk_that_says_nobody_checked_it(survey, codebook, tmp_path) -> None:
    report = find_topics(
        survey, tmp_path / "out", columns=COLUMNS, codebook=codebook, options=TopicOptions(**QUICK)
    )
    assert report.crosswalk is not None and report.proposals == []
    assert any("unchecked" in note for note in report.notes)


def test_number_is_chosen_among_those_given(survey, tmp_path) -> None:
    options = TopicOptions(**{**QUICK, "n_topics": None}, sizes=[2, 4])
    report = find_topics(survey, tmp_path / "out", columns=COLUMNS, options=options)
    assert report.model.n_topics in (2, 4)
    assert (tmp_path / "out" / "choice.png").exists()


@pytest.mark.parametrize(
    ("options", "told"), [({"seeded": True}, "--codebook"), ({"by": "region"}, "'region'")]
)
def test_what_cannot_be_done_is_told_and_nothing_written(options, told, survey, tmp_path) -> None:
    with pytest.raises(InputError, match=told):
        find_topics(survey, tmp_path / "out", columns=COLUMNS, options=TopicOptions(**QUICK, **options))
    assert not (tmp_path / "out").exists()


def test_command_prints_counts_and_no_words(textmine, survey, tmp_path) -> None:
    ran = textmine(
        "topics", survey, "--text", "comment", "--id", "id", "--topics", "3", "--out", tmp_path / "out"
    )
    assert ran.code == 0 and "fit to report" in ran.out
    assert "supply" not in ran.out + ran.err and "football" not in ran.out + ran.err


def test_command_tells_wrong_numbers_in_one_line(textmine, survey, tmp_path) -> None:
    ran = textmine("topics", survey, "--choose", "ten", "--out", tmp_path / "out")
    assert ran.code == 1 and ran.err.startswith("Error: --choose wants") and ran.err.count("\n") == 1


def test_topics_over_waves_are_written_where_a_wave_is_named(survey, tmp_path) -> None:
    frame = pd.read_csv(survey)
    frame.assign(year=[2022 + i % 3 for i in range(len(frame))]).to_csv(survey, index=False)
    find_topics(survey, tmp_path / "out", columns=COLUMNS, options=TopicOptions(**QUICK, wave="year"))
    over = pd.read_csv(tmp_path / "out" / "waves.csv")
    assert over["by"].unique().tolist() == [2022, 2023, 2024]
    assert (over["low"] <= over["share"]).all() and (over["share"] <= over["high"]).all()
    page = (tmp_path / "out" / "waves.html").read_text(encoding="utf-8")
    assert "Topics by year" in page and (tmp_path / "out" / "waves.png").is_file()
    with pytest.raises(InputError, match="No column 'when'"):
        find_topics(survey, tmp_path / "o", columns=COLUMNS, options=TopicOptions(**QUICK, wave="when"))


def test_texts_that_say_nothing_count_in_no_share(survey, tmp_path) -> None:
    frame = pd.read_csv(survey, keep_default_na=False)
    silent = pd.DataFrame({"id": [f"s{i}" for i in range(60)], "comment": ["n/a", ""] * 30, "question": "q0"})
    odd = pd.DataFrame({"id": ["odd"], "comment": ["zzqx"], "question": ["q1"]})
    pd.concat([frame, silent, odd]).assign(year=lambda t: t["question"].where(t.index > 4, "")).to_csv(
        tmp_path / "more.csv", index=False
    )
    options = TopicOptions(**QUICK, by="year", wave="question")
    report = find_topics(tmp_path / "more.csv", tmp_path / "out", columns=COLUMNS, options=options)
    content = json.loads((tmp_path / "out" / "topics.json").read_text(encoding="utf-8"))
    assert content["silent"] == 61 and content["quality"]["outliers"]["n"] == 91
    left = content["quality"]["outlier_ids_to_read"]
    assert "odd" in left and not any(unit[0] in "sb" for unit in left)
    assert report.outliers["share"] == pytest.approx(len(left) / 91)
    assert "61 of 152 texts say nothing and count in no share." in report.notes
    shares = read_out(tmp_path / "out", "prevalence.csv").drop_duplicates("by").set_index("by")["n"]
    assert "(not given)" in shares.index and shares.astype(int).sum() == 91
    waves = read_out(tmp_path / "out", "waves.csv").drop_duplicates("by").set_index("by")["n"]
    assert waves.to_dict() == {"q0": "45", "q1": "46"}


def test_columns_of_too_many_values_are_refused_before_anything_is_written(survey, tmp_path) -> None:
    frame = pd.read_csv(survey, keep_default_na=False)
    frame["who"] = frame["id"]
    frame["school"] = [f"school {row % 14}" for row in range(len(frame))]
    frame.to_csv(tmp_path / "more.csv", index=False)
    for option in ("by", "wave"):
        options = TopicOptions(**QUICK, **{option: "who"})
        with pytest.raises(InputError, match="'who' has 91 different values in 91 rows"):
            find_topics(tmp_path / "more.csv", tmp_path / "no", columns=COLUMNS, options=options)
    assert not (tmp_path / "no").exists()
    options = TopicOptions(**QUICK, by="school")
    report = find_topics(tmp_path / "more.csv", tmp_path / "out", columns=COLUMNS, options=options)
    assert "No figure of groups: it shows 12, school has 14." in report.notes
    assert not (tmp_path / "out" / "groups.html").exists()


# --- more than can be held ----------------------------------------------------------------------------------


def read_out(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / name, dtype=str, keep_default_na=False)


def test_topics_of_a_sample_are_given_to_all(survey, tmp_path) -> None:
    options = TopicOptions(**QUICK, sample=60)
    report = find_topics(survey, tmp_path / "out", columns=COLUMNS, options=options)
    assert report.model.n_texts_ == 60 and any("60 of 91 texts" in note for note in report.notes)
    frame = pd.read_csv(survey, keep_default_na=False)
    told = read_out(tmp_path / "out", "assignments.csv")
    assert told["id"].tolist() == frame["id"].tolist()
    wanted = report.model.predict(frame.rename(columns={"comment": "text"})[["text", "question"]])
    assert told["topic"].astype(int).tolist() == wanted.tolist()
    shares = pd.read_csv(tmp_path / "out" / "prevalence.csv")
    assert shares.groupby("by")["n"].first().sum() == 90 == report.outliers["n"]  # one is blank
    content = json.loads((tmp_path / "out" / "topics.json").read_text(encoding="utf-8"))
    counted = [int((wanted == topic["id"]).sum()) for topic in content["topics"]]
    assert [topic["assigned"] for topic in content["topics"]] == counted
    assert content["texts"] == 60 and content["assigned"] == 91


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
def test_a_file_read_in_parts_gives_what_it_gives_whole(kind, survey, tmp_path, monkeypatch) -> None:
    frame = pd.read_csv(survey, keep_default_na=False)
    frame = pd.concat([frame, frame.iloc[[3]].assign(comment="the same id again")])
    source = tmp_path / f"big.{kind}"
    if kind == "csv":
        frame.to_csv(source, index=False)
    elif kind == "parquet":
        frame.to_parquet(source, index=False)
    else:
        frame.to_json(source, orient="records", lines=True)
    options = TopicOptions(**QUICK, sample=60)
    whole = find_topics(source, tmp_path / "whole", columns=COLUMNS, options=options)
    monkeypatch.setattr(topics_input, "WHOLE", 10)
    monkeypatch.setattr("textmine.reading.chunks.WHOLE", 10)
    monkeypatch.setattr(topics_input, "ROWS", 7)
    parts = find_topics(source, tmp_path / "parts", columns=COLUMNS, options=options)
    set_aside = [[(row.row, row.line, row.id) for row in one.rejected] for one in (parts, whole)]
    assert set_aside[0] == set_aside[1] and len(set_aside[0]) == 1
    for name in ("assignments.csv", "several.csv", "prevalence.csv", "topics.json"):
        assert (tmp_path / "parts" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_large_file_is_sampled_unasked_and_labelled_texts_are_among_the_drawn(
    survey, codebook, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(topics_input, "WHOLE", 10)
    monkeypatch.setattr(topics_input, "SAMPLE", 50)
    labelled = tmp_path / "labels.csv"
    rows = [(f"r{i}", int(i % 2 == 0), int(i % 2)) for i in range(0, 80, 4)]
    pd.DataFrame(rows, columns=["id", "cover", "sport"]).to_csv(labelled, index=False)
    options = TopicOptions(**QUICK, labels=[labelled])
    report = find_topics(survey, tmp_path / "out", columns=COLUMNS, codebook=codebook, options=options)
    assert report.model.n_texts_ == 50
    assert report.crosswalk is not None and report.crosswalk.n == 20


def test_a_large_file_whose_rows_have_no_ids_of_their_own_is_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(topics_input, "WHOLE", 10)
    source = tmp_path / "big.csv"
    pd.DataFrame({"who": ["a", "b"] * 20, "said": [f"Supply cover cost us {i}" for i in range(40)]}).to_csv(
        source, index=False
    )
    columns = ColumnNames("said", None, None, "who")
    with pytest.raises(InputError, match="Name one with --id"):
        find_topics(source, tmp_path / "out", columns=columns, options=TopicOptions(**QUICK))


def test_a_sample_of_nothing_is_refused(survey, tmp_path) -> None:
    with pytest.raises(InputError, match="--sample"):
        find_topics(survey, tmp_path / "out", columns=COLUMNS, options=TopicOptions(**QUICK, sample=0))
