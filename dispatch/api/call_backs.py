"""The door behind the call-back list: the number of one who was lost."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from accounts.models import User
from dispatch.actions.revealing import reveal_phone
from dispatch.actions.running import run
from dispatch.api.answers import answer, door
from dispatch.errors import NotYours


@door("POST")
async def phone(request: HttpRequest, call: UUID) -> HttpResponse:
    """Show the number to whoever may call back; each look is written down."""
    user = await request.auser()
    if not isinstance(user, User):
        raise NotYours
    return answer({"phone": await run(reveal_phone, user=user, call=call)}, 200)
