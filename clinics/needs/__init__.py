"""What people lack that 1:1 matches cannot give: counted by skill, and raised in discussions."""
