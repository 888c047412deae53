"""The notebooks: small and clean as they stand, and each runs from a clean kernel to what it shows."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
LARGEST = 400_000  # bytes
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)*")
#: Ids that a run makes up, and pictures, of which only that they are there is held.
_FREE = re.compile(r"(?:id|href)=['\"][^'\"]*['\"]")


def load_refresh() -> ModuleType:
    spec = importlib.util.spec_from_file_location("refresh", FOLDER / "refresh.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8"))


def list_outputs(notebook: dict[str, Any]) -> list[tuple[int, str, str]]:
    """Cell, form and text of every output; a stream that a busy kernel sent in pieces is one."""
    found: list[tuple[int, str, str]] = []
    for number, cell in enumerate(notebook["cells"]):
        for output in cell.get("outputs", []):
            if output["output_type"] == "stream":
                text = "".join(output["text"])
                if found and found[-1][:2] == (number, output["name"]):
                    text = found.pop()[2] + text
                found.append((number, output["name"], text))
            for form, text in output.get("data", {}).items():
                found.append((number, form, "".join(text)))
    return found


def test_stream_in_pieces_is_one_output() -> None:
    pieces = [{"output_type": "stream", "name": "stdout", "text": [text]} for text in ("Share", " of: all")]
    table = {"output_type": "display_data", "data": {"text/html": ["<b>1</b>"]}}
    cells = [{"outputs": [*pieces, table, pieces[0]]}, {"outputs": [pieces[1]]}]
    said = [(0, "stdout", "Share of: all"), (0, "text/html", "<b>1</b>"), (0, "stdout", "Share")]
    assert list_outputs({"cells": cells}) == [*said, (1, "stdout", " of: all")]


def test_there_are_the_seven_in_order() -> None:
    assert [path.name[:2] for path in NOTEBOOKS] == [f"{n}-" for n in range(1, 8)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_asks_a_question_and_shows_what_it_found(path: Path) -> None:
    notebook = read(path)
    cells = notebook["cells"]
    assert cells[0]["cell_type"] == "markdown" and "**The question:**" in "".join(cells[0]["source"])
    shown = list_outputs(notebook)
    assert len(shown) >= 5
    assert any("<svg" in text or form.startswith("image/") or "<table" in text for _, form, text in shown)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_outputs_are_small_and_clean(path: Path) -> None:
    notebook = read(path)
    assert path.stat().st_size <= LARGEST
    for cell in notebook["cells"]:
        assert cell["metadata"] == {} and cell.get("execution_count") is None
        kinds = [output["output_type"] for output in cell.get("outputs", [])]
        assert "error" not in kinds
    for _, form, text in list_outputs(notebook):
        assert form != "stderr" or ("Warning" not in text and "Traceback" not in text), text
        assert not re.search(r"(?<![\w.~-])/(?:home|root|tmp|Users|private|mnt)/\w|\x1b\[", text)
        assert form.startswith("image/") or "object at 0x" not in text


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs_from_a_clean_kernel_to_what_it_shows(path: Path, tmp_path: Path) -> None:
    """In a process of its own; figures may move in the last places from machine to machine, words may not."""
    pytest.importorskip("nbclient", reason="nbclient is not installed: pip install textmine[notebooks]")
    import subprocess

    code = (
        "import sys, nbformat; sys.path.insert(0, sys.argv[1]); from pathlib import Path; import refresh; "
        "nbformat.write(refresh.run_notebook(Path(sys.argv[2])), sys.argv[3])"
    )
    fresh = tmp_path / path.name
    command = [sys.executable, "-c", code, str(FOLDER), str(path), str(fresh)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=900)
    assert fresh.is_file(), done.stderr[-4000:]
    kept, made = list_outputs(read(path)), list_outputs(read(fresh))
    assert [(cell, form) for cell, form, _ in kept] == [(cell, form) for cell, form, _ in made]
    for (cell, form, old), (_, _, new) in zip(kept, made, strict=True):
        if form.startswith("image/") or "<svg" in old:
            continue
        where = f"{path.name}, cell {cell}: run python notebooks/refresh.py {path.stem}"
        assert _NUMBER.sub("0", _FREE.sub("", old)) == _NUMBER.sub("0", _FREE.sub("", new)), where
        for one, other in zip(find_numbers(old), find_numbers(new), strict=True):
            assert one == pytest.approx(other, rel=0.05, abs=0.03), where


def find_numbers(text: str) -> list[float]:
    found = _NUMBER.findall(_FREE.sub("", text))
    return [float(number.replace(",", "")) for number in found if number.count(".") < 2]


def test_tidying_takes_out_what_differs_from_run_to_run() -> None:
    nbformat = pytest.importorskip(
        "nbformat", reason="nbformat is not installed: pip install textmine[notebooks]"
    )
    code = nbformat.v4.new_code_cell("1", execution_count=7, metadata={"scrolled": True})
    data = {"text/plain": "1", "text/html": "<b>1</b>"}
    code.outputs = [nbformat.v4.new_output("execute_result", data, execution_count=7)]
    tidy = load_refresh().tidy_notebook(nbformat.v4.new_notebook(cells=[code]))
    assert (tidy.cells[0].execution_count, tidy.cells[0].metadata, tidy.cells[0].id) == (None, {}, "cell-0")
    assert tidy.cells[0].outputs[0].data == {"text/html": "<b>1</b>"}
