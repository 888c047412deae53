"""How far coders agree: with each other, with a machine, with themselves; and how fast they decide."""

from __future__ import annotations

from textmine.agreement.alpha import LEVELS, measure_alpha
from textmine.agreement.chance import (
    measure_ac1,
    measure_brennan_prediger,
    measure_conger,
    measure_fleiss,
    measure_kappa,
)
from textmine.agreement.measure import APPROACHES, CUSTOMARY, Agreement, measure_agreement
from textmine.agreement.pace import measure_pace
from textmine.agreement.sets import measure_masi, number_sets
from textmine.agreement.unitizing import Unitizing, measure_unitizing

__all__ = [
    "APPROACHES",
    "CUSTOMARY",
    "LEVELS",
    "Agreement",
    "Unitizing",
    "measure_ac1",
    "measure_agreement",
    "measure_alpha",
    "measure_brennan_prediger",
    "measure_conger",
    "measure_fleiss",
    "measure_kappa",
    "measure_masi",
    "measure_pace",
    "measure_unitizing",
    "number_sets",
]
