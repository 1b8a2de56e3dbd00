"""The same commands and questions for machines."""
