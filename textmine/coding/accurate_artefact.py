"""An accurate coder as a folder: its members, its encoder's words and tokenizer, and the fast coder within.

    config.json   codebook.yaml   memory.safetensors   tokenizer.json   words.safetensors
    member-0.safetensors ...      fast/   a whole folder of the fast coder

An int8 one (``int8_export``) has member-0.onnx ... in the place of the members and the words. Where there are
further encoders, each has its members, words and tokenizer in a folder of its own, encoder-1 ....

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
from textmine.coding.tuned_encoder import TunedEncoder
from textmine.files import atomic_path, atomic_text, is_anchored, write_json

_MEMORY = "memory.safetensors"
_FILES = {"codebook.yaml", _MEMORY, "fast/config.json"}


def save_accurate(coder: CalibratedCoder, folder: Path) -> Path:
    """Write a fitted accurate coder; as ``save_coder``.

    Where it was trained, on which device and from which folder on this machine, is left out.
    """
    from safetensors.numpy import save_file

    if not isinstance(coder, AccurateCoder):
        raise TypeError(f"no way to save a {type(coder).__name__}")
    save_coder(coder.fast_, folder / "fast")
    with atomic_path(folder / _MEMORY) as temporary:
        save_file(memory_tensors(coder.memory_, len(coder.codes_)), temporary)
    with atomic_text(folder / "codebook.yaml") as handle:
        handle.write(coder.codebook_.dumps())
    networks = [name for k, tuned in enumerate(coder.tuned_) for name in _save_encoder(tuned, folder, k)]
    own = {
        "blend": {
            "shares": coder.blend_.shares,
            "calibrations": [[[c.slope, c.intercept] for c in voice] for voice in coder.blend_.calibrations],
        },
        **_describe_encoder(coder.tuned_[0]),
    }
    if further := [_describe_encoder(tuned) for tuned in coder.tuned_[1:]]:
        own["further_encoders"] = further
    within = json.loads((folder / "fast" / "config.json").read_text(encoding="utf-8"))["files"]
    fast = [f"fast/{name}" for name in ("config.json", *within)]
    stance = save_stance(coder.stance_, folder)
    files = ["codebook.yaml", _MEMORY, *networks, *fast, *stance]
    described = describe_coder(coder, coder.tier, own, files, folder)
    names = [_name_encoder(encoder) for encoder in coder.encoders]
    named = names if further else names[0]
    described["parameters"] |= {"encoder": named, "device": None, "threads": None}
    write_json(described, folder / "config.json")
    return folder


def load_accurate(folder: Path, config: dict[str, Any]) -> AccurateCoder:
    """The parts that an accurate coder has of its own; ``load_coder`` brings the rest.

    Raises ``ModelError`` where a part does not fit the others, and where torch is not installed.
    """
    from safetensors.numpy import load_file

    described = _find_described(folder, config)
    wanted = {name for k, one in enumerate(described) for name in _name_files(one, k)}
    if missing := sorted((wanted | _FILES) - set(config["files"])):
        raise damaged(folder, f"it does not name {', '.join(missing[:3])}")
    own = [name for name in config["files"] if not name.startswith("fast/")]
    if left := sorted({name for name in own if Path(name).name.startswith("member-")} - wanted):
        raise damaged(folder, f"it names {', '.join(left[:3])}, which no encoder has")
    if any(one["network"].get("form") != Int8Network.form for one in described):
        require_torch()
    coder = AccurateCoder(**config["parameters"])
    fast = load_coder(folder / "fast")
    if not isinstance(fast, Coder) or fast.codes_ != config["codes"]:
        raise damaged(folder, "the fast coder within is of another model")
    coder.fast_ = fast
    coder.memory_ = memory_from(load_file(folder / _MEMORY), config["salt"])
    blend = config["blend"]
    calibrations = [[Calibration(float(a), float(b)) for a, b in voice] for voice in blend["calibrations"]]
    coder.blend_ = Blend(calibrations, tuple(float(share) for share in blend["shares"]))
    coder.tuned_ = [_load_encoder(folder, one, k, coder, config["codes"]) for k, one in enumerate(described)]
    _check_fit(coder, folder, config)
    return coder


def _find_described(folder: Path, config: dict[str, Any]) -> list[dict[str, Any]]:
    """What a folder says of each of its encoders, the first of which stands in the config itself."""
    described = [config, *config.get("further_encoders", [])]
    named = config["parameters"]["encoder"]
    names = named if isinstance(named, list) else [named]
    if not all(isinstance(name, str) and not is_anchored(name) and name[:1] != "~" for name in names):
        raise damaged(folder, "its encoders have no plain names")
    if len(names) != len(described):
        raise damaged(folder, f"it is of {len(names)} encoders and describes {len(described)}")
    counts = [one["members"] for one in described]
    if any(type(n) is not int or not 1 <= n <= len(config["files"]) for n in counts):
        raise damaged(folder, "an encoder has no number of members that its files could be")
    return described


def _save_encoder(tuned: TunedEncoder, folder: Path, place: int) -> list[str]:
    """Write the files of one encoder; gives their names."""
    from safetensors.numpy import save_file

    names = _name_files(_describe_encoder(tuned), place)
    (folder / names[0]).parent.mkdir(exist_ok=True)
    with atomic_text(folder / names[0]) as handle:
        handle.write(tuned.tokenizer.to_str())
    contents: list[Any] = [m.content if isinstance(m, Int8Network) else m.state() for m in tuned.members]
    if isinstance(first := tuned.members[0], Network):
        contents.append({"words": first.words()})
    for name, content in zip(names[1:], contents, strict=True):
        with atomic_path(folder / name) as temporary:
            if isinstance(content, bytes):
                temporary.write_bytes(content)
            else:
                save_file({k: np.ascontiguousarray(v) for k, v in content.items()}, temporary)
    return names


def _load_encoder(
    folder: Path, described: dict[str, Any], place: int, coder: AccurateCoder, codes: list[str]
) -> TunedEncoder:
    from tokenizers import Tokenizer

    names = _name_files(described, place)
    content = (folder / names[0]).read_text(encoding="utf-8")
    if problem := find_unsafe(content):
        raise damaged(folder, problem)
    tokenizer = Tokenizer.from_str(content)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    read = _read_int8 if described["network"].get("form") == Int8Network.form else _read_members
    members = [*read(folder, names[1:], described["network"], coder, len(codes))]
    return TunedEncoder(tokenizer, members, int(described["epochs"]))


def _read_members(
    folder: Path, names: list[str], described: dict[str, Any], coder: AccurateCoder, n_codes: int
) -> Iterator[Network]:
    from safetensors.numpy import load_file

    *members, words = names
    vectors = load_file(folder / words)["words"]
    machine = choose_machine(coder.device, coder.threads)
    for name in members:
        network = Network.from_parts(described, vectors, n_codes, machine)
        network.load_state(load_file(folder / name))
        yield network


def _read_int8(
    folder: Path, names: list[str], described: dict[str, Any], coder: AccurateCoder, n_codes: int
) -> Iterator[Int8Network]:
    for name in names:
        network = Int8Network((folder / name).read_bytes(), described, threads=coder.threads)
        if network.n_codes != n_codes:
            raise damaged(folder, f"{name} is of another number of codes")
        yield network


def _describe_encoder(tuned: TunedEncoder) -> dict[str, Any]:
    return {
        "epochs": tuned.epochs,
        "members": len(tuned.members),
        "network": tuned.members[0].describe(),
    }


def _name_files(described: dict[str, Any], place: int) -> list[str]:
    """The files of one encoder: its tokenizer, its members and, unless they are int8, its words."""
    int8 = described["network"].get("form") == Int8Network.form
    ending = "onnx" if int8 else "safetensors"
    members = [f"member-{k}.{ending}" for k in range(described["members"])]
    within = f"encoder-{place}/" if place else ""
    return [within + name for name in ("tokenizer.json", *members, *([] if int8 else ["words.safetensors"]))]


def _name_encoder(encoder: str) -> str:
    """The name that an encoder goes by, without the place where it lies."""
    path = Path(encoder).expanduser()
    return path.resolve().name if path.is_dir() else encoder


def _check_fit(coder: AccurateCoder, folder: Path, config: dict[str, Any]) -> None:
    n_codes, blend = len(config["codes"]), coder.blend_
    of_each = {
        **{
            f"scores {k} of the blend": ([[c.slope, c.intercept] for c in voice], 2)
            for k, voice in enumerate(blend.calibrations)
        },
        "thresholds": ([[t] for t in config["thresholds"]], 1),
        "calibrations": (config["calibrations"], 2),
    }
    for name, (numbers, width) in of_each.items():
        values = np.array(numbers, dtype=np.float64)
        if values.shape != (n_codes, width) or not np.isfinite(values).all():
            raise damaged(folder, f"its {name} are not {n_codes} or are not finite")
    if not (all(0 <= share <= 1 for share in blend.shares) and abs(sum(blend.shares) - 1) < 1e-9):
        raise damaged(folder, "the shares of the blend are not within 0 and 1 or do not add up to 1")
    if not len(blend.shares) == len(blend.calibrations) == 1 + len(coder.tuned_):
        raise damaged(folder, "its blend is of another number of encoders")
    if any(scores.shape != (n_codes,) for scores in coder.memory_.scores.values()):
        raise damaged(folder, "it remembers scores of another number of codes")
    for tuned in coder.tuned_:
        if tuned.tokenizer.get_vocab_size() > min(member.n_words for member in tuned.members):
            raise damaged(folder, "its tokenizer knows words that its encoder does not")
        if not all(coder.most_tokens <= member.most_tokens for member in tuned.members):
            raise damaged(folder, "its windows are longer than its encoder takes")
