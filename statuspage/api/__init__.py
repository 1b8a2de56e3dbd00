"""Pages, their components, maintenance and subscribers for machines; the same commands as the pages call."""
