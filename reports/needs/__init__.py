"""What people wish to learn, who shares it, and what they got, by skill and region."""
