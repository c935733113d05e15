"""For learners without a match: why, what would help, and asking for one sharer."""
