"""What a console fetches when needed: the ground, a caller's past, who else is free.

None is a matter of seconds, or only while somebody looks: so none rides on the socket
that calls do.
"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.gzip import gzip_page

from accounts.models import User
from dispatch.actions.running import run, run_drawing
from dispatch.api.answers import answer, door
from dispatch.errors import NotYours
from dispatch.snapshots.console import Console, console_of
from dispatch.snapshots.earlier import earlier_alarms
from dispatch.snapshots.looks import looker_at
from dispatch.snapshots.others import others_of
from dispatch.snapshots.outlines import ground_map
from reports.models import Incident


# Nothing secret is in it that a length could tell of (BREACH).
@gzip_page
@door("GET")
async def ground(request: HttpRequest) -> HttpResponseBase:
    """Send the outlines of the operator's areas and of those around them.

    304 for who has them already. Refused to everybody who could not open a console.
    """
    console = await _console(request)
    found = await run_drawing(ground_map, console.agencies)
    response: HttpResponse
    # Compression made it a weak one: W/"…".
    if found.etag in request.headers.get("If-None-Match", ""):
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(found.body, content_type="application/json")
    response["ETag"] = found.etag
    response["Cache-Control"] = "private, max-age=60"
    return response


@door("GET")
async def agencies(request: HttpRequest) -> HttpResponse:
    """Tell which other agencies have somebody free, and whose lines are served.

    Asked for while an operator chooses whom to invite. Refused to everybody who could
    not open a console.
    """
    console = await _console(request)
    return answer({"agencies": await run(others_of, console.agencies)})


@door("GET")
async def earlier(request: HttpRequest, incident: UUID) -> HttpResponse:
    """Tell what the caller of this incident raised before.

    To whoever hosts or wraps up its call, supervises its agency or audits it; for
    everybody else there is no such incident.
    """
    user = await _person(request)
    told = await run(_earlier_for, user, incident)
    if told is None:
        raise NotYours
    return answer(told)


async def _console(request: HttpRequest) -> Console:
    user = await _person(request)
    console = await run(console_of, user, request.session.session_key or "")
    if console is None:
        raise NotYours
    return console


async def _person(request: HttpRequest) -> User:
    user = await request.auser()
    if not isinstance(user, User):
        raise NotYours
    return user


def _earlier_for(user: User, incident: UUID) -> dict[str, object] | None:
    row = Incident.objects.filter(uuid=incident).first()
    if row is None or looker_at(user, row) is None:
        return None
    return earlier_alarms(row, user)
