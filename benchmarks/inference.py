"""What each form of the accurate network costs and gives: torch, ONNX Runtime, full precision and less.

    python benchmarks/inference.py [--keep FILE] [--threads 1 2] [--texts N]

One network is trained as `textmine train --tier accurate` trains that of the first fold: NHS comments of four
fifths of the learning part's respondents. All forms are of this network and score the texts of the test part.
``--keep`` names a file for its weights: taken from there if it is there, else put there after training.
The table goes to benchmarks/results and docs/tiers.md. About ten minutes on two cores with training.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from protocols import choose_nhs, find_benchmarks, read_nhs, split_nhs
from scoring import write_results

from textmine.cleaning import repair_texts
from textmine.coding.calibrated import folds_by_respondent
from textmine.coding.encoder import BUNDLED_ENCODER, Windows, cut_windows, find_encoder, load_tokenizer
from textmine.coding.finetune import Network, Recipe, score_windows, train_network
from textmine.coding.int8_export import export_plain, make_int8
from textmine.coding.int8_network import Int8Network
from textmine.coding.machine import Machine, choose_machine
from textmine.coding.tuned_encoder import mean_average_precision
from textmine.corpus import Corpus

MOST_TOKENS = 160
FOLDS = 5
#: Runs of which the quickest counts, the forms in turn, since others may use the machine.
REPEATS = 3
#: The recipe of the accurate tier.
RECIPE = Recipe(epochs=5, rate=1.2e-4, batch=32)

Floats = npt.NDArray[np.float64]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write ``inference``."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--keep", type=Path, help="safetensors file of the trained network's weights")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--texts", type=int, default=300, help="texts that are timed; all are scored once")
    parser.add_argument("--dry", action="store_true", help="print, but write no tables")
    asked = parser.parse_args(arguments)
    folder = find_benchmarks()
    if folder is None:
        print("Set TEXTMINE_BENCHMARKS to the folder of the public data.", file=sys.stderr)
        return 1
    learn, test = split_nhs(choose_nhs(read_nhs(folder)))
    state = trained_state(learn.corpus, learn.y.to_numpy(dtype=float), asked.keep)
    windows, truth = cut(test.corpus), test.y.to_numpy(dtype=float)
    timed = windows.select(np.arange(min(asked.texts, len(test.corpus))))
    network = make_network(truth.shape[1], 1)
    network.load_state(state)
    forms = make_forms(network, 1)
    scores = {name: score(windows) for name, (score, _) in forms.items()}
    speeds = {n: time_forms(make_forms(network, n), timed) for n in asked.threads}
    full = scores["torch, full precision"]
    rows = [
        {
            "form": name,
            "average_precision": round(mean_average_precision(found, truth), 4),
            "mean_change": round(float(np.abs(found - full).mean()), 4),
            "largest_change": round(float(np.abs(found - full).max()), 3),
            **{f"comments_a_second_{n}": round(speed[name], 1) for n, speed in speeds.items()},
            "megabytes": round(forms[name][1] / 1e6, 1),
        }
        for name, found in scores.items()
    ]
    table = pd.DataFrame(rows)
    shown = show(table, asked.threads)
    if asked.dry:
        print(shown.to_string(index=False))
        return 0
    path = write_results(
        "inference", table, shown=shown, title="Forms of the network", notes=make_notes(windows, timed)
    )
    sys.stdout.write(path.read_text(encoding="utf-8"))
    return 0


def trained_state(corpus: Corpus, y: Floats, keep: Path | None) -> dict[str, npt.NDArray[np.float16]]:
    """The weights of the network of the first fold, from ``keep`` or trained now."""
    from safetensors.numpy import load_file, save_file

    if keep is not None and keep.is_file():
        return {name: part for name, part in load_file(keep).items() if name != "held_out_scores"}
    rows = np.flatnonzero(folds_by_respondent(corpus.groups, FOLDS, 0) != 0)
    network = make_network(y.shape[1], 0)
    train_network(network, cut(corpus), y, RECIPE, rows=rows)
    state = network.state()
    if keep is not None:
        save_file(state, keep)
    return state


def make_network(n_codes: int, threads: int) -> Network:
    """The bundled encoder with a new layer on top."""
    return Network.from_encoder(find_encoder(BUNDLED_ENCODER), n_codes, choose_machine("cpu", threads))


def cut(corpus: Corpus) -> Windows:
    """The windows of a corpus, as the accurate tier cuts them."""
    tokenizer = load_tokenizer(find_encoder(BUNDLED_ENCODER))
    return cut_windows(tokenizer, repair_texts(corpus.texts), corpus.questions, most_tokens=MOST_TOKENS)


def make_forms(network: Network, threads: int) -> dict[str, tuple[Callable[[Windows], Floats], int]]:
    """What scores windows in each form, and the bytes that it takes on disk."""
    import torch

    network.machine = Machine("cpu", threads)
    saved = sum(part.nbytes for part in network.state().values()) + network.words().nbytes
    int8 = make_int8(network, threads=threads)
    plain = export_plain(network)

    def in_half(windows: Windows) -> Floats:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            return score_windows(network, windows)

    return {
        "torch, full precision": (lambda windows: score_windows(network, windows), saved),
        "torch, bfloat16": (in_half, saved),
        "ONNX Runtime, full precision": (
            Int8Network(plain, int8.describe(), threads=threads).score,
            len(plain),
        ),
        "ONNX Runtime, int8": (int8.score, len(int8.content)),
        **(
            {"ONNX Runtime's own dynamic int8": own}
            if (own := quantise_by_runtime(plain, int8, threads))
            else {}
        ),
    }


def quantise_by_runtime(
    plain: bytes, like: Int8Network, threads: int
) -> tuple[Callable[[Windows], Floats], int] | None:
    """What ``onnxruntime.quantization`` makes of the network: one scale for all that a product takes in."""
    import logging
    import tempfile

    from onnxruntime.quantization import QuantType, quantize_dynamic

    with tempfile.TemporaryDirectory() as name, contextlib.suppress(OSError):
        source, out = Path(name) / "plain.onnx", Path(name) / "int8.onnx"
        source.write_bytes(plain)
        level = logging.getLogger().level
        logging.getLogger().setLevel(logging.ERROR)
        quantize_dynamic(
            source,
            out,
            op_types_to_quantize=["MatMul", "Gemm", "Gather"],
            per_channel=True,
            weight_type=QuantType.QInt8,
        )
        logging.getLogger().setLevel(level)
        content = out.read_bytes()
        return Int8Network(content, like.describe(), threads=threads).score, len(content)
    return None


def time_forms(
    forms: dict[str, tuple[Callable[[Windows], Floats], int]], windows: Windows
) -> dict[str, float]:
    """Comments a second of each form, the quickest of ``REPEATS`` runs, the forms in turn."""
    first = windows.select(np.arange(min(32, windows.n_texts)))
    seconds: dict[str, list[float]] = {name: [] for name in forms}
    for run in range(REPEATS):
        for name, (score, _) in forms.items():
            if not run:
                score(first)
            started = time.perf_counter()
            score(windows)
            seconds[name].append(time.perf_counter() - started)
    return {name: windows.n_texts / min(found) for name, found in seconds.items()}


def show(table: pd.DataFrame, threads: Sequence[int]) -> pd.DataFrame:
    """The table for people."""
    shown = pd.DataFrame({"form": table["form"]})
    shown["average precision"] = table["average_precision"].map("{:.4f}".format)
    shown["change of a score (log-odds): mean"] = table["mean_change"].map("{:.3f}".format)
    shown["largest"] = table["largest_change"].map("{:.2f}".format)
    for n in threads:
        speed = table[f"comments_a_second_{n}"]
        words = "1 thread" if n == 1 else f"{n} threads"
        shown[f"comments a second, {words}"] = [f"{v:.0f} (x {v / speed[0]:.1f})" for v in speed]
    shown["MB on disk"] = table["megabytes"].map("{:.1f}".format)
    return shown


def make_notes(windows: Windows, timed: Windows) -> list[str]:
    """What the table does not say of itself."""
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    names = ", ".join(f"{name} {version(name)}" for name in ("torch", "onnxruntime"))
    return [
        f"NHS feedback, 22 labels; {windows.n_texts} texts scored, {timed.n_texts} timed (mean of "
        f"{statistics.mean(timed.lengths.tolist()):.0f} tokens), 32 at once, sorted by length. Quickest of "
        f"{REPEATS} runs, the forms in turn; {os.cpu_count()} cores, load at the end {load}. {names}.",
        "One network without the fast coder beside it, so average precision is below the tier's.",
        "",
        "Made by `python benchmarks/inference.py`.",
    ]


if __name__ == "__main__":
    sys.exit(main())
