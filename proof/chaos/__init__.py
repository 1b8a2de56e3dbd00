"""Chaos: the product as real processes over servers of its own, of which something dies all the time."""
