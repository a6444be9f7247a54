"""The phones that spoke for a Caller before: see ``FormerPhone``."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """One table."""

    dependencies = [("accounts", "0001_people_and_ground")]

    operations = [
        migrations.CreateModel(
            name="FormerPhone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("device_hash", models.CharField(max_length=64)),
                (
                    "caller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="former_phones",
                        to="accounts.caller",
                        verbose_name="caller",
                    ),
                ),
            ],
            options={
                "verbose_name": "former phone",
                "verbose_name_plural": "former phones",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("device_hash", "caller"),
                        name="one_row_per_former_phone",
                    )
                ],
            },
        )
    ]
