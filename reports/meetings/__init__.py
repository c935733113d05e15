"""The report on clinics: who signed up and came, in which languages, what was said, and whose nights they took."""
