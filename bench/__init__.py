"""How fast it is: each figure as a ratio to a limit that is measured in the same run."""
