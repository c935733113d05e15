"""The members' pages of clinics."""
