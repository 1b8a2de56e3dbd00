"""The pages about letters and channels: each reads input, calls one command or question, and shows."""
