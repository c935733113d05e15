"""What comes when at a clinic: its agenda, and the agendas to begin with."""
