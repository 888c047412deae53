"""The Dask engine: the rows of the local engine, whatever becomes of a worker on the way."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from textmine.errors import InputError
from textmine.exchange.coded_folder import WideOptions
from textmine.jobs import code_dask, code_stream
from textmine.jobs.code_dask import code_on_dask
from textmine.jobs.code_stream import code_wave
from textmine.jobs.labelled import ColumnNames

COLUMNS = ColumnNames("comment", "id", "question", "person")
OPTIONS = WideOptions(bands=True, scores=True, formats=("csv", "parquet"))
TABLES = ("coded_wide", "coded_long", "scores")
NEEDS_DASK = pytest.mark.skipif(
    find_spec("dask") is None, reason="Dask is not installed: pip install textmine[dask]"
)


def write_wave(path: Path, first: int, last: int, *, rows: int = 150) -> Path:
    """Rows of every kind of cell, in row groups of ``rows``; some ids twice or blank, some texts missing."""
    said = ["We train together", "It saves money", "The building is old, but we train", None, "Â£5 saved"]
    frame = pd.DataFrame(
        {
            "id": [f"r{i if i % 97 else 3}" if i % 101 else " " for i in range(first, last)],
            "person": [f"p{i % 7}" if i % 11 else None for i in range(first, last)],
            "question": [f"q{i % 2}" for i in range(first, last)],
            "comment": [said[i % 5] if i % 3 else f"{said[i % 5] or ''} {i}" for i in range(first, last)],
            "age": pd.array([i if i % 4 else None for i in range(first, last)], dtype="Int64"),
            "weight": [i / 4 for i in range(first, last)],
            "day": [date(2026, 1, 1 + i % 28) for i in range(first, last)],
            "glad": [i % 2 == 0 for i in range(first, last)],
            "where": pd.Categorical([f"w{i % 3}" for i in range(first, last)]),
        }
    )
    frame.to_parquet(path, row_group_size=rows)
    return path


@pytest.fixture
def wave(tmp_path: Path) -> list[Path]:
    return [write_wave(tmp_path / "a.parquet", 0, 1000), write_wave(tmp_path / "b.parquet", 1000, 1600)]


def code_here(wave: list[Path], model: Path, out: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(code_stream, "WHOLE", 0)
    return code_wave(wave, str(model), out, columns=COLUMNS, options=OPTIONS, processes=1)


def assert_same_rows(local: Path, cluster: Path) -> None:
    for name in TABLES:
        one, other = (pd.read_parquet(folder / f"{name}.parquet") for folder in (local, cluster))
        pd.testing.assert_frame_equal(one.reset_index(drop=True), other.reset_index(drop=True))
    spans = pd.read_csv(local / "coded_spans.csv", keep_default_na=False)
    pd.testing.assert_frame_equal(
        spans, pd.read_parquet(cluster / "coded_spans.parquet").reset_index(drop=True), check_dtype=False
    )
    assert (local / "rejected.csv").read_bytes() == (cluster / "rejected.csv").read_bytes()
    wanted, found = (pd.read_csv(folder / "summary.csv") for folder in (local, cluster))
    same = ["code", "count", "base", "naive_share", "to_review", "auto_accepted", "corrected_share"]
    pd.testing.assert_frame_equal(wanted[same], found[same])


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    distributed = pytest.importorskip(
        "distributed", reason="Dask is not installed: pip install textmine[dask]"
    )
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as found:
        yield found


@pytest.fixture
def code(cluster: Any, tiny_model: Path) -> Callable[..., Any]:
    def run(wave: list[Any], out: Path, **more: Any) -> Any:
        return code_on_dask(
            [str(path) for path in wave],
            str(tiny_model),
            str(out),
            scheduler=cluster.scheduler_address,
            columns=COLUMNS,
            options=OPTIONS,
            **more,
        )

    return run


# --- the same rows ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_rows_are_those_of_the_local_engine(
    code, wave: list[Path], tiny_model: Path, tmp_path: Path, monkeypatch
) -> None:
    told: list[tuple[int, int]] = []
    report = code(wave, tmp_path / "cluster", progress=lambda done, of: told.append((done, of)))
    local = code_here(wave, tiny_model, tmp_path / "local", monkeypatch)
    assert_same_rows(tmp_path / "local", tmp_path / "cluster")
    assert (report.counts, report.code_counts) == (local.counts, local.code_counts)
    assert report.rejected == local.rejected and len(report.rejected) > 20
    assert told[-1] == (1600, 1600)
    said = json.loads((tmp_path / "cluster" / "provenance.json").read_text("utf-8"))
    whole = json.loads((tmp_path / "local" / "provenance.json").read_text("utf-8"))
    for name in ("model", "codebook", "columns", "thresholds", "counts", "certificate"):
        assert said[name] == whole[name]


@pytest.mark.slow
def test_folder_of_parts_is_read_in_the_order_of_its_numbers(code, tmp_path: Path) -> None:
    folder = tmp_path / "wave"
    folder.mkdir()
    for number in range(12):
        write_wave(folder / f"part.{number}.parquet", 100 * number + 1, 100 * number + 40)
    (folder / "_SUCCESS").touch()
    code([folder.as_uri()], tmp_path / "out")
    ids = pd.read_parquet(tmp_path / "out" / "coded_wide.parquet")["age"]
    assert ids[ids != ""].astype(int).is_monotonic_increasing


def _count_models() -> None:
    """Run on a worker: from now on it counts how often a model reaches it."""
    from textmine.scale import dask_engine

    def take(model: Any, state: dict[str, Any]) -> None:
        model.__dict__.update(state)
        dask_engine.SentModel.received += 1  # type: ignore[attr-defined]

    dask_engine.SentModel.received = 0  # type: ignore[attr-defined]
    dask_engine.SentModel.__setstate__ = take  # type: ignore[attr-defined]


def _tell_models() -> tuple[int, int]:
    from textmine.scale import dask_engine

    return dask_engine.SentModel.received, len(dask_engine._unpacked)  # type: ignore[attr-defined]


@pytest.mark.slow
def test_model_reaches_each_worker_once(cluster: Any, code, tmp_path: Path) -> None:
    from distributed import Client

    wave = write_wave(tmp_path / "a.parquet", 0, 3000, rows=100)
    with Client(cluster.scheduler_address) as client:
        client.run(_count_models)
        code([wave], tmp_path / "out")
        told = client.run(_tell_models).values()
    assert len(list((tmp_path / "out" / "coded_wide.parquet").iterdir())) == 30
    assert all(received <= 1 and unpacked == 1 for received, unpacked in told)
    assert sum(received for received, _ in told) >= 1  # else nothing was counted


@pytest.mark.slow
def test_run_leaves_nothing_of_the_one_before(code, wave: list[Path], tmp_path: Path) -> None:
    code(wave, tmp_path / "out")
    report = code(wave[1:], tmp_path / "out")
    assert len(pd.read_parquet(tmp_path / "out" / "coded_wide.parquet")) == report.counts.read


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_worker_killed_on_the_way_costs_no_row(
    code, cluster: Any, tiny_model: Path, tmp_path: Path, monkeypatch
) -> None:
    wave, out = [write_wave(tmp_path / "a.parquet", 0, 6000, rows=100)], tmp_path / "cluster"
    killed: list[int] = []

    def kill() -> None:
        for _ in range(3000):
            if len(list(out.glob("coded_wide.parquet/*"))) >= 5 and not (out / "provenance.json").exists():
                killed.append(next(iter(cluster.workers.values())).pid)
                os.kill(killed[0], signal.SIGKILL)
                return
            time.sleep(0.01)

    killer = threading.Thread(target=kill)
    killer.start()
    code(wave, out)
    killer.join()
    assert killed
    code_here(wave, tiny_model, tmp_path / "local", monkeypatch)
    assert_same_rows(tmp_path / "local", out)


# --- what is refused --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_error_of_a_worker_is_one_line_without_a_word_of_a_text(
    code, wave: list[Path], tmp_path: Path, monkeypatch, capfd, secret: str
) -> None:
    frame = pd.read_parquet(wave[0]).assign(comment=secret)
    frame.to_parquet(wave[0])
    pieces, names = code_dask.list_pieces(str(wave[0]))
    data = wave[0].read_bytes()

    def list_pieces(path: str) -> Any:  # the file is damaged once it was looked over
        wave[0].write_bytes(data)
        found = pieces, names
        return found

    plain = code_dask._clear_earlier

    def clear(out: str) -> None:
        plain(out)
        wave[0].write_bytes(data[:40] + bytes(len(data) - 400) + data[-360:])

    monkeypatch.setattr(code_dask, "list_pieces", list_pieces)
    monkeypatch.setattr(code_dask, "_clear_earlier", clear)
    with pytest.raises(InputError, match="A worker could not read, code or write a partition") as caught:
        code(wave[:1], tmp_path / "out")
    shown = capfd.readouterr()
    assert secret not in str(caught.value) + shown.out + shown.err
    assert not (tmp_path / "out" / "provenance.json").exists()


@NEEDS_DASK
def test_csv_is_refused_before_anything_is_done(tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"reads parquet, and wave\.csv is not\. Convert it"):
        code_on_dask([str(tmp_path / "wave.csv")], str(tiny_model), str(tmp_path / "out"), columns=COLUMNS)
    assert not (tmp_path / "out").exists()


def test_dask_not_installed_is_told(wave: list[Path], tiny_model: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"needs Dask: pip install 'textmine\[dask\]'"):
        code_on_dask([str(wave[0])], str(tiny_model), str(tmp_path / "out"), columns=COLUMNS)


@NEEDS_DASK
def test_missing_file_and_unknown_store_are_told(tiny_model: Path, tmp_path: Path) -> None:
    for path in (str(tmp_path / "none.parquet"), "nostore://bucket/wave.parquet"):
        with pytest.raises(InputError, match="cannot be read as parquet"):
            code_on_dask([path], str(tiny_model), str(tmp_path / "out"), columns=COLUMNS)


@NEEDS_DASK
def test_files_of_other_columns_are_told(wave: list[Path], tiny_model: Path, tmp_path: Path) -> None:
    pd.DataFrame({"id": ["1"], "comment": ["We train"]}).to_parquet(wave[1])
    with pytest.raises(InputError, match=r"b\.parquet has other columns than a\.parquet"):
        code_on_dask([*map(str, wave)], str(tiny_model), str(tmp_path / "out"), columns=COLUMNS)


@pytest.mark.slow
def test_nobody_at_the_address_is_told(
    wave: list[Path], tiny_model: Path, tmp_path: Path, monkeypatch
) -> None:
    pytest.importorskip("distributed", reason="Dask is not installed: pip install textmine[dask]")
    monkeypatch.setattr("textmine.scale.dask_engine.PATIENCE", 1)
    for address in ("tcp://127.0.0.1:9", "nonsense"):
        with pytest.raises(InputError, match="No Dask scheduler answers at"):
            code_on_dask(
                [str(wave[0])], str(tiny_model), str(tmp_path / "out"), scheduler=address, columns=COLUMNS
            )


def test_options_that_the_engine_lacks_are_refused(textmine, wave: list[Path], tmp_path: Path) -> None:
    given = [
        "code",
        wave[0],
        "--model",
        "school-collaboration",
        "--out",
        tmp_path / "out",
        "--engine",
        "dask",
    ]
    for option in (["--resume"], ["--format", "csv"], ["--excel-safe"], ["--seconds-per-unit", "3"]):
        ran = textmine(*given, *option)
        assert ran.code == 2 and option[0] in ran.err
    ran = textmine(*given[:-2], "--scheduler", "tcp://127.0.0.1:9")
    assert ran.code == 2 and "--engine dask" in ran.err
