"""The report of a coded dataset: a plain summary, its figures, and the same in html, markdown and Word."""
