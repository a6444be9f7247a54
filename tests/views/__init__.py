"""Copies to look at: what becomes of real and of hostile files, and who sees them."""
