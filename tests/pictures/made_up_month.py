"""Run in the server's shell: four weeks of calls written straight into the rows.

For figures only, which read rows and no journal: by the actions, weeks would have to
pass.
"""

import random
from datetime import timedelta
from uuid import uuid4

from django.utils import timezone

from accounts.models import Agency, Caller, User
from dispatch.models import Call, Seat
from reports.models import Incident

BY_HOUR = [2, 1, 1, 1, 1, 1, 2, 3, 4, 4, 4, 4, 4, 4, 4, 4, 5, 6, 7, 8, 9, 9, 7, 4]
dice = random.Random(110)
agency = Agency.objects.get(code="370602")
seats = list(Seat.objects.filter(agency=agency))
operator = User.objects.get(username="chen")
midnight = timezone.now().replace(hour=0, minute=0) - timedelta(hours=8)
for day in range(1, 29):
    for serial in range(1, dice.randint(9, 26)):
        hour = dice.choices(range(24), BY_HOUR)[0]
        queued = midnight - timedelta(days=day) + timedelta(
            hours=hour, minutes=dice.randint(0, 59), seconds=dice.randint(0, 59)
        )  # fmt: skip
        is_lost = dice.random() < 0.04
        wait = timedelta(seconds=min(90, dice.expovariate(1 / 4)))
        talk = timedelta(seconds=dice.randint(40, 420))
        caller = Caller.objects.create()
        incident = Incident.objects.create(
            number=f"370602-{midnight - timedelta(days=day - 1):%Y%m%d}-{serial:04}",
            agency=agency,
            caller=caller,
            opened_at=queued,
            source="page",
            disposition="" if is_lost else "officers_sent",
        )
        call = Call.objects.create(
            client_id=uuid4(),
            signer=caller.uuid,
            incident=incident,
            caller=caller,
            agency=agency,
            queued_at=queued,
            state="ended",
            escalate_at=queued,
            connected_at=None if is_lost else queued + wait,
            ended_at=queued + wait + talk,
            end_reason="caller_ended" if is_lost else "seat_ended",
            capability_hash="f" * 64,
        )
        if not is_lost:
            call.participants.create(
                role="host",
                seat=dice.choice(seats),
                operator=operator,
                joined_at=queued + wait,
                left_at=queued + wait + talk,
            )
