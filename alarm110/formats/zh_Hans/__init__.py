"""Times in Chinese."""
