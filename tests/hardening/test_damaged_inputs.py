"""Inputs cut short or overwritten at many places: each command tells the file in one line, or reads it whole."""

from __future__ import annotations

import logging
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from textmine.annotating.rounds import _compare, folder_of, read_scores
from textmine.annotations import Settings, create_project
from textmine.codebook import Codebook
from textmine.corpus import Corpus
from textmine.errors import InputError
from textmine.reading import read_table
from textmine.reading.chunks import read_chunks

KINDS = ("xlsx", "ods", "parquet", "jsonl")


@pytest.fixture(scope="module")
def make_whole(study, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The comments of the study as a file of any kind."""
    folder = tmp_path_factory.mktemp("whole")
    frame = pd.DataFrame(study.rows)

    def make(kind: str) -> Path:
        path = folder / f"wave.{kind}"
        if kind.endswith("parquet"):
            plain = {"compression": None, "use_dictionary": False} if kind != "parquet" else {}
            frame.to_parquet(path, index=False, **plain)
        elif kind == "jsonl":
            frame.to_json(path, orient="records", lines=True)
        elif kind == "ods":
            write_ods(frame, path)
        else:
            frame.to_excel(path, index=False)
        return path

    return make


def write_ods(frame: pd.DataFrame, path: Path) -> None:
    import zipfile
    from html import escape

    def line(cells: list[str]) -> str:
        told = (f"<table:table-cell><text:p>{escape(cell)}</text:p></table:table-cell>" for cell in cells)
        return f"<table:table-row>{''.join(told)}</table:table-row>"

    lines = [line(list(frame.columns)), *(line([str(cell) for cell in row]) for row in frame.to_numpy())]
    names = "urn:oasis:names:tc:opendocument:xmlns:"
    spaces = " ".join(f'xmlns:{name}="{names}{name}:1.0"' for name in ("office", "table", "text"))
    body = f'<table:table table:name="s">{"".join(lines)}</table:table>'
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>{body}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)


def damage(data: bytes, places: int, seed: int) -> Iterator[bytes]:
    """The bytes cut short at so many places, then with 16 bytes overwritten at as many."""
    rng = random.Random(seed)
    for n in range(places):
        yield data[: len(data) * n // places]
    for _ in range(places):
        at = rng.randrange(len(data))
        yield data[:at] + rng.randbytes(16) + data[at + 16 :]


@pytest.mark.parametrize("kind", KINDS)
def test_whole_file_is_read(make_whole, study, kind: str) -> None:
    assert len(read_table(make_whole(kind)).frame) == len(study.rows)


def test_damaged_table_is_told_by_its_file_or_read(make_whole, attempt, tmp_path: Path) -> None:
    told, places = 0, 6
    for kind in KINDS:
        whole = make_whole(kind).read_bytes()
        for n, data in enumerate(damage(whole, places, seed=3)):
            path, out = tmp_path / f"damaged{n}.{kind}", tmp_path / f"out{n}{kind}.csv"
            path.write_bytes(data)
            error = attempt("read", path, "--text", "comment", "--id", "id", "--out", out)
            assert not error or path.name in error, (kind, n, error)
            assert out.is_file() != bool(error)
            told += bool(error)
    assert told > places * len(KINDS)  # most damage is seen


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_damaged_wave_is_not_coded_by_halves(
    make_whole, attempt, tmp_path: Path, tiny_model: Path, kind: str
) -> None:
    for n, data in enumerate(damage(make_whole(kind).read_bytes(), 4, seed=5)):
        path, out = tmp_path / f"damaged{n}.{kind}", tmp_path / f"out{n}"
        path.write_bytes(data)
        names = ("--text", "comment", "--id", "id", "--model", tiny_model, "--out", out)
        error = attempt("code", path, *names)
        assert not error or path.name in error, (n, error)
        assert (out / "provenance.json").is_file() != bool(error)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["x.qdpx", "x.qdc"])
def test_damaged_project_of_another_program_is_told_by_its_file(
    study, coded_with, attempt, tmp_path: Path, name: str
) -> None:
    coded = coded_with(study.comments, tmp_path / "coded")
    assert attempt("export", coded, "--to", tmp_path / name) == ""
    for n, data in enumerate(damage((tmp_path / name).read_bytes(), 5, seed=7)):
        path = tmp_path / f"damaged{n}-{name}"
        path.write_bytes(data)
        error = attempt("import", path, "--out", tmp_path / f"out{n}")
        assert not error or path.name in error, (n, error)


@pytest.mark.slow
@pytest.mark.parametrize(("form", "name"), [("csv", "l.csv"), ("xlsx", "l.xlsx"), ("label-studio", "l.json"),
                                            ("prodigy", "l.jsonl")])  # fmt: skip
def test_damaged_labels_are_told_by_their_file_and_change_nothing(
    study, attempt, tmp_path: Path, form: str, name: str
) -> None:
    project, given = tmp_path / "p", ("--text", "comment", "--id", "id", "--codebook", study.codebook)
    assert attempt("init", project, "--input", study.comments, *given, "--annotator", "ann") == ""
    sheet = tmp_path / name
    assert attempt("labels", "export", project, sheet, "--form", form, "--annotator", "ann") == ""
    for n, data in enumerate(damage(sheet.read_bytes(), 4, seed=11)):
        path = tmp_path / f"damaged{n}-{name}"
        path.write_bytes(data)
        error = attempt("labels", "import", project, path, "--form", form, "--annotator", "ann")
        assert not error or path.name in error, (n, error)


def test_parquet_whose_texts_are_damaged_is_told_though_its_form_is_whole(
    make_whole, attempt, tmp_path: Path, study
) -> None:
    """Bytes that are no text would else be met long after reading."""
    data = make_whole("plain.parquet").read_bytes()
    words = study.rows[0]["comment"].encode()
    assert words in data
    path = tmp_path / "damaged.parquet"
    path.write_bytes(data.replace(words[:12], b"\xff" * 12))
    assert path.name in attempt("read", path, "--text", "comment", "--out", tmp_path / "d.csv")
    with pytest.raises(InputError, match=path.name):
        list(read_chunks(path).chunks)


def test_damaged_scores_of_a_round_are_told_and_not_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    texts = Corpus(pd.DataFrame({"doc_id": ["u1", "u2"], "text": ["Money", "Time"]}))
    project = create_project(tmp_path / "p", texts, Codebook.from_labels(["money"]), Settings(name="study"))
    folder = folder_of(project)
    folder.mkdir(parents=True)
    frame = pd.DataFrame({"unit_id": ["u1", "u2"], "money": [0.9, 0.1]})
    for name in ("scores.parquet", "ranking.parquet"):
        frame.to_parquet(folder / name, index=False)
    whole = (folder / "scores.parquet").read_bytes()
    scores = read_scores(project)
    assert scores is not None and scores.ranking is not None
    for data in damage(whole, 6, seed=13):
        (folder / "scores.parquet").write_bytes(data)
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            if read_scores(project) is None:
                assert "scores.parquet is damaged" in caplog.text and "anew" in caplog.text
    (folder / "scores.parquet").write_bytes(whole)
    (folder / "ranking.parquet").write_bytes(whole[:100])
    scores = read_scores(project)
    assert scores is not None and scores.ranking is None
    (folder / "stop-set.parquet").write_bytes(whole[:100])
    coder = type("Coder", (), {"codes_": ["money"], "predict": lambda self, corpus: [[1]] * len(corpus)})()
    assert _compare(project, coder, project.corpus) == {}  # and written anew
    assert len(pd.read_parquet(folder / "stop-set.parquet")) == 2


@pytest.mark.parametrize("share", [0.0, 0.3, 0.99])
def test_damaged_scores_stop_a_migration_in_one_line(
    study, coded_with, attempt, tmp_path: Path, share: float
) -> None:
    coded = coded_with(study.comments, tmp_path / "coded")
    shutil.copy(study.codebook, tmp_path / "old.yaml")
    words = (
        study.codebook.read_text(encoding="utf-8").replace("1.0.0", "2.0.0").replace("id: money", "id: cash")
    )
    (tmp_path / "new.yaml").write_text(words, encoding="utf-8")
    (tmp_path / "changes.yaml").write_text("changes:\n  - {rename: money, to: cash}\n", encoding="utf-8")
    whole = (coded / "scores.parquet").read_bytes()
    (coded / "scores.parquet").write_bytes(whole[: int(len(whole) * share)])
    told = attempt("codebook", "migrate", tmp_path / "old.yaml", tmp_path / "new.yaml", "--changes",
                   tmp_path / "changes.yaml", "--codings", coded, "--out", tmp_path / "out")  # fmt: skip
    assert "scores.parquet is damaged" in told


@pytest.mark.parametrize("name", ["coded_wide.parquet", "coded_long.parquet"])
def test_damaged_parquet_of_a_coded_folder_is_told_in_one_line(
    study, coded_with, attempt, tmp_path: Path, name: str
) -> None:
    coded = coded_with(study.comments, tmp_path / "coded", "--format", "parquet")
    whole = (coded / name).read_bytes()
    told = 0
    for n, data in enumerate(damage(whole, 3, seed=17)):
        (coded / name).write_bytes(data)
        for command, option, out in (("export", "--to", f"x{n}.csv"), ("report", "--out", f"r{n}.md")):
            told += bool(attempt(command, coded, option, tmp_path / "out" / out))
    assert told or name != "coded_wide.parquet"
