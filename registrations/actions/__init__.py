"""Every change that touches two rows, owes a letter or is logged."""
