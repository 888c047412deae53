"""Run the notebooks from a clean kernel and keep what they show: ``python notebooks/refresh.py [NAME ...]``.

A notebook runs in a copy of the study, so nothing is left in the checkout but its outputs. Counts of
execution and times are taken out, so that only what a reader sees is kept.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "notebooks"
#: What the notebooks read, beside the models.
NEEDED = ("corpora", "annotations")
#: Of an output, what is kept, the best first; a reader needs one form of it.
FORMS = ("text/html", "text/markdown", "image/svg+xml", "image/png", "text/plain")
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def list_notebooks() -> list[Path]:
    """The notebooks in the order of their numbers."""
    return sorted(FOLDER.glob("*.ipynb"))


def run_notebook(path: Path, *, timeout: int = 600) -> Any:
    """The notebook with the outputs of a fresh run, tidied; raises where a cell fails."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        for name in NEEDED:
            shutil.copytree(ROOT / name, Path(folder, name))
        place = Path(folder, "notebooks")
        place.mkdir()
        tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        env = {**os.environ, "PATH": tools, "HF_HUB_OFFLINE": "1", "COLUMNS": "100"}
        client = NotebookClient(
            notebook,
            timeout=timeout,
            kernel_name="python3",
            extra_arguments=["--log-level=ERROR"],
            resources={"metadata": {"path": str(place)}},
        )
        client.execute(env=env)
    return tidy_notebook(notebook)


def tidy_notebook(notebook: Any) -> Any:
    """Take out what differs from run to run and from machine to machine; changes it in place."""
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for number, cell in enumerate(notebook.cells):
        cell.id, cell.metadata = f"cell-{number}", {}
        if cell.cell_type != "code":
            continue
        cell.execution_count = None
        for output in cell.outputs:
            if output.output_type in ("execute_result", "display_data"):
                output.metadata = {}
                best = next((form for form in FORMS if form in output.data), None)
                output.data = {best: output.data[best]} if best else {}
            if output.output_type == "execute_result":
                output.execution_count = None
    return notebook


def main(names: list[str]) -> None:
    """Refresh the notebooks named, or all of them."""
    import nbformat

    for path in list_notebooks():
        if names and path.stem not in names and path.name not in names:
            continue
        begun = time.perf_counter()
        notebook = run_notebook(path)
        nbformat.write(notebook, path)
        print(f"{path.name}: {time.perf_counter() - begun:.0f} s, {path.stat().st_size / 1024:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1:])
