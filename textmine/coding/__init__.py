"""The act of coding: features, a linear coder, its thresholds, its evidence, its file and its evaluation.

Order of the rooms inside: tokens, static, features, ridge, thresholds, scorer, coder, evidence, batch,
artefact; and how good it is: intervals, comparison, reliability, evaluation, subgroups, mistakes,
second_coder, learning_curve, figures, card.
From the codebook alone: likeness, spreading, fading, cold_start, codebook_check.
"""
