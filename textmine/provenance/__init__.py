"""Provenance: the append-only record of who or what decided each code of each unit, and its replay."""

from __future__ import annotations

from textmine.provenance.blocks import RunPart
from textmine.provenance.events import RecordEvent
from textmine.provenance.listing import RECORD_COLUMNS
from textmine.provenance.record import ProvenanceRecord, Standing

__all__ = ["RECORD_COLUMNS", "ProvenanceRecord", "RecordEvent", "RunPart", "Standing"]
