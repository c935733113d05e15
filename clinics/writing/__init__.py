"""What planners write to those who come to a clinic: to whom, in which words, and for how long it is kept."""
