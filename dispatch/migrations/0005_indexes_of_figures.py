from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_service_rules"),
        ("dispatch", "0004_several_parties"),
        ("reports", "0006_linked_incidents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["agency", "queued_at"], name="calls_by_time"),
        ),
        migrations.AddIndex(
            model_name="offer",
            index=models.Index(fields=["seat", "made_at"], name="offers_by_time"),
        ),
        migrations.AddIndex(
            model_name="participant",
            index=models.Index(fields=["seat", "joined_at"], name="places_by_time"),
        ),
        migrations.AddIndex(
            model_name="shift",
            index=models.Index(fields=["seat", "started_at"], name="shifts_by_time"),
        ),
    ]
