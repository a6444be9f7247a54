"""Who answers: seats, shifts, calls, offers and the rooms' participants."""

from dispatch.models.call import Call, Offer, Participant, WebProcess
from dispatch.models.seat import Seat, Shift

__all__ = ["Call", "Offer", "Participant", "Seat", "Shift", "WebProcess"]
