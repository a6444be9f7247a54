"""No call without who signs its entries."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Contract what 0002 expanded."""

    dependencies = [("dispatch", "0002_calls_are_signed")]

    operations = [
        migrations.AlterField("call", "signer", models.UUIDField(editable=False))
    ]
