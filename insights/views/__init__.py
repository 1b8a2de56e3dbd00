"""The pages of figures, a module a subject."""
