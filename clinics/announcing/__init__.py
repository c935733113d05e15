"""Announcing clinics: to those who want to hear of each, and in a weekly list by the skills a reader wants to learn."""
