"""The mirror: where time goes and whether it gets better; it reads what is below and tells nobody."""
