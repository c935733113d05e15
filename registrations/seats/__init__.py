"""Seats in the working group: liaisons and coordinators, given and ended."""
