"""Where a network runs: the device and the threads that were asked for, or one line on what is not here."""

from __future__ import annotations

import sys

import pytest

from textmine.coding.machine import Machine, choose_machine, threads_set
from textmine.errors import InputError, ModelError

pytest.importorskip("torch")


@pytest.mark.parametrize("device", ["gpu", "cuda:99", "meta", "", "cpu:x", "mps"])
def test_device_that_is_not_here_is_told_in_one_line(device: str) -> None:
    import torch

    if device == "mps" and torch.backends.mps.is_available():
        pytest.skip("this machine has mps")
    with pytest.raises(InputError, match=r"^No device \S* ?here\. Choose cpu, or cuda or mps where there is"):
        choose_machine(device)


def test_machine_is_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (choose_machine("cpu", 2).device, choose_machine("cpu", 2).threads) == ("cpu", 2)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ModelError, match=r"pip install textmine\[train\]"):
        choose_machine()


def test_threads_are_put_back() -> None:
    import torch

    before = torch.get_num_threads()
    with threads_set(Machine(threads=before + 1)):
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before
