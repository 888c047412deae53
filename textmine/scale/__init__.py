"""Waves too big to hold: coded a part at a time, in several processes, taken up again where they stopped."""
