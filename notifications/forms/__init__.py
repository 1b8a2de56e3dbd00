"""What the pages about letters and channels read."""
