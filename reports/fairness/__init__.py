"""Whom rounds matched and who waited, by region and language, beside what was possible at best."""
