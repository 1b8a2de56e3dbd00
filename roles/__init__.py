"""Who we are and who is on call: people, teams, rotations, the role catalogue."""
