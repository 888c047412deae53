"""An int8 coder says nearly what the one it was made of says, from its folder alone and without torch."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from textmine.coding.accurate import AccurateCoder
from textmine.coding.artefact import load_coder, save_coder
from textmine.coding.encoder import Windows, cut_windows, load_tokenizer
from textmine.coding.finetune import Network, score_windows
from textmine.coding.int8_network import Int8Network
from textmine.coding.machine import Machine
from textmine.errors import ModelError
from textmine.files import sha256_of_file, write_json

onnx = pytest.importorskip("onnx", reason="onnx is not installed: pip install textmine[train]")
pytest.importorskip("onnxruntime", reason="onnxruntime is not installed: pip install textmine[onnx]")

from textmine.coding import int8_export  # noqa: E402

TEXTS = [
    "It saves money",
    "no time",
    "",
    "We share training days and a van that nobody has booked for weeks",
] * 12


@pytest.fixture(scope="module", params=[False, True], ids=["whole", "by_token"])
def network(request: pytest.FixtureRequest, tiny_encoder: Path) -> Network:
    return Network.from_encoder(str(tiny_encoder), 3, Machine(threads=1), by_token=request.param)


@pytest.fixture(scope="module")
def windows(tiny_encoder: Path) -> Windows:
    return cut_windows(load_tokenizer(str(tiny_encoder)), TEXTS, ["What helps?"] * len(TEXTS), most_tokens=16)


@pytest.fixture(scope="module")
def small(network: Network) -> Int8Network:
    return int8_export.make_int8(network, threads=1)


@pytest.fixture(scope="module")
def saved(accurate_saved: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    coder = load_coder(accurate_saved)
    assert isinstance(coder, AccurateCoder)
    return save_coder(int8_export.shrink_coder(coder), tmp_path_factory.mktemp("models") / "int8")


# --- the network ------------------------------------------------------------------------------------------


def test_scores_are_nearly_those_of_the_network(
    network: Network, small: Int8Network, windows: Windows
) -> None:
    wanted, found = score_windows(network, windows), score_windows(small, windows)
    assert found.shape == (len(TEXTS), 3)
    assert 0 < np.abs(found - wanted).max() < 0.1 * np.ptp(wanted)


def test_scores_do_not_hang_on_the_texts_beside(small: Int8Network, windows: Windows) -> None:
    together = small.score(windows)
    alone = np.vstack([small.score(windows.select(np.array([k]))) for k in range(4)])
    assert np.abs(together[:4] - alone).max() < 1e-5


def test_long_text_has_its_largest_score_over_windows(small: Int8Network, tiny_encoder: Path) -> None:
    tokenizer = load_tokenizer(str(tiny_encoder))
    long = cut_windows(tokenizer, ["money " * 30 + "time " * 30], [""], most_tokens=16)
    each = Windows(long.ids, long.kinds, np.arange(len(long.ids)), len(long.ids))
    assert len(long.ids) > 3
    assert small.score(long)[0] == pytest.approx(small.score(each).max(axis=0), abs=1e-5)


def test_no_texts_get_no_scores(small: Int8Network, tiny_encoder: Path) -> None:
    none = cut_windows(load_tokenizer(str(tiny_encoder)), [], [], most_tokens=16)
    assert small.score(none).shape == (0, 3)


def test_weights_are_whole_numbers_that_no_processor_overruns(network: Network, small: Int8Network) -> None:
    graph = onnx.load_from_string(small.content).graph
    products = [node for node in graph.node if node.op_type == "MatMulInteger"]
    fixed = {part.name: onnx.numpy_helper.to_array(part) for part in graph.initializer}
    weights = [fixed[node.input[1]] for node in products]
    in_layers = 2 * 6  # query, key, value, out, up and down in each of two layers
    assert len(products) == in_layers + network.by_token
    assert {w.dtype for w in weights} == {np.dtype(np.int8)}
    # two products of 8 bits without a sign are added in 16 bits with one
    assert max(int(np.abs(w.astype(int)).max()) for w in weights) * 255 * 2 < 2**15


def test_file_is_far_smaller_and_the_same_each_time(network: Network, small: Int8Network) -> None:
    assert len(small.content) < 0.35 * 4 * sum(p.numel() for p in network.module.parameters())
    assert int8_export.make_int8(network).content == small.content


def test_file_does_not_tell_where_it_was_made(small: Int8Network) -> None:
    assert str(Path(int8_export.__file__).parents[2]).encode() not in small.content


def test_making_it_leaves_the_network_as_it_was(network: Network, windows: Windows) -> None:
    before = score_windows(network, windows)
    int8_export.make_int8(network)
    assert (score_windows(network, windows) == before).all()


def test_encoder_without_kinds_of_tokens_is_taken(tiny_encoder: Path, tmp_path: Path) -> None:
    from transformers import DistilBertConfig, DistilBertModel

    from textmine.coding.machine import quiet_torch

    with quiet_torch():
        body = DistilBertModel(DistilBertConfig(dim=32, n_layers=1, n_heads=2, hidden_dim=64))
        body.save_pretrained(tmp_path)
    network = Network.from_encoder(str(tmp_path), 2, Machine(threads=1))
    windows = cut_windows(load_tokenizer(str(tiny_encoder)), TEXTS, [""] * len(TEXTS), most_tokens=16)
    wanted = score_windows(network, windows)
    assert np.abs(int8_export.make_int8(network).score(windows) - wanted).max() < 0.1 * np.ptp(wanted)


# --- files that are no such network ------------------------------------------------------------------------


def test_file_that_points_to_another_is_refused(small: Int8Network) -> None:
    model = onnx.load_from_string(small.content)
    part = model.graph.initializer[0]
    part.ClearField("raw_data")
    part.data_location = onnx.TensorProto.EXTERNAL
    part.external_data.add(key="location", value="../secret.bin")
    with pytest.raises(ModelError, match="points to another file"):
        Int8Network(model.SerializeToString(), small.describe())


@pytest.mark.parametrize("content", [b"", b"no network", b"\x08\x07"])
def test_bytes_that_are_no_network_are_told_in_one_line(small: Int8Network, content: bytes) -> None:
    with pytest.raises(ModelError) as caught:
        Int8Network(content, small.describe())
    assert "\n" not in str(caught.value)


def test_operator_of_strangers_is_refused(small: Int8Network) -> None:
    model = onnx.load_from_string(small.content)
    model.graph.node[-1].domain = "strangers"
    model.opset_import.add(domain="strangers", version=1)
    with pytest.raises(ModelError, match="cannot be read"):
        Int8Network(model.SerializeToString(), small.describe())


def test_missing_runtime_says_what_to_install(monkeypatch: pytest.MonkeyPatch, small: Int8Network) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ModelError, match=r"pip install textmine\[onnx\]"):
        Int8Network(small.content, small.describe())


# --- the coder --------------------------------------------------------------------------------------------


def test_int8_coder_gives_nearly_the_same_probabilities(
    accurate: AccurateCoder, saved: Path, answers: pd.DataFrame
) -> None:
    assert np.abs(load_coder(saved).predict_proba(answers) - accurate.predict_proba(answers)).max() < 0.05


def test_int8_folder_has_onnx_in_the_place_of_words_and_members(saved: Path) -> None:
    names = {path.name for path in saved.iterdir()}
    assert "member-0.onnx" in names and not names & {"words.safetensors", "member-0.safetensors"}


def test_int8_coder_saved_again_is_the_same(saved: Path, tmp_path: Path) -> None:
    again = save_coder(load_coder(saved), tmp_path / "again")
    assert sha256_of_file(again / "config.json") == sha256_of_file(saved / "config.json")


def test_int8_coder_is_not_made_twice(saved: Path) -> None:
    coder: Any = load_coder(saved)
    with pytest.raises(ModelError, match="int8 already"):
        int8_export.shrink_coder(coder)


def test_changed_network_is_refused(saved: Path, tmp_path: Path) -> None:
    copy = save_coder(load_coder(saved), tmp_path / "copy")
    content = bytearray((copy / "member-0.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (copy / "member-0.onnx").write_bytes(bytes(content))
    with pytest.raises(ModelError, match=r"member-0\.onnx"):
        load_coder(copy)


def test_network_of_other_codes_is_refused(saved: Path, tmp_path: Path, tiny_encoder: Path) -> None:
    copy = save_coder(load_coder(saved), tmp_path / "copy")
    other = int8_export.make_int8(Network.from_encoder(str(tiny_encoder), 7, Machine(threads=1)))
    (copy / "member-0.onnx").write_bytes(other.content)
    config = json.loads((copy / "config.json").read_text(encoding="utf-8"))
    config["files"]["member-0.onnx"] = sha256_of_file(copy / "member-0.onnx")
    write_json(config, copy / "config.json")
    with pytest.raises(ModelError, match="another number of codes"):
        load_coder(copy)


def test_int8_coder_codes_without_torch(saved: Path) -> None:
    program = (
        "import sys\n"
        "class Without:\n"
        "    def find_spec(self, name, *rest):\n"
        "        if name.split('.')[0] in ('torch', 'transformers', 'onnx'): raise ImportError(name)\n"
        "sys.meta_path.insert(0, Without())\n"
        "from textmine.coding.artefact import load_coder\n"
        "print(load_coder(sys.argv[1]).predict_proba(['It saves money']).shape)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, str(saved)], capture_output=True, encoding="utf-8"
    )
    assert (done.returncode, done.stdout.strip()) == (0, "(1, 3)"), done.stderr[-500:]
