"""What people fill in about incidents; each form asks for one command's input."""
