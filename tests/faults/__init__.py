"""What is broken on purpose, and what must still be true afterwards."""
