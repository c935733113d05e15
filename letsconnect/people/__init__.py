"""One page per person at the desk, and the field that finds it."""
