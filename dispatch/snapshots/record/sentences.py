"""Entries of an incident's stream as sentences, in the reader's language.

Some say what changed, so they are told one after another, oldest first: a ``Teller``
remembers the form and who was in the room.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from dispatch.snapshots.record import places, words
from dispatch.snapshots.record.words import Said
from dispatch.states import EndReason, TransferKind
from reports.states import ClipSource

Body = dict[str, Any]

FORM = ("category", "priority", "place", "disposition", "notes", "persons")
# What no table takes along (reports/admin/incidents.py): it is about other people, too.
STAYS = frozenset({"notes", "persons"})


@dataclass(slots=True)
class Teller:
    """Tells entries in words. ``agencies``: label by id; ``categories``: by code.

    ``is_leaving``: for a file, without what stays here. ``is_silent``: as was the tap.
    """

    agencies: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    is_leaving: bool = False
    is_silent: bool = False
    _form: Body = field(default_factory=dict)
    _parties: dict[str, Body] = field(default_factory=dict)
    _people: dict[str, str] = field(default_factory=dict)  # also of who has left
    _place: Body | None = None  # the position before
    _host: tuple[str, str] | None = None  # the seat that took the call over, by labels

    def tell(self, kind: str, body: Body) -> Said:
        """Return an entry's sentence; a kind that nobody foresaw is named."""
        tell = TOLD.get(kind)
        if tell is None:
            return Said(kind, icon="info", sort="call")
        return tell(self, body)

    # --- The matter ---

    def _opened(self, body: Body) -> Said:
        self._form = body["incident"]
        told = _("Alarm raised: incident %(number)s")
        if self.is_silent:
            told = _("Silent alarm raised: incident %(number)s")
        return Said(
            told % {"number": body["incident"]["number"]},
            icon="siren",
            sort="call",
            is_mark=True,
        )

    def _updated(self, body: Body) -> Said:
        before, self._form = self._form, body["incident"]
        changed = [name for name in FORM if before.get(name) != self._form.get(name)]
        told = [words.form_field(name, self._shown(name)) for name in changed]
        linked = [link["number"] for link in self._form.get("links", [])]
        if linked != [link["number"] for link in before.get("links", [])]:
            numbers = ", ".join(linked)
            told.append(_("Linked: %(numbers)s") % {"numbers": numbers})
        if not told and before.get("saved_at") == self._form.get("saved_at"):
            return words.noted(before, self._form)
        return Said(
            _("The form was saved"), icon="file", sort="form", detail="\n".join(told)
        )

    def _shown(self, name: str) -> object:
        value = self._form.get(name)
        if name in STAYS:
            return self._of_others(value)
        return self.categories.get(str(value), value) if name == "category" else value

    def _of_others(self, text: Any) -> Any:
        """Return such words, or where they stand: a file holds none of them."""
        return _("in the record only") if text and self.is_leaving else text

    def _message(self, body: Body) -> Said:
        clip = body.get("clip") or ""
        return Said(
            _("Sent a photo or a file") if clip else _("Wrote"),
            icon="message-square",
            sort="words",
            quote=body["text"],
            clip=clip,
        )

    def _position(self, body: Body) -> Said:
        before, self._place = self._place, body["position"]
        return places.told(body["position"], before)

    def _verified(self, body: Body) -> Said:
        masked = body["caller"].get("phone_masked", "")
        return Said(
            _("The phone number was verified: %(number)s") % {"number": masked},
            icon="user-check",
            sort="call",
        )

    # --- The call ---

    def _queued(self, body: Body) -> Said:
        return Said(
            _("Waits in the line of %(agency)s") % {"agency": self._agency(body)},
            icon="hourglass",
            sort="call",
        )

    def _repeated(self, body: Body) -> Said:
        return Said(_("The caller tapped again"), icon="siren", sort="call")

    def _rerouted(self, body: Body) -> Said:
        return Said(
            _("The place became known: now in the line of %(agency)s")
            % {"agency": self._agency(body)},
            icon="arrow-right",
            sort="call",
        )

    def _offered(self, body: Body) -> Said:
        return Said(
            _("Offered to %(seat)s") % {"seat": self._seat(body["call"])},
            icon="bell-ring",
            sort="call",
            is_quiet=True,
        )

    def _connected(self, body: Body) -> Said:
        return Said(
            _("Answered at %(seat)s") % {"seat": self._seat(body["call"])},
            icon="phone",
            sort="call",
            tone="ok",
            is_mark=True,
        )

    def _returned(self, body: Body) -> Said:
        return Said(
            _("Back in the line: %(why)s") % {"why": words.returned(body["why"])},
            icon="rotate-ccw",
            sort="call",
            tone="warn",
            detail=body.get("reason", ""),
            is_mark=True,
        )

    def _escalated(self, body: Body) -> Said:
        return Said(
            _("Nobody has answered for a minute: the supervisor was told"),
            icon="triangle-alert",
            sort="call",
            tone="warn",
            is_mark=True,
        )

    def _lost(self, body: Body) -> Said:
        return Said(
            _("No sign of the phone any more"),
            icon="wifi-off",
            sort="call",
            tone="warn",
            is_mark=True,
        )

    def _resumed(self, body: Body) -> Said:
        return Said(
            _("The phone is back"), icon="wifi", sort="call", tone="ok", is_mark=True
        )

    def _mode(self, body: Body) -> Said:
        is_silent = body["call"]["mode"] == "silent"
        return Said(
            words.mode(is_silent=is_silent),
            icon="volume-x" if is_silent else "volume-2",
            sort="call",
            tone="warn" if is_silent else "",
            is_mark=True,
        )

    def _priority(self, body: Body) -> Said:
        name = words.priority(body["call"]["priority"])
        return Said(
            _("Priority is now: %(priority)s") % {"priority": name},
            icon="flag",
            sort="form",
            detail=body.get("why", ""),
        )

    def _ended(self, body: Body) -> Said:
        reason = words.label(EndReason, body["call"]["end_reason"])
        return Said(
            _("The call is over: %(reason)s") % {"reason": reason},
            icon="phone-off",
            sort="call",
            detail=body.get("why", ""),
            is_mark=True,
        )

    def _needs(self, body: Body) -> Said:
        needs = body["call"]["needs"]
        return Said(
            _("The caller needs: %(needs)s") % {"needs": words.needs(needs)}
            if needs
            else _("The caller no longer needs anything special"),
            icon="languages",
            sort="call",
        )

    def _transferred(self, body: Body) -> Said:
        call = body["call"]
        self._host = call["seat_label"], call["seat_label_en"]
        came_from = words.seat(
            words.in_language(body["from_label"], body["from_label_en"]),
            body["from_operator"],
        )
        said = {
            "seat": self._seat(body["call"]),
            "from": came_from,
            "how": words.label(TransferKind, body["how"]),
        }
        return Said(
            _("%(seat)s has the call now, from %(from)s (%(how)s)") % said
            if came_from
            else _("%(seat)s has the call now (%(how)s)") % said,
            icon="arrow-right",
            sort="call",
            detail=body.get("reason", ""),
            is_mark=True,
        )

    def _called_back(self, body: Body) -> Said:
        said = body | {"outcome": words.outcome(body["outcome"])}
        return Said(
            _("%(operator)s called back: %(outcome)s") % said,
            icon="phone",
            sort="call",
            detail=self._of_others(body.get("note", "")),
        )

    # --- Who is in the room ---

    def _invitation(self, body: Body) -> Said:
        invitation = body["invitation"]
        label = words.in_language(invitation["seat_label"], invitation["seat_label_en"])
        seat = words.seat(label, invitation["operator"])
        state, is_transfer = invitation["state"], invitation["kind"] == "transfer"
        asked_by = invitation["asked_by"] or _("the system")
        return Said(
            words.invitation(state, seat, asked_by, is_transfer=is_transfer),
            icon="bell-ring" if state == "open" else "users",
            sort="call",
            detail=invitation["reason"] if state == "open" else "",
        )

    def _room(self, body: Body) -> Said:
        before = self._parties
        everybody = [*body["parties"], *body.get("whispering", [])]
        self._parties = {party["participant"]: party for party in everybody}
        self._people |= body.get("people", {})

        def name(party: Body) -> str:
            label = words.in_language(party["label"], party["label_en"])
            return words.seat(label, self._people.get(party["participant"], ""))

        came = [name(p) for key, p in self._parties.items() if key not in before]
        # Whoever leads now is no party any more, and has not left.
        left = [
            name(p)
            for key, p in before.items()
            if key not in self._parties and (p["label"], p["label_en"]) != self._host
        ]
        told = [_("%(who)s came in") % {"who": who} for who in came]
        told += [_("%(who)s left") % {"who": who} for who in left]
        return Said(
            " · ".join(told) or _("In the room, something changed"),
            icon="users",
            sort="call",
            is_mark=bool(told),
            is_quiet=not told,
        )

    def _warning(self, body: Body) -> Said:
        return Said(
            words.warning(body["state"]),
            icon="siren",
            sort="call",
            tone="warn",
            is_mark=body["state"] == "shown",
        )

    def _muted(self, body: Body) -> Said:
        return Said(
            words.muted(body["who"], body["track"], is_muted=body["is_muted"]),
            icon="mic-off" if body["is_muted"] else "mic",
            sort="call",
        )

    # --- Recordings ---

    def _clip_opened(self, body: Body) -> Said:
        clip = body["clip"]
        name = words.clip(clip["kind"], clip["source"], clip["side"])
        is_snapshot = clip["source"] == ClipSource.SEAT
        is_moment = clip["kind"] in ("photo", "file")
        began = words.clip_began(name, clip["source"], clip["claimed_at"])
        return Said(
            name if is_moment else began,
            icon=words.clip_icon(clip["kind"]),
            sort="recording",
            clip=clip["clip"],
            is_mark=is_snapshot,
            is_quiet=not is_moment,
        )

    def _clip_closed(self, body: Body) -> Said:
        clip = body["clip"]
        name = words.clip(clip["kind"], clip["source"], clip["side"])
        state, tone = words.wholeness(
            is_open=False, missing=clip["missing"], is_complete=clip["is_complete"]
        )
        return Said(
            _("%(clip)s: closed, %(state)s") % {"clip": name, "state": state},
            icon=words.clip_icon(clip["kind"]),
            sort="recording",
            tone="" if tone == "ok" else tone,
            clip=clip["clip"],
            is_quiet=True,
        )

    def _clip_view(self, body: Body) -> Said:
        clip = body["clip"]
        name = words.clip(clip["kind"], clip["source"], clip["side"])
        view = clip["view"] or {}
        return Said(
            words.copying(view.get("state", ""), name, view.get("reason", "")),
            icon="eye",
            sort="recording",
            clip=clip["clip"],
            is_quiet=True,
        )

    # --- Names ---

    def _agency(self, body: Body) -> str:
        return self.agencies.get(body["call"]["agency"], _("another agency"))

    def _seat(self, call: Body) -> str:
        label = words.in_language(call["seat_label"], call["seat_label_en"])
        return words.seat(label, call["operator"])


TOLD: dict[str, Callable[[Teller, Body], Said]] = {
    "incident.opened": Teller._opened,
    "incident.updated": Teller._updated,
    "message.posted": Teller._message,
    "position.reported": Teller._position,
    "caller.verified": Teller._verified,
    "clip.opened": Teller._clip_opened,
    "clip.closed": Teller._clip_closed,
    "clip.view_changed": Teller._clip_view,
    "call.queued": Teller._queued,
    "call.repeated": Teller._repeated,
    "call.rerouted": Teller._rerouted,
    "call.offered": Teller._offered,
    "call.connected": Teller._connected,
    "call.returned": Teller._returned,
    "call.escalated": Teller._escalated,
    "call.caller_lost": Teller._lost,
    "call.caller_resumed": Teller._resumed,
    "call.mode_changed": Teller._mode,
    "call.priority_changed": Teller._priority,
    "call.ended": Teller._ended,
    "call.needs_changed": Teller._needs,
    "call.transferred": Teller._transferred,
    "call.called_back": Teller._called_back,
    "invitation.updated": Teller._invitation,
    "room.changed": Teller._room,
    "call.warning": Teller._warning,
    "media.muted": Teller._muted,
}


def agency_ids(bodies: list[Body]) -> set[UUID]:
    """Return the agencies that calls were at, to be named."""
    found = {str(body["call"]["agency"]) for body in bodies if _has_agency(body)}
    return {UUID(one) for one in found}


def _has_agency(body: Body) -> bool:
    return isinstance(body.get("call"), dict) and "agency" in body["call"]
