"""Matches, sessions and feedback of the demo."""
