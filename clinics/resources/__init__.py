"""What is kept of a clinic for those who missed it: recordings, slides, notes, tools, and its page in Meta's words."""
