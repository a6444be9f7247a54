"""Seats at the supervisor's desk, what happens there, and how well it is answered."""

from dispatch.admin import calls, levels, seats

__all__ = ["calls", "levels", "seats"]
