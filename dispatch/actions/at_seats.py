"""The verbs that move seats: what a person chose, what the system is doing, shifts."""

from datetime import timedelta

from dispatch.actions import misses
from dispatch.actions.locked import Locked
from dispatch.models import Call, Seat, Shift
from dispatch.states import Activity, Availability, ShiftEnd

MAX_REASON = 80  # characters of a seat's reason


class AtSeats(Locked):
    """Locked seats, and what can happen to them."""

    def free(self, seat: Seat, why: str) -> None:
        """Make the seat idle; its idle time starts now."""
        seat.idle_since = self.now
        self.set_activity(seat, Activity.IDLE, why)

    def wrap_up(self, seat: Seat, call: Call, why: str) -> None:
        """Give the seat its agency's time to finish the record of a call."""
        seat.wrap_up_call = call
        seat.wrap_up_until = self.now + timedelta(seconds=seat.agency.wrap_up_seconds)
        self.set_activity(seat, Activity.WRAP_UP, why)

    def set_availability(
        self, seat: Seat, availability: Availability, reason: str
    ) -> None:
        """Note what the person at the seat chose; a break asked for is answered so."""
        if availability == Availability.READY:
            misses.forget(seat)
            if seat.availability != availability:
                seat.idle_since = self.now
        seat.availability = availability
        seat.reason = reason[:MAX_REASON]
        seat.break_asked, seat.break_asked_at = "", None
        seat.since = self.now
        self.seat_changed(seat, f"availability {availability}")

    def set_activity(self, seat: Seat, activity: Activity, why: str) -> None:
        """Note what the system is doing with the seat."""
        if activity != Activity.WRAP_UP:
            seat.wrap_up_until = None
            seat.wrap_up_call = None
        seat.activity = activity
        seat.since = self.now
        self.seat_changed(seat, why)

    def begin_shift(self, seat: Seat, shift: Shift) -> None:
        """Open a shift that was made for the seat's next epoch."""
        misses.forget(seat)  # they were another console's, or another person's
        self._new_shifts.append(shift)
        self.shifts[seat.pk] = shift
        place = self.room_of_seat(seat)
        if place is not None and place.operator_id == shift.operator_id:
            place.epoch = shift.epoch
            self._changed_participants.append(place)

    def end_shift(
        self,
        seat: Seat,
        why: ShiftEnd,
        lost_call: Call | None = None,
        note: str = "",
    ) -> None:
        """Close the seat's shift; what its operator allowed or asked for is over."""
        shift = self.shifts.pop(seat.pk)
        # Not before its begin, should the clock have stepped back: no row takes that.
        shift.ended_at = max(self.now, shift.started_at)
        shift.end_reason = why
        shift.lost_call = lost_call
        shift.end_note = note[:MAX_REASON]
        seat.relief_open = False
        if why != ShiftEnd.TAKEN_OVER:  # the same person goes on
            seat.break_asked, seat.break_asked_at = "", None
        self._changed_shifts.append(shift)
