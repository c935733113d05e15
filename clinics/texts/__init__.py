"""What a clinic is about, in each language: written as a draft, then ready for its readers."""
