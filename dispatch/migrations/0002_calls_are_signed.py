"""Who signs a call's entries: calls made so far are signed by whose they are."""

from typing import Any

from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def sign(apps: Any, schema_editor: Any) -> None:
    """Fill the new column in one statement."""
    call, caller = (
        apps.get_model("dispatch", "Call"),
        apps.get_model("accounts", "Caller"),
    )
    whose = caller.objects.filter(pk=OuterRef("caller_id")).values("uuid")[:1]
    call.objects.update(signer=Subquery(whose))


class Migration(migrations.Migration):
    """Expand and fill; 0003 makes it certain."""

    dependencies = [("dispatch", "0001_seats_and_calls")]

    operations = [
        migrations.AddField("call", "signer", models.UUIDField(null=True)),
        migrations.RunPython(sign, migrations.RunPython.noop),
    ]
