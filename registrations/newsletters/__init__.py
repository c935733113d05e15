"""What registrations bring to the newsletter: readers by region, role and skill, and the skills that are new."""
