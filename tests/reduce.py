"""Entries applied to a snapshot, as a page does: the protocol's rules in plain Python.

Written from PROTOCOL.md, not from the product: if snapshot and entries disagree there,
a screen somewhere is wrong until it is reloaded.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Literal

Snapshot = dict[str, Any]
Entry = dict[str, Any]
Audience = Literal["seat", "caller"]

TRAIL = 50  # positions that a seat keeps
CLIPS = 60  # and clips, the newest
REPLACED_BY_CALL = (
    "call.queued",
    "call.repeated",
    "call.rerouted",
    "call.offered",
    "call.connected",
    "call.returned",
    "call.escalated",
    "call.caller_lost",
    "call.caller_resumed",
    "call.mode_changed",
    "call.priority_changed",
    "call.needs_changed",
    "call.transferred",
    "call.ended",
)
# What the snapshot of an incident's stream holds before its first entry.
EMPTY: dict[Audience, Snapshot] = {
    "seat": {
        "messages": [],
        "position": None,
        "trail": [],
        "warning": "",
        "muted": {
            "guest": {"audio": False, "video": False},
            "host": {"audio": False, "video": False},
        },
        "clips": {},
        "clips_older": 0,
        "invitations": {},
        "room": {"parties": [], "whispering": [], "people": {}},
    },
    "caller": {
        "messages": [],
        "position": None,
        "warning": "",
        "muted": {
            "guest": {"audio": False, "video": False},
            "host": {"audio": False, "video": False},
        },
        "room": {"parties": []},
    },
}
# Fields from which deadlines count; ``world.passes`` moves them.
DEADLINES = {
    "queued_at",
    "connected_at",
    "lost_at",
    "made_at",
    "expires_at",
    "since",
    "wrap_up_until",
    "rest_until",
    "until",
}


class Gap(AssertionError):
    """An entry is missing before this one."""


def apply(snapshot: Snapshot, entry: Entry, audience: Audience) -> None:
    """Apply one entry to a snapshot, in place; a hidden one changes nothing."""
    if entry.get("skip"):
        assert set(entry) == {"stream", "seq", "skip"}, entry
        return
    RULES[entry["type"]](snapshot, entry, audience)


def _call(snapshot: Snapshot, entry: Entry, audience: Audience) -> None:
    snapshot["call"] = entry["data"]["call"]


def _opened(snapshot: Snapshot, entry: Entry, audience: Audience) -> None:
    snapshot["incident"] = entry["data"]["incident"]
    snapshot["caller"] = entry["data"]["caller"]


def _incident(snapshot: Snapshot, entry: Entry, audience: Audience) -> None:
    snapshot["incident"] = entry["data"]["incident"]


def _caller(snapshot: Snapshot, entry: Entry, audience: Audience) -> None:
    snapshot["caller"] = entry["data"]["caller"]


def _message(snapshot: Snapshot, entry: Entry, audience: Audience) -> None:
    message = {"seq": entry["seq"], "at": entry["at"], **entry["data"]}
    snapshot["messages"] = [*snapshot["messages"], message]


def _position(snapshot: Snapshot, entry: Entry, audience: Audience) -> None:
    snapshot["position"] = entry["data"]["position"]
    if audience == "seat":
        snapshot["trail"] = [*snapshot["trail"], snapshot["position"]][-TRAIL:]


def _clip(snapshot: Snapshot, entry: Entry, audience: Audience) -> None:
    clip = entry["data"]["clip"]
    if clip["clip"] in snapshot["clips"]:  # others are only counted
        snapshot["clips"][clip["clip"]] = clip


def _clip_opened(snapshot: Snapshot, entry: Entry, audience: Audience) -> None:
    clips, clip = snapshot["clips"], entry["data"]["clip"]
    clips[clip["clip"]] = clip
    if len(clips) > CLIPS:
        del clips[min(clips, key=lambda uuid: (clips[uuid]["opened_at"], uuid))]
        snapshot["clips_older"] += 1


def _chunks(snapshot: Snapshot, entry: Entry, audience: Audience) -> None:
    clip = snapshot["clips"].get(entry["data"]["clip"])
    if clip is None:  # one of the older
        return
    clip["bytes"] = entry["data"]["bytes"]
    clip["chunk_count"] = entry["data"]["chunk_count"]


def _warning(snapshot: Snapshot, entry: Entry, audience: Audience) -> None:
    snapshot["warning"] = entry["data"]["state"]


def _new_host(snapshot: Snapshot, entry: Entry, audience: Audience) -> None:
    _call(snapshot, entry, audience)
    snapshot["muted"]["host"] = {"audio": False, "video": False}


def _muted(snapshot: Snapshot, entry: Entry, audience: Audience) -> None:
    data = entry["data"]
    snapshot["muted"][data["who"]][data["track"]] = data["is_muted"]


def _seat(snapshot: Snapshot, entry: Entry, audience: Audience) -> None:
    seat = entry["data"]["seat"]
    snapshot["seats"][seat["seat"]] = seat


def _line(snapshot: Snapshot, entry: Entry, audience: Audience) -> None:
    call = entry["data"]["call"]
    is_ours = call["agency"] == snapshot["agency"]["agency"]
    is_over = call["state"] == "ended"
    for shown, belongs in (
        ("line", is_ours and not is_over),
        ("callbacks", is_ours and is_over and call["needs_callback"]),
    ):
        if belongs:
            snapshot[shown][call["call"]] = call
        else:
            snapshot[shown].pop(call["call"], None)


def _invitation(snapshot: Snapshot, entry: Entry, audience: Audience) -> None:
    asked = entry["data"]["invitation"]
    if asked["state"] == "open":
        snapshot["invitations"][asked["offer"]] = asked
    else:
        snapshot["invitations"].pop(asked["offer"], None)


def _room(snapshot: Snapshot, entry: Entry, audience: Audience) -> None:
    data = entry["data"]
    if data["call"] == snapshot["call"]["call"]:
        snapshot["room"] = {key: data[key] for key in snapshot["room"]}


def _bulletin(snapshot: Snapshot, entry: Entry, audience: Audience) -> None:
    notice = entry["data"]["notice"]
    if notice["is_withdrawn"]:
        snapshot["notices"].pop(notice["notice"], None)
    else:
        snapshot["notices"][notice["notice"]] = notice


def _nothing(snapshot: Snapshot, entry: Entry, audience: Audience) -> None:
    """A notice: what it caused comes in entries of its own."""


RULES: dict[str, Callable[[Snapshot, Entry, Audience], None]] = {
    **dict.fromkeys(REPLACED_BY_CALL, _call),
    "call.connected": _new_host,
    "call.transferred": _new_host,
    "incident.opened": _opened,
    "incident.updated": _incident,
    "caller.verified": _caller,
    "message.posted": _message,
    "position.reported": _position,
    "clip.opened": _clip_opened,
    "clip.closed": _clip,
    "clip.view_changed": _clip,
    "clip.viewed": _nothing,  # in the ledger, which no socket follows
    "records.exported": _nothing,  # the same
    "record.viewed": _nothing,  # the same
    "room.monitored": _nothing,  # the same
    "phone.revealed": _nothing,  # the same
    "call.called_back": _call,
    "invitation.updated": _invitation,
    "room.changed": _room,
    "notice.updated": _bulletin,
    "chunks.stored": _chunks,
    "call.warning": _warning,
    "media.muted": _muted,
    "seat.updated": _seat,
    "line.updated": _line,
    "leases.extended": _nothing,
}


def passes(value: Any, span: timedelta) -> Any:
    """Return a snapshot whose deadlines came closer by ``span``."""
    if isinstance(value, list):
        return [passes(item, span) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _earlier(inner, span)
        if key in DEADLINES and inner
        else passes(inner, span)
        for key, inner in value.items()
    }


def _earlier(text: str, span: timedelta) -> str:
    moment = datetime.fromisoformat(text) - span
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def differences(old: Any, new: Any, path: str = "") -> list[str]:
    """Return where two snapshots differ, one line each."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [
            line
            for key in sorted({*old, *new})
            for line in differences(
                old.get(key, "nothing"), new.get(key, "nothing"), f"{path}.{key}"
            )
        ]
    if old == new:
        return []
    return [f"{path}: by entries {old!r}, by the database {new!r}"]
