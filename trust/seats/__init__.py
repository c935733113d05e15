"""Seats in the trust team."""
