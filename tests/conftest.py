"""Settings that hold for every test."""

from __future__ import annotations

from hypothesis import settings

# A busy machine is not a bug: no example fails for being slow.
settings.register_profile("textmine", deadline=None)
settings.load_profile("textmine")
