"""How people found a clinic: anonymous answers, their sums, and what may be quoted under a name they choose."""
