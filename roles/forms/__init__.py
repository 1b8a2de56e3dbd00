"""What people type about people, teams, rotations and the organisation."""
