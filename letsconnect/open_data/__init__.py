"""What anybody may read of the portal by a program: clinics and published figures as JSON, without a person in it."""
