"""A small believable organisation for trying Sitrep out; nothing of it exists in production."""
