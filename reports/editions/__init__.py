"""Editions: figures chosen at the desk, published as they were, rounded to fives, for everybody to read."""
