"""Everything that happens to clinics and seats."""
