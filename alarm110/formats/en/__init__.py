"""Times in English."""
