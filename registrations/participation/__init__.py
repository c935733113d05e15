"""Somebody's part in the programme: paused, away, withdrawn, inactive, blocked people."""
