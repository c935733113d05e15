"""Finding the hour of a clinic: who is asked about, the burden of past nights, and what comes of an hour taken."""
