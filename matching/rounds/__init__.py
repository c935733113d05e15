"""Rounds of the matcher: drafts, computing, decisions of the working group, publishing, repairs."""
