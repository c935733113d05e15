"""The working group's review of registrations, and the rules of eligibility."""
