"""The agency of the self-test is called by what it is for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A name only: no table changes."""

    dependencies = [("accounts", "0003_service_rules")]

    operations = [
        migrations.AlterField(
            model_name=model,
            name="is_synthetic",
            field=models.BooleanField(
                default=False,
                help_text="left out of statistics",
                verbose_name="for the self-test only",
            ),
        )
        for model in ("agency", "historicalagency")
    ]
