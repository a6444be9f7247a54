"""Two agencies with the same things happening in both, and everybody who may knock.

Here (Zhifu) Chen hosts Lin's call, Li and Dong were let into its room, Wu sits beside.
There (Laizhou) Ma hosts Hai's. Each has a waiting call, a lost caller to be called
back, a recording with a copy, an open invitation, a notice.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.test import override_settings

from accounts.actions.roles import enrol
from accounts.models import Agency, Caller, Tier, User, blind_index
from accounts.states import RoleKind
from dispatch.actions import listening
from dispatch.actions.holding import Holder
from dispatch.actions.supervision import Supervisor
from dispatch.actions.tap import Tapped, capability
from dispatch.models import Notice, Offer, Participant, Seat, Shift
from dispatch.states import Stance
from reports.actions.evidence import evidence_capability
from reports.clock import now
from reports.models import EvidenceClip, ViewCopy
from reports.states import ViewState
from reports.storage import evidence_storage
from tests import ground, several
from tests.accounts.cast import PLAIN_STATIC
from tests.evidence.stores import local, stored_in
from tests.house import device_cookie, sign_in
from tests.proof.table import OBJECTS, PEOPLE
from tests.world import World

COPY = b"a copy, as bytes"
LONG = timedelta(hours=1)  # no lease ends while a table is read
STAFF = {
    "nobody": "nemo",
    "operator_with_call": "chen",
    "second_seat": "li",
    "operator": "wu",
    "operator_elsewhere": "ma",
    "supervisor": "zhao",
    "supervisor_elsewhere": "yan",
    "auditor": "han",
    "auditor_elsewhere": "ning",
    "administrator": "tang",
    "administrator_elsewhere": "yuan",
    "administrator_of_all": "gao",
    "superuser": "root",
}


@dataclass
class Scene:
    """The things, by place and name; the sessions and secrets, by person."""

    world: World
    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)
    holders: dict[str, Holder] = field(default_factory=dict)
    calls: dict[str, Tapped] = field(default_factory=dict)

    def cookie(self, person: str) -> str:
        """Return the cookies that a person's browser sends."""
        if person in self.sessions:
            return f"__Host-session={self.sessions[person]}"
        device = {"another_caller": "another", "caller": "lin", "same_device": "lin"}
        return device_cookie(device[person]) if person in device else ""

    def secrets(self, person: str) -> dict[str, str]:
        """Return the capabilities that a person shows."""
        held = {"caller": "here", "foreign_capability": "there"}.get(person)
        if held is None:
            return {}
        things = self.things[held]
        return {
            "Alarm110-Epoch": "1",
            "Alarm110-Capability": capability(UUID(things["call"])),
            "Alarm110-Evidence": evidence_capability(UUID(things["incident"])),
        }

    def user(self, person: str) -> User:
        """Return a member of staff."""
        return self.world.staff[STAFF[person]]


@contextmanager
def evidence_in(folder: Path) -> Iterator[None]:
    """Keep evidence in a folder of the test's own."""
    # The shell for a phone without a network is made of collected files: none here.
    plain = override_settings(STORAGES=PLAIN_STATIC, OFFLINE_SHELL=False)
    with plain, stored_in(local(folder)):
        yield


def build(world: World) -> Scene:
    """Make everything, by the real actions."""
    scene = Scene(world)
    _hire(world)
    Agency.objects.filter(pk=world.zhifu.pk).update(publishes_figures=True)
    Tier.objects.create(agency=world.laizhou, neighbour=world.fushan)
    lost = _lose_two(scene)
    for name in ("wu", "jin", "li", "dong", "pei", "hu", "shi", "ge"):
        scene.holders[name] = world.sit(name)
    for name in ("fu", "fang", "feng", "fei"):
        scene.holders[name] = world.sit(name)
    here = _happen(scene, "chen", "lin", "jin", ("li", "dong"), ground.IN_ZHIFU)
    there = _happen(scene, "ma", "hai", "hu", ("shi", "ge"), ground.IN_LAIZHOU)
    world.tap("another", position=ground.IN_FUSHAN)
    scene.things = {
        "here": here | _ground(scene, "zhifu", "wu", lost[0], ("fu", "fang"), "zhao"),
        "there": there
        | _ground(scene, "laizhou", "pei", lost[1], ("feng", "fei"), "yan"),
        "none": {},
    }
    scene.things["none"] = _nothing(scene.things["here"])
    Shift.objects.update(lease_until=now() + LONG)
    Participant.objects.exclude(lease_until=None).update(lease_until=now() + LONG)
    Offer.objects.update(expires_at=now() + LONG)
    User.objects.update(password="pbkdf2_sha256$1$none$none")
    for person, name in STAFF.items():
        world.staff[name].refresh_from_db()
        scene.sessions[person] = sign_in(world.staff[name])
    return scene


def _hire(world: World) -> None:
    """Give everybody their role, and a seat to who needs one."""
    operator = RoleKind.OPERATOR
    for agency, names in (
        (world.zhifu, ("li", "dong", "jin")),
        (world.laizhou, ("pei", "hu", "shi", "ge")),
        (world.fushan, ("fang", "feng", "fei")),
    ):
        for number, name in enumerate(names, 50):
            world.staff[name] = ground.person(name, name, operator, agency)
            world.seats[name] = Seat.objects.create(agency=agency, number=number)
    for name, kind, where in (
        ("yan", RoleKind.SUPERVISOR, world.laizhou),
        ("old", RoleKind.SUPERVISOR, world.zhifu),
        ("elder", RoleKind.SUPERVISOR, world.laizhou),
        ("han", RoleKind.AUDITOR, world.zhifu),
        ("ning", RoleKind.AUDITOR, world.laizhou),
        ("tang", RoleKind.ADMINISTRATOR, world.zhifu),
        ("yuan", RoleKind.ADMINISTRATOR, world.laizhou),
    ):
        world.staff[name] = ground.person(name, name, kind, where)
    gao = User(username="gao", display_name="gao", password="!")
    enrol(gao, RoleKind.ADMINISTRATOR, [None])
    nemo = User.objects.create(username="nemo", display_name="nemo", password="!")
    root = User.objects.create_superuser("root", password=None)
    world.staff |= {"gao": gao, "nemo": nemo, "root": root}
    world.books.open(world.agencies)


def _lose_two(scene: Scene) -> list[Tapped]:
    """Lose two callers in mid call, here and there: they are to be called back."""
    world, lost = scene.world, []
    for name, phone, where in (
        ("chen", "gone-here", ground.IN_ZHIFU),
        ("ma", "gone-there", ground.IN_LAIZHOU),
    ):
        scene.holders[name], tapped = world.connected(name, phone, position=where)
        lost.append(tapped)
        number = f"+861380000{1000 + len(lost)}"
        Caller.objects.filter(incidents__uuid=tapped.incident).update(
            phone_index=blind_index(number)
        )
        caller = Caller.objects.get(incidents__uuid=tapped.incident)
        caller.phone = number
        caller.save(update_fields=["phone"])
    for seconds in (8, 125):  # until they are missed, and until they are given up
        world.passes(seconds, sweep=False)
        world.lives(seats=[scene.holders["chen"], scene.holders["ma"]])
        world.passes(0)
    for name in ("chen", "ma"):
        seat = world.seat(name)
        if seat.activity == "wrap_up":
            world.act_on("finish_wrap_up", scene.holders[name])
    return lost


def _happen(
    scene: Scene,
    host: str,
    phone: str,
    invited: str,
    parties: tuple[str, str],
    where: dict[str, int],
) -> dict[str, Any]:
    """Let a call be hosted, with two more seats in the room and one that is asked."""
    world, holder = scene.world, scene.holders[host]
    tapped = world.tap(phone, position=where)
    world.take(holder, tapped.call)
    scene.calls[phone] = tapped
    for name in parties:
        several.invite(world, holder, tapped, name)
        world.accept(scene.holders[name])
    several.invite(world, holder, tapped, invited)
    elder = world.staff["old" if host == "chen" else "elder"]
    agency = world.seats[host].agency_id
    listening.enter_room(
        by=Supervisor(elder, frozenset({agency})),
        call=tapped.call,
        stance=Stance.OPEN,
        reason="to help",
        client_id=uuid4(),
    )
    waiting = world.tap(f"waits-with-{phone}", position=where)
    clip = world.clip(tapped, b"one", b"two")
    photo = world.clip(tapped, b"three", kind="photo")
    places = Participant.objects.filter(call__uuid=tapped.call, left_at=None)
    call, incident = world.call(tapped), world.call(tapped).incident
    return {
        "call": str(tapped.call),
        "incident": str(tapped.incident),
        "incident_number": incident.number,
        "waiting": str(waiting.call),
        "offer": str(Offer.objects.get(seat=world.seats[invited], state="open").uuid),
        "participant": str(places.get(seat=world.seats[parties[1]]).uuid),
        "heir": str(places.get(operator=elder).uuid),
        "clip": str(clip.uuid),
        "photo": str(photo.uuid),
        "view": str(_copy(clip).uuid),
        "host_seat": str(world.seats[host].uuid),
        "rows": {
            "dispatch/call": call.pk,
            "dispatch/offer": Offer.objects.filter(call=call).first(),
            "dispatch/participant": places.first(),
            "dispatch/shift": Shift.objects.filter(seat=world.seats[host]).first(),
            "accounts/caller": call.caller_id,
            "reports/incident": incident,
            "reports/evidenceclip": clip,
            "reports/evidencechunk": clip.chunks.first(),
            "reports/viewcopy": clip.views.first(),
        },
    }


def _copy(clip: EvidenceClip) -> ViewCopy:
    """Store a copy that can be looked at."""
    digest = hashlib.sha256(COPY).hexdigest()
    made = ViewCopy.objects.create(
        clip=clip, state=ViewState.READY, asked_at=now(), made_at=now(), sha256=digest,
        mime="image/jpeg", bytes=len(COPY), chunk_count=2,
    )  # fmt: skip
    evidence_storage().put(made.key, COPY)
    return made


def _ground(
    scene: Scene,
    name: str,
    idle: str,
    lost: Tapped,
    free: tuple[str, str],
    supervisor: str,
) -> dict[str, Any]:
    """Return what an agency has besides its call."""
    world = scene.world
    agency = getattr(world, name)
    notice = Notice.objects.create(
        agency=agency, text="Fog on the coast.", posted_by=world.staff[supervisor],
        posted_at=now(), until=now() + LONG,
    )  # fmt: skip
    return {
        "agency": str(agency.uuid),
        "code": agency.code,
        "elsewhere": str(world.fushan.uuid),
        "seat": str(world.seats[idle].uuid),
        "lost": str(lost.call),
        "notice": str(notice.uuid),
        "free1": str(world.seats[free[0]].uuid),
        "free2": str(world.seats[free[1]].uuid),
    }


def _nothing(like: dict[str, Any]) -> dict[str, Any]:
    """Return the same names for things that do not exist."""
    real = ("elsewhere", "free1", "free2")
    return {
        name: value if name in real else str(uuid4())
        for name, value in like.items()
        if isinstance(value, str)
    } | {"code": "999999", "incident_number": "370602-20260101-9999", "rows": {}}


def no_answers() -> dict[str, dict[str, str]]:
    """Return an empty sheet for what one door answers."""
    return {one: {} for one in OBJECTS}


assert set(STAFF) <= set(PEOPLE)
