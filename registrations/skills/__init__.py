"""Skills: searched by typing, counted without revealing who, and replaced by their heirs after a merge."""
