"""Agreements to the documents: what is asked, given and taken back."""
