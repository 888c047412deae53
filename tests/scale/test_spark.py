"""The page on Spark: its lines run in local[2], and a Python worker that is killed costs no row."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from textmine.scale.code_frame import code_frame

DOCS = Path(__file__).resolve().parents[2] / "docs"
#: What a notebook on Databricks comes with; four tries at a part, as on a cluster.
SESSION = """
from pyspark.sql import SparkSession
spark = (
    SparkSession.builder.master("local[2,4]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.ui.showConsoleProgress", "false")
    .config("spark.sql.files.openCostInBytes", 1 << 27)  # a part of the input is one file
    .getOrCreate()
)
"""
MODEL, ROWS = "school-collaboration", 12_000
SAID = ["We share training days", "", "It saves money, but the heads are not sure", "n/a", None]


@pytest.fixture
def spark_python(
    debian: Callable[[str, Callable[[], object]], bool], distribution: Callable[[str], bool]
) -> dict[str, str]:
    """The environment in which Spark finds Java and this Python; both are installed if they can be."""
    if not distribution("pyspark"):
        pytest.skip("no pyspark, and it could not be installed: pip install 'textmine[spark]'")
    if not debian("default-jre-headless", lambda: shutil.which("java")):
        pytest.skip("Spark needs Java: apt-get install default-jre-headless")
    return {**os.environ, "PYSPARK_PYTHON": sys.executable, "OMP_NUM_THREADS": "1"}


@pytest.fixture
def wave(tmp_path: Path) -> pd.DataFrame:
    said = [SAID[i % 5] and f"{SAID[i % 5]}, case {i}" for i in range(ROWS)]
    frame = pd.DataFrame({"id": [f"r{i}" for i in range(ROWS)], "said": said, "age": range(ROWS)})
    (tmp_path / "wave.parquet").mkdir()
    for number in range(8):
        part = frame.iloc[number * ROWS // 8 : (number + 1) * ROWS // 8]
        part.to_parquet(tmp_path / "wave.parquet" / f"part-{number}.parquet", index=False)
    return frame


def start(folder: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """The lines of the page in a Python of their own."""
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "spark.md").read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 2
    more = 'long.write.parquet("long.parquet")\nspark.stop()\n'
    script = "\n".join([SESSION, *blocks, more])
    return subprocess.Popen([sys.executable, "-c", script], cwd=folder, env=environment)


def finish(process: subprocess.Popen[bytes]) -> int:
    """How it ends, within some minutes."""
    try:
        return process.wait(timeout=300)
    finally:
        process.kill()


def assert_coded(folder: Path, wave: pd.DataFrame) -> None:
    """What Spark wrote is what the function gives for the whole frame."""
    whole = code_frame(wave, MODEL, text="said", id="id")
    coded = pd.read_parquet(folder / "coded.parquet").sort_values("age").reset_index(drop=True)
    assert coded["id"].tolist() == wave["id"].tolist()
    codes = [name for name in whole.columns if name not in (*wave.columns, "evidence")]
    for code in codes:
        assert coded[code].astype("Int8").tolist() == whole[code].tolist()
    listed = [[dict(found) for found in row] for row in coded["evidence"]]
    assert listed == [[dict(found) for found in row] for row in whole["evidence"]]
    assert len(pd.read_parquet(folder / "long.parquet")) == sum(map(len, listed)) > 1000


@pytest.mark.slow
def test_page_runs_and_rows_are_those_of_one_machine(
    spark_python: dict[str, str], wave: pd.DataFrame, tmp_path: Path
) -> None:
    assert finish(start(tmp_path, spark_python)) == 0
    assert_coded(tmp_path, wave)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="finds the workers in /proc")
def test_worker_killed_on_the_way_costs_no_row(
    spark_python: dict[str, str], wave: pd.DataFrame, tmp_path: Path
) -> None:
    psutil = pytest.importorskip("psutil")
    process = start(tmp_path, spark_python)
    killed = 0
    while process.poll() is None and not killed:
        if list((tmp_path / "coded.parquet").rglob("part-*.parquet")):  # the first parts are written
            for worker in psutil.Process(process.pid).children(recursive=True):
                if "pyspark.daemon" in " ".join(worker.parent().cmdline()):  # which forks the workers
                    worker.kill()
                    killed = worker.pid
                    break
        time.sleep(0.01)
    assert killed, "no worker was found to kill"
    assert finish(process) == 0
    assert_coded(tmp_path, wave)
