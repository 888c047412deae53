"""The fuzzer, for a bounded time, on what reads strangers' files and requests; longer by hand."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SECONDS = 12
TARGETS = ("csv", "xlsx", "docx", "vtt", "srt", "qdpx", "codebook", "model", "web")


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_mutated_inputs_are_read_or_refused(target: str, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    command = [sys.executable, Path(__file__).with_name("fuzz.py"), target, "--seconds", str(SECONDS)]
    ran = subprocess.run(
        [*map(str, command), "--engine", "plain", "--report", str(report), "--keep", str(tmp_path / "kept")],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2_000:]
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["findings"] == {} and told["inputs"] > 20 and told["refused"] < told["inputs"]
