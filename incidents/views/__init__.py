"""The pages of incidents: each reads input, calls one command or question, and shows."""
