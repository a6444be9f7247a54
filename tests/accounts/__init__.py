"""Who people are, and whose ground and staff."""
