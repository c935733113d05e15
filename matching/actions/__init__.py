"""Every change to rounds and matches."""
