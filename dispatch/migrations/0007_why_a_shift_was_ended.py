from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dispatch", "0006_line_chosen"),
    ]

    operations = [
        migrations.AddField(
            model_name="shift",
            name="end_note",
            field=models.CharField(
                blank=True, max_length=80, verbose_name="why it was ended"
            ),
        ),
    ]
