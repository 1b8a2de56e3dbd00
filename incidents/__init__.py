"""What is happening: incidents, their timeline, what is owed about them, who is on them, what is said outside."""
