"""Places at a clinic: going, waiting, moving up, giving back."""
