"""The few things every floor needs, one module a subject; it knows no app."""
