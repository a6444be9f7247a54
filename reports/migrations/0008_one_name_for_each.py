"""The lists call a thing by the name that the record and the console have for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Names only: no table changes."""

    dependencies = [("reports", "0007_segments_in_a_view_copy")]

    operations = [
        migrations.AlterField(
            model_name="incident",
            name="disposition",
            field=models.CharField(blank=True, max_length=80, verbose_name="outcome"),
        ),
        migrations.AlterField(
            model_name="incident",
            name="flags",
            field=models.JSONField(blank=True, default=list, verbose_name="to know"),
        ),
        migrations.AlterField(
            model_name="incident",
            name="opened_at",
            field=models.DateTimeField(verbose_name="raised"),
        ),
    ]
