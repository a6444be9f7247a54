"""Who gets which call, and why: pure, no database, no clock.

Calls in order of urgency and age. For each, the lines that may serve it now: its own,
outside its hours the agency that stands in, and where that one is closed too the next,
then its neighbours by tier once it has waited long enough; an agency without anybody on
duty does not make its callers wait for a tier. In a line the seat whose operator can do
most of what the caller needs, among equals the one that idles longest. A need chooses
among free seats and never makes a caller wait.

Each match carries its trace: a small record, kept with the offer, of which lines were
open and why, who was passed over and why, and why the winner won.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

MAX_PASSED = 20  # seats named in a trace as passed over; of more only the number
SIGN_LANGUAGE = "sign"


@dataclass(frozen=True, slots=True)
class WaitingCall:
    """A call in a line. Ordered by ``priority`` (1 first), then ``queued_at``, id."""

    pk: int
    agency: int
    priority: int
    queued_at: datetime
    needs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FreeSeat:
    """A staffed, ready, idle seat; it rests while ``rest_until`` lies ahead.

    ``skills`` are its operator's, ``name`` is what a trace calls it.
    """

    pk: int
    agency: int
    idle_since: datetime
    skills: frozenset[str] = frozenset()
    rest_until: datetime | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Overflow:
    """A neighbour that helps an agency after so many seconds of waiting."""

    neighbour: int
    rank: int
    after_seconds: int


@dataclass(frozen=True, slots=True)
class Line:
    """How an agency's line is served at this moment.

    ``stand_in`` answers at once: it is set outside the agency's hours only.
    """

    name: str = ""  # what a trace calls it
    is_staffed: bool = True
    stand_in: int | None = None
    tiers: Sequence[Overflow] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A call and the seat it is to be offered to, with the reasons."""

    call: int
    seat: int
    agency: int  # whose line it waits in
    trace: dict[str, Any] = field(compare=False)


def pair(
    calls: Iterable[WaitingCall],
    seats: Iterable[FreeSeat],
    lines: Mapping[int, Line],
    refused: Mapping[tuple[int, int], str],
    moment: datetime,
) -> list[Match]:
    """Match calls and seats; each call and each seat at most once.

    ``refused`` are (call, seat) pairs that are not tried again for a while, each with
    the reason: declined, unanswered, sent_on.
    """
    free: dict[int, list[FreeSeat]] = {}
    for seat in sorted(seats, key=lambda s: (s.idle_since, s.pk)):
        free.setdefault(seat.agency, []).append(seat)
    matches = []
    for call in sorted(calls, key=lambda c: (c.priority, c.queued_at, c.pk)):
        waited = (moment - call.queued_at).total_seconds()
        opened, closed = lines_at(call.agency, lines, waited)
        passed: list[tuple[FreeSeat, str]] = []
        for agency, why in opened:
            able = _able(free.get(agency, ()), call, refused, moment, passed)
            if not able:
                continue
            winner = min(able, key=lambda seat: len(missing(call.needs, seat.skills)))
            trace = _trace(call, winner, why, opened, closed, lines, free, waited)
            trace |= _passed(call, winner, able, passed)
            matches.append(Match(call.pk, winner.pk, call.agency, trace))
            free[agency].remove(winner)
            break
    return matches


def lines_at(
    agency: int, lines: Mapping[int, Line], waited: float
) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Return the agencies whose seats may answer now, and who may not yet, with why."""
    line = lines.get(agency, Line())
    opened, closed = {agency: "own"}, {}
    opened |= dict.fromkeys(stand_ins(agency, lines), "after_hours")
    for tier in sorted(line.tiers, key=lambda tier: (tier.rank, tier.neighbour)):
        if not line.is_staffed:
            opened.setdefault(tier.neighbour, "nobody_on_duty")
        elif waited >= tier.after_seconds:
            opened.setdefault(tier.neighbour, f"waited_{tier.after_seconds}")
        elif tier.neighbour not in opened:
            closed[tier.neighbour] = f"after_{tier.after_seconds}"
    return list(opened.items()), list(closed.items())


def stand_ins(agency: int, lines: Mapping[int, Line]) -> list[int]:
    """Return who answers at once for an agency that is closed, the nearer first.

    Whoever stands in may be closed as well: then the next one does too. A loop, which
    the forms refuse, ends where it began.
    """
    found: list[int] = []
    following = lines.get(agency, Line()).stand_in
    while following is not None and following not in (agency, *found):
        found.append(following)
        following = lines.get(following, Line()).stand_in
    return found


def _able(
    free: Sequence[FreeSeat],
    call: WaitingCall,
    refused: Mapping[tuple[int, int], str],
    moment: datetime,
    passed: list[tuple[FreeSeat, str]],
) -> list[FreeSeat]:
    """Return the seats that can be asked, in their order; note the others."""
    able = []
    for seat in free:
        if why := refused.get((call.pk, seat.pk)):
            passed.append((seat, why))
        elif seat.rest_until is not None and seat.rest_until > moment:
            passed.append((seat, "resting"))
        else:
            able.append(seat)
    return able


# --- The trace -----------------------------------------------------------------------


def _trace(
    call: WaitingCall,
    winner: FreeSeat,
    why: str,
    opened: list[tuple[int, str]],
    closed: list[tuple[int, str]],
    lines: Mapping[int, Line],
    free: Mapping[int, Sequence[FreeSeat]],
    waited: float,
) -> dict[str, Any]:
    """Return how the lines stood and who won."""
    unmet = missing(call.needs, winner.skills)
    return {
        "waited": int(waited),
        "lines": [
            {
                "agency": _name(agency, lines),
                "why": word,
                "free": len(free.get(agency, ())),
            }
            for agency, word in opened
        ],
        "closed": [
            {"agency": _name(agency, lines), "why": word} for agency, word in closed
        ],
        "candidates": sum(len(free.get(agency, ())) for agency, _ in opened),
        "seat": winner.name,
        "line": why,
        **({"needs": sorted(call.needs), "unmet": sorted(unmet)} if call.needs else {}),
    }


def _passed(
    call: WaitingCall,
    winner: FreeSeat,
    able: list[FreeSeat],
    passed: list[tuple[FreeSeat, str]],
) -> dict[str, Any]:
    """Return why the winner won, and who was passed over before or behind it.

    Behind it are named those of its line that idle longer: only they need a reason.
    """
    first = able.index(winner)
    over = [(seat.name, why) for seat, why in passed]
    over += [(seat.name, "skills") for seat in able[:first]]
    named = [{"seat": name, "why": why} for name, why in over[:MAX_PASSED]]
    return {
        "won": "skills" if first else "longest_idle",
        "passed": named,
        **({"more": len(over) - MAX_PASSED} if len(over) > MAX_PASSED else {}),
    }


def _name(agency: int, lines: Mapping[int, Line]) -> str:
    return lines[agency].name if agency in lines else ""


# --- Needs and hours -----------------------------------------------------------------


def needs_of(language: str | None, *, ours: str, sign_language: bool) -> list[str]:
    """Return what whoever answers should be able to do, from what the phone says.

    ``ours`` is the region's language: every operator there speaks it.
    """
    spoken = _spoken(language or "")
    needs = [] if spoken in ("", _spoken(ours)) else [spoken]
    return [*needs, SIGN_LANGUAGE] if sign_language else needs


def missing(needs: Iterable[str], skills: Iterable[str]) -> frozenset[str]:
    """Return the needs that these skills do not meet: ``en-GB`` meets ``en``."""
    able = {_spoken(skill) for skill in skills}
    return frozenset(need for need in needs if _spoken(need) not in able)


def _spoken(tag: str) -> str:
    """Return the language of a BCP 47 tag, without script and region."""
    return tag.replace("_", "-").partition("-")[0].strip().lower()


def is_open(opens: time | None, closes: time | None, at: time) -> bool:
    """Return whether ``at`` lies within the hours, which may pass over midnight."""
    if opens is None or closes is None or opens == closes:
        return True
    if opens < closes:
        return opens <= at < closes
    return at >= opens or at < closes
