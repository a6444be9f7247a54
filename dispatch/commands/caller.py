"""What a caller's phone may send, and the tap with which it begins."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

from dispatch.commands.frames import (
    Command,
    Frame,
    Hello,
    Pong,
    PostMessage,
    Signal,
    Still,
    StillSeen,
    Typing,
)
from dispatch.commands.words import (
    Accuracy,
    Count,
    Device,
    Language,
    Latitude,
    Longitude,
    Recording,
    Rung,
    RungReason,
    Text,
)


class Position(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A place the phone claims to be at (WGS-84), and how long ago it was measured."""

    lat_e7: Latitude
    lon_e7: Longitude
    accuracy_mm: Accuracy
    age_ms: Count = 0


class Tap(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The body of ``POST /api/v1/calls``: an empty form is a valid alarm."""

    id: UUID
    mode: Literal["normal", "silent"] = "normal"
    text: Text | None = None
    position: Position | None = None
    language: Language | None = None
    sign_language: bool = False


class ReportPosition(Command, frozen=True, tag="report_position", kw_only=True):
    """Tell where the phone is."""

    position: Position


class SetMode(Command, frozen=True, tag="set_mode", kw_only=True):
    """Go silent, or deliberately leave silence; only the phone may."""

    mode: Literal["normal", "silent"]


class HangUp(Command, frozen=True, tag="hang_up", kw_only=True):
    """The caller ends the call."""


class TakeOver(Command, frozen=True, tag="take_over", kw_only=True):
    """Continue the call in this window; the other one becomes read-only."""


class SetNeeds(Command, frozen=True, tag="set_needs", kw_only=True):
    """Say what whoever answers should be able to do."""

    sign_language: bool


class ReportDevice(Frame, frozen=True, tag="report_device", kw_only=True):
    """What the phone can give now: which rung of the ladder, and why; for the seat."""

    camera: Device
    microphone: Device
    position: Device
    is_hidden: bool = False
    is_interrupted: bool = False
    rung: Rung = "text"
    why: RungReason = ""
    recording: Recording = "off"


class AnswerWarning(Command, frozen=True, tag="answer_warning", kw_only=True):
    """The caller's nod, or refusal: show the officer large to the offender."""

    accept: bool


CallerFrame = (
    Hello
    | Pong
    | PostMessage
    | Typing
    | Still
    | StillSeen
    | ReportPosition
    | SetMode
    | HangUp
    | TakeOver
    | SetNeeds
    | ReportDevice
    | Signal
    | AnswerWarning
)
