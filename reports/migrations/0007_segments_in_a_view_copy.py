"""A copy knows where each segment of its recording lies in it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """One column; copies made before have an empty list."""

    dependencies = [("reports", "0006_linked_incidents")]

    operations = [
        migrations.AddField(
            model_name="viewcopy",
            name="parts",
            field=models.JSONField(blank=True, default=list, editable=False),
        )
    ]
