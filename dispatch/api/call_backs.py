"""The door behind the call-back list: the number of one who was lost."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from accounts.models import User
from accounts.models.fields import written_phone
from dispatch.actions.revealing import reveal_phone
from dispatch.actions.running import run
from dispatch.api.answers import answer, door
from dispatch.errors import NotYours


@door("POST")
async def phone(request: HttpRequest, call: UUID) -> HttpResponse:
    """Show the number to whoever may call back; each look is written down.

    As a telephone takes it, and as people of the region write it.
    """
    user = await request.auser()
    if not isinstance(user, User):
        raise NotYours
    number = await run(reveal_phone, user=user, call=call)
    return answer({"phone": number, "written": written_phone(number)}, 200)
