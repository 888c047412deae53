"""The act of coding: features, a linear coder, its thresholds, its evidence, its file and its evaluation.

Order of the rooms inside: tokens, static, features, ridge, thresholds, scorer, coder, evidence, batch,
artefact, evaluation, card.
"""
