"""Who answers: seats, shifts, calls, offers and the rooms' participants."""

from dispatch.models.call import Call, Notice, Offer, Participant, WebProcess
from dispatch.models.seat import Seat, Shift

__all__ = ["Call", "Notice", "Offer", "Participant", "Seat", "Shift", "WebProcess"]
