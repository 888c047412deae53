"""An accurate coder as a folder: its members, its encoder's words and tokenizer, and the fast coder within.

    config.json   codebook.yaml   memory.safetensors   tokenizer.json   words.safetensors
    member-0.safetensors ...      fast/   a whole folder of the fast coder

An int8 one (``int8_export``) has member-0.onnx ... in the place of the members and the words.

Nothing else is needed to load it: no encoder from a package or a hub.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
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
from textmine.coding.encoder import require_torch
from textmine.coding.finetune import Network
from textmine.coding.int8_network import Int8Network
from textmine.coding.machine import choose_machine
from textmine.coding.stance_artefact import save_stance
from textmine.coding.thresholds import Calibration
from textmine.coding.tokenizer_check import find_unsafe
from textmine.files import atomic_path, atomic_text, write_json

_FILES = ("codebook.yaml", "memory.safetensors", "tokenizer.json", "fast/config.json")
_WORDS = "words.safetensors"


def save_accurate(coder: CalibratedCoder, folder: Path) -> Path:
    """Write a fitted accurate coder; as ``save_coder``.

    Where it was trained, on which device and from which folder on this machine, is left out.
    """
    from safetensors.numpy import save_file

    if not isinstance(coder, AccurateCoder):
        raise TypeError(f"no way to save a {type(coder).__name__}")
    save_coder(coder.fast_, folder / "fast")
    tensors: dict[str, dict[str, Any]] = {
        "memory.safetensors": memory_tensors(coder.memory_, len(coder.codes_)),
        **_member_tensors(coder),
    }
    for name, content in tensors.items():
        with atomic_path(folder / name) as temporary:
            save_file({key: np.ascontiguousarray(value) for key, value in content.items()}, temporary)
    int8 = [member for member in coder.members_ if isinstance(member, Int8Network)]
    for k, member in enumerate(int8):
        with atomic_path(folder / _name_member(k, int8=True)) as temporary:
            temporary.write_bytes(member.content)
    graphs = [_name_member(k, int8=True) for k in range(len(int8))]
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
    within = json.loads((folder / "fast" / "config.json").read_text(encoding="utf-8"))["files"]
    fast = [f"fast/{name}" for name in ("config.json", *within)]
    stance = save_stance(coder.stance_, folder)
    files = ["codebook.yaml", "tokenizer.json", *tensors, *graphs, *fast, *stance]
    described = describe_coder(coder, coder.tier, own, files, folder)
    encoder = Path(coder.encoder).expanduser()
    name = encoder.resolve().name if encoder.is_dir() else coder.encoder
    described["parameters"] |= {"encoder": name, "device": None, "threads": None}
    write_json(described, folder / "config.json")
    return folder


def load_accurate(folder: Path, config: dict[str, Any]) -> AccurateCoder:
    """The parts that an accurate coder has of its own; ``load_coder`` brings the rest.

    Raises ``ModelError`` where a part does not fit the others, and where torch is not installed.
    """
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    int8 = config["network"].get("form") == Int8Network.form
    if not int8:
        require_torch()
    members = [_name_member(k, int8=int8) for k in range(config["members"])]
    named = [name for name in config["files"] if name.startswith("member-")]
    if not members or sorted(named) != sorted(members):
        raise damaged(folder, f"it names {len(named)} members, not {len(members)}")
    wanted = _FILES if int8 else (*_FILES, _WORDS)
    if missing := sorted(set(wanted) - set(config["files"])):
        raise damaged(folder, f"it does not name {', '.join(missing)}")
    coder = AccurateCoder(**config["parameters"])
    fast = load_coder(folder / "fast")
    if not isinstance(fast, Coder) or fast.codes_ != config["codes"]:
        raise damaged(folder, "the fast coder within is of another model")
    coder.fast_ = fast
    coder.memory_ = memory_from(load_file(folder / "memory.safetensors"), config["salt"])
    content = (folder / "tokenizer.json").read_text(encoding="utf-8")
    if problem := find_unsafe(content):
        raise damaged(folder, problem)
    coder.tokenizer_ = Tokenizer.from_str(content)
    coder.tokenizer_.no_truncation()
    coder.tokenizer_.no_padding()
    first, second = (
        [Calibration(float(a), float(b)) for a, b in config["blend"][side]] for side in ("first", "second")
    )
    coder.blend_ = Blend(first, second, float(config["blend"]["share"]))
    coder.epochs_ = int(config["epochs"])
    read = _read_int8 if int8 else _read_members
    coder.members_ = [*read(folder, members, config, coder)]
    _check_fit(coder, folder, config)
    return coder


def _member_tensors(coder: AccurateCoder) -> dict[str, dict[str, Any]]:
    """The tensors of the members that are torch's, by the name of their file."""
    own = [member for member in coder.members_ if isinstance(member, Network)]
    files: dict[str, dict[str, Any]] = {_name_member(k): dict(m.state()) for k, m in enumerate(own)}
    return {_WORDS: {"words": own[0].words()}, **files} if own else files


def _read_members(
    folder: Path, names: list[str], config: dict[str, Any], coder: AccurateCoder
) -> Iterator[Network]:
    from safetensors.numpy import load_file

    words = load_file(folder / _WORDS)["words"]
    machine = choose_machine(coder.device, coder.threads)
    for name in names:
        network = Network.from_parts(config["network"], words, len(config["codes"]), machine)
        network.load_state(load_file(folder / name))
        yield network


def _read_int8(
    folder: Path, names: list[str], config: dict[str, Any], coder: AccurateCoder
) -> Iterator[Int8Network]:
    for name in names:
        network = Int8Network((folder / name).read_bytes(), config["network"], threads=coder.threads)
        if network.n_codes != len(config["codes"]):
            raise damaged(folder, f"{name} is of another number of codes")
        yield network


def _name_member(k: int, *, int8: bool = False) -> str:
    return f"member-{k}.onnx" if int8 else f"member-{k}.safetensors"


def _check_fit(coder: AccurateCoder, folder: Path, config: dict[str, Any]) -> None:
    n_codes, blend = len(config["codes"]), coder.blend_
    of_each = {
        "thresholds": ([[t] for t in config["thresholds"]], 1),
        "calibrations": (config["calibrations"], 2),
        "first scores of the blend": ([[c.slope, c.intercept] for c in blend.first], 2),
        "second scores of the blend": ([[c.slope, c.intercept] for c in blend.second], 2),
    }
    for name, (numbers, width) in of_each.items():
        values = np.array(numbers, dtype=np.float64)
        if values.shape != (n_codes, width) or not np.isfinite(values).all():
            raise damaged(folder, f"its {name} are not {n_codes} or are not finite")
    if not 0 <= blend.share <= 1:
        raise damaged(folder, "the share of the fast coder in the blend is not within 0 and 1")
    if any(scores.shape != (n_codes,) for scores in coder.memory_.scores.values()):
        raise damaged(folder, "it remembers scores of another number of codes")
    if coder.tokenizer_.get_vocab_size() > min(member.n_words for member in coder.members_):
        raise damaged(folder, "its tokenizer knows words that its encoder does not")
    if not all(coder.most_tokens <= member.most_tokens for member in coder.members_):
        raise damaged(folder, "its windows are longer than its encoder takes")
