"""Codes of entries and clips in words, in the reader's language."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.words import skill
from dispatch.states import CallBackOutcome
from reports.states import ClipKind, ClipSource
from reports.words import category as category
from reports.words import disposition as disposition
from reports.words import flag as flag
from reports.words import priority as priority

# A seat without a name of its own: an office's name, and its number there.
UNNAMED_SEAT = re.compile(
    r"(?P<office>.+ .+|[\u4e00-\u9fff]{4,}) (?P<number>\d+)", re.ASCII
)


@dataclass(slots=True)
class Said:
    """A sentence with what stands beside it.

    ``sort``: call, words, place, form, recording. ``quote``: somebody's own words.
    ``is_mark``: worth a mark on the clock; ``is_quiet``: upkeep, told in small.
    """

    words: str
    icon: str = ""
    sort: str = "call"
    tone: str = ""
    detail: str = ""
    quote: str = ""
    clip: str = ""
    is_mark: bool = False
    is_quiet: bool = False


def in_language(chinese: str, english: str) -> str:
    """Return the name in the reader's language, where there is one."""
    if (get_language() or "").startswith("zh"):
        return chinese or english
    return english or chinese


def label(choices: type[TextChoices], value: str) -> str:
    """Return a choice's label; a value of no choice is its own."""
    return str(choices(value).label) if value in choices.values else value


def seat(label: str, operator: str) -> str:
    """Return a seat with who sits there: Zhifu 7 (Chen).

    A bare number after an office's name would puzzle whoever reads it.
    """
    name = label
    if unnamed := UNNAMED_SEAT.fullmatch(label):
        name = _("%(office)s, seat %(number)s") % unnamed.groupdict()
    if not name:
        return operator or _("a seat")
    if not operator:
        return name
    return _("%(seat)s (%(name)s)") % {"seat": name, "name": operator}


def mode(*, is_silent: bool) -> str:
    """Return what the caller changed; "went silent" would read as: no word came."""
    if is_silent:
        return _("The caller switched to silent")
    return _("The caller left silence")


def form_field(name: str, value: object) -> str:
    """Return one line of the form as it was saved."""
    titles = {
        "category": _("Category"),
        "priority": _("Priority"),
        "place": _("Place"),
        "disposition": _("Outcome"),
        "notes": _("Notes"),
        "persons": _("Persons"),
    }
    shown = str(value or "–")
    if name == "priority" and isinstance(value, int):
        shown = priority(value)
    elif name == "disposition":
        shown = disposition(str(value or ""))
    elif name == "category":
        shown = category(str(value or ""))
    return _("%(field)s: %(value)s") % {"field": titles[name], "value": shown}


def noted(before: dict[str, Any], after: dict[str, Any]) -> Said:
    """Return what is another now though nobody saved the form: whose it is, its flags.

    A phone's position alone does that.
    """
    had, has = before.get("flags", []), after.get("flags", [])
    gone = [name for name in had if name not in has]
    new = [flag(name) for name in has if name not in had]
    told = _("The incident went along with its call")
    if new:
        told = _("To know now: %(what)s") % {"what": ", ".join(new)}
    elif any(name.startswith("position_") for name in gone):
        told = _("The position is known now")
    elif gone:
        what = ", ".join(map(flag, gone))
        told = _("No longer so: %(what)s") % {"what": what}
    return Said(told, icon="info", sort="call", is_quiet=True)


def returned(why: str) -> str:
    """Return why a call came back to the line."""
    return {
        "declined": _("the seat declined"),
        "unanswered": _("the seat did not answer"),
        "withdrawn": _("the offer was withdrawn"),
        "seat_lost": _("the seat was lost"),
        "transferred": _("transferred to this line"),
        "moved": _("moved by a supervisor"),
    }.get(why, why)


def needs(tags: list[str]) -> str:
    """Return what a caller needs of whoever answers: English, sign language."""
    return _(", ").join(map(skill, tags))


def outcome(value: str) -> str:
    """Return what came of calling back."""
    return label(CallBackOutcome, value)


def invitation(state: str, who: str, asked_by: str, *, is_transfer: bool) -> str:
    """Return what became of asking a colleague."""
    said = {"seat": who, "who": asked_by}
    if state == "open":
        if is_transfer:
            return _("%(who)s asks %(seat)s to take the call over") % said
        return _("%(who)s asks %(seat)s to come in") % said
    if state == "accepted":
        if is_transfer:
            return _("%(seat)s took the call") % said
        return _("%(seat)s accepted") % said
    if state == "declined":
        return _("%(seat)s declined") % said
    if state == "unanswered":
        return _("No answer from %(seat)s") % said
    return _("%(seat)s is no longer asked") % said


def warning(state: str) -> str:
    """Return where the warning of the offender stands."""
    return {
        "asked": _("Asked the caller to show the officer to whoever threatens them"),
        "shown": _("The caller shows the officer"),
        "refused": _("The caller did not want to show the officer"),
        "ended": _("The officer is shown no more"),
    }.get(state, state)


def muted(who: str, track: str, *, is_muted: bool) -> str:
    """Return whose sound or picture was stopped, or let through again."""
    if who == "guest":
        if track == "audio":
            stopped, passed = (
                _("The caller's sound was stopped"),
                _("The caller's sound is let through"),
            )
        else:
            stopped, passed = (
                _("The caller's picture was stopped"),
                _("The caller's picture is let through"),
            )
    elif track == "audio":
        stopped, passed = (
            _("The seat's sound was stopped"),
            _("The seat's sound is let through"),
        )
    else:
        stopped, passed = (
            _("The seat's picture was stopped"),
            _("The seat's picture is let through"),
        )
    return stopped if is_muted else passed


# --- Clips ---------------------------------------------------------------------------


def clip(kind: str, source: str, side: str) -> str:
    """Return what a clip is and where from: Video, from the phone."""
    said = {"kind": clip_kind(kind, source), "source": clip_source(source, side)}
    return _("%(kind)s, %(source)s") % said


def clip_kind(kind: str, source: str) -> str:
    """Return what a clip is."""
    if source == ClipSource.SEAT and kind == ClipKind.PHOTO:
        return _("Snapshot")
    return {
        ClipKind.VIDEO.value: _("Video"),
        ClipKind.AUDIO.value: _("Sound"),
        ClipKind.PHOTO.value: _("Photo"),
    }.get(kind, _("File"))


def clip_source(source: str, side: str) -> str:
    """Return which recorder made a clip, and of whom."""
    if source == ClipSource.PHONE:
        return _("from the phone")
    if source == ClipSource.SEAT:
        return _("taken at the seat")
    return (
        _("live, the seat's side") if side == "seat" else _("live, the caller's side")
    )


def clip_icon(kind: str) -> str:
    """Return a clip's icon."""
    icons = {"video": "film", "audio": "audio-lines", "photo": "image"}
    return icons.get(kind, "file")


def clip_began(name: str, source: str, claimed_at: str) -> str:
    """Return that a clip begins; of the relay's, since when, by our own clock.

    Such a recording is known some time later, once its first piece is whole.
    """
    arrives = _("%(clip)s: begins to arrive") % {"clip": name}
    if source != ClipSource.RELAY:
        return arrives
    try:
        moment = timezone.localtime(datetime.fromisoformat(claimed_at))
    except ValueError:
        return arrives
    return _(
        "%(clip)s: recorded from %(time)s on; it is entered when its first minute, or "
        "the call, is over"
    ) % {"clip": name, "time": f"{moment:%H:%M:%S}"}


def wholeness(
    *, is_open: bool, missing: int, is_complete: bool, has_stopped: bool = False
) -> tuple[str, str]:
    """Return whether all of a clip came, and the tone to say it in.

    ``has_stopped``: it is open, but nothing of it arrives any more.
    """
    if is_open and has_stopped:
        said = _("the phone stopped sending; the rest comes if it comes back")
        return said, "warn"
    if is_open:
        return _("still being uploaded"), "warn"
    if missing:
        text = ngettext("%(count)s piece missing", "%(count)s pieces missing", missing)
        return text % {"count": missing}, "warn"
    if not is_complete:
        return _("the end may be missing"), "warn"
    return _("complete"), "ok"


def closed_because(reason: str) -> str:
    """Return why a recorder ended, where that is worth a word."""
    return {
        "lost": _("the phone never closed it"),
        "changed": _("another recording goes on"),
        "switched_off": _("switched off by the caller"),
        "failed": _("the recorder failed"),
        "over_quota": _("there was no room for more"),
    }.get(reason, "")


def gap(why: str, count: int) -> str:
    """Return why there is nothing at a time."""
    if why == "pause":
        return _("Nothing was recorded: camera or recorder stood still")
    if why == "left_out":
        return _(
            "Not in the copy that plays here: too short, or of another format. It is "
            "kept; to see it, download the original"
        )
    text = ngettext(
        "%(count)s piece never arrived", "%(count)s pieces never arrived", count
    )
    return text % {"count": count}


def anchor(by: str) -> str:
    """Return by what the start of a recording is known."""
    return {
        "relay": _("start by the server's clock"),
        "receipts": _("start known to about a second, by when its pieces arrived"),
        "claim": _("start by the phone's clock, set right by its other recordings"),
    }.get(by, _("uploaded later: it began no later than shown"))


def copying(state: str, name: str, reason: str) -> str:
    """Return what became of a copy to look at."""
    if state == "ready":
        return _("%(clip)s: a viewing copy is ready") % {"clip": name}
    if state == "refused":
        said = {"clip": name, "reason": refused_because(reason)}
        return _("%(clip)s: cannot be shown, %(reason)s") % said
    return _("%(clip)s: a viewing copy is being made") % {"clip": name}


def refused_because(reason: str) -> str:
    """Return why there is no copy to look at."""
    return {
        "not_an_image": _("it is not a picture"),
        "too_many_pixels": _("the picture is too large to be opened safely"),
        "not_a_recording": _("it is not a recording"),
        "unknown_type": _("its kind is not known"),
        "too_large": _("it is too large"),
        "took_too_long": _("it took too long"),
        "storage_full": _("the disk is full"),
        "damaged": _("what is stored is not what arrived"),
    }.get(reason, reason or _("no reason was given"))
