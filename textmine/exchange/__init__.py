"""Coded datasets as files that other programs read."""
