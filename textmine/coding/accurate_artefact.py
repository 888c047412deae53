"""An accurate coder as a folder: its members, its encoder's words and tokenizer, and the fast coder within.

    config.json   codebook.yaml   memory.safetensors   tokenizer.json   words.safetensors
    member-0.safetensors ...      fast/   a whole folder of the fast coder

Nothing else is needed to load it: no encoder from a package or a hub.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from textmine.coding.accurate import AccurateCoder
from textmine.coding.artefact import (
    damaged,
    describe_coder,
    load_coder,
    memory_from,
    memory_tensors,
    save_coder,
)
from textmine.coding.blend import Blend
from textmine.coding.calibrated import CalibratedCoder
from textmine.coding.coder import Coder
from textmine.coding.finetune import Network, choose_machine
from textmine.coding.stance_artefact import save_stance
from textmine.coding.thresholds import Calibration
from textmine.files import atomic_path, atomic_text


def save_accurate(coder: CalibratedCoder, folder: Path) -> Path:
    """Write a fitted accurate coder; as ``save_coder``."""
    from safetensors.numpy import save_file

    from textmine.files import write_json

    if not isinstance(coder, AccurateCoder):
        raise TypeError(f"no way to save a {type(coder).__name__}")
    save_coder(coder.fast_, folder / "fast")
    tensors: dict[str, dict[str, Any]] = {
        "memory.safetensors": memory_tensors(coder.memory_, len(coder.codes_)),
        "words.safetensors": {"words": coder.members_[0].words()},
        **{f"member-{k}.safetensors": dict(m.state()) for k, m in enumerate(coder.members_)},
    }
    for name, content in tensors.items():
        with atomic_path(folder / name) as temporary:
            save_file({key: np.ascontiguousarray(value) for key, value in content.items()}, temporary)
    with atomic_text(folder / "codebook.yaml") as handle:
        handle.write(coder.codebook_.dumps())
    with atomic_text(folder / "tokenizer.json") as handle:
        handle.write(coder.tokenizer_.to_str())
    own = {
        "blend": {
            "first": [[c.slope, c.intercept] for c in coder.blend_.first],
            "second": [[c.slope, c.intercept] for c in coder.blend_.second],
            "share": coder.blend_.share,
        },
        "epochs": coder.epochs_,
        "members": len(coder.members_),
        "network": coder.members_[0].describe(),
    }
    fast = [f"fast/{path.name}" for path in sorted((folder / "fast").iterdir())]
    stance = save_stance(coder.stance_, folder)
    files = ["codebook.yaml", "tokenizer.json", *tensors, *fast, *stance]
    write_json(describe_coder(coder, "accurate", own, files, folder), folder / "config.json")
    return folder


def load_accurate(folder: Path, config: dict[str, Any]) -> AccurateCoder:
    """The parts that an accurate coder has of its own; ``load_coder`` brings the rest."""
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    coder = AccurateCoder(**config["parameters"])
    fast = load_coder(folder / "fast")
    if not isinstance(fast, Coder) or fast.codes_ != config["codes"]:
        raise damaged(folder, "the fast coder within is of another model")
    coder.fast_ = fast
    coder.memory_ = memory_from(load_file(folder / "memory.safetensors"), config["salt"])
    coder.tokenizer_ = Tokenizer.from_str((folder / "tokenizer.json").read_text(encoding="utf-8"))
    first, second = (
        [Calibration(float(a), float(b)) for a, b in config["blend"][side]] for side in ("first", "second")
    )
    coder.blend_ = Blend(first, second, float(config["blend"]["share"]))
    coder.epochs_ = int(config["epochs"])
    words = load_file(folder / "words.safetensors")["words"]
    machine = choose_machine(coder.device, coder.threads)
    coder.members_ = []
    for k in range(config["members"]):
        network = Network.from_parts(config["network"], words, len(config["codes"]), machine)
        network.load_state(load_file(folder / f"member-{k}.safetensors"))
        coder.members_.append(network)
    return coder
