"""Withdrawal: a respondent's texts, quotes and offsets taken out of everything that a study wrote."""
