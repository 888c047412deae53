"""Where a network runs: device, threads and precision, and torch kept quiet. Torch is imported within."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from textmine.coding.encoder import require_torch
from textmine.errors import InputError


@dataclass(frozen=True)
class Machine:
    """Where it runs: torch ``device``, CPU ``threads`` (0: torch's own choice), bfloat16 or not."""

    device: str = "cpu"
    threads: int = 0
    half: bool = False


def choose_machine(device: str | None = None, threads: int | None = None) -> Machine:
    """The quickest device here (CUDA, then Apple's MPS, then the processor) unless one is named.

    bfloat16 is used on processors and GPUs that calculate with it; elsewhere it would be slower. Raises
    ``InputError`` for a device that is not here and ``ModelError`` where torch is not installed.
    """
    require_torch()
    import torch

    if device is not None:
        _check_device(device)
    if device is None:
        mps = torch.backends.mps.is_available()
        device = "cuda" if torch.cuda.is_available() else "mps" if mps else "cpu"
    if device.startswith("cuda"):
        half = torch.cuda.is_bf16_supported()
    else:
        capable = getattr(torch.cpu, "_is_avx512_bf16_supported", lambda: False)
        half = device == "cpu" and bool(capable())
    return Machine(device, threads or 0, half)


def _check_device(device: str) -> None:
    import torch

    try:
        if device.split(":")[0] not in ("cpu", "cuda", "mps"):
            raise ValueError
        torch.zeros(1, device=device)
    except Exception:  # torch's reasons run over pages
        raise InputError(f"No device {device} here. Choose cpu, or cuda or mps where there is one.") from None


@contextlib.contextmanager
def threads_set(machine: Machine) -> Iterator[None]:
    """Run with the machine's number of CPU threads, then put back what was."""
    import torch

    before = torch.get_num_threads()
    if machine.threads:
        torch.set_num_threads(machine.threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextlib.contextmanager
def quiet_torch() -> Iterator[None]:
    """Keep transformers' progress bars and notes off the screen while a model loads."""
    from transformers.utils import logging

    noise: Any = logging
    level = noise.get_verbosity()
    bars = noise.is_progress_bar_enabled()
    noise.set_verbosity_error()
    noise.disable_progress_bar()
    try:
        yield
    finally:
        noise.set_verbosity(level)
        if bars:
            noise.enable_progress_bar()
