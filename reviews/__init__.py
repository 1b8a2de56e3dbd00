"""Looking back: the review of an incident and the actions that follow from it."""
