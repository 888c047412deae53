"""What changed between waves: words, codes, the coder itself, what is new, and what could have been seen."""
