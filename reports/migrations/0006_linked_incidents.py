"""Incidents that tell of one matter name each other."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column."""

    dependencies = [("reports", "0005_view_copies_are_made_once")]

    operations = [
        migrations.AddField(
            model_name="incident",
            name="links",
            field=models.JSONField(
                blank=True, default=list, editable=False, verbose_name="linked"
            ),
        )
    ]
