"""What is to be done for a clinic, by whom and until when."""
