"""The pages about people, teams, rotations and the organisation."""
