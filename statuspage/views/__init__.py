"""The operators' pages about the public page, and the few that its readers come to."""
