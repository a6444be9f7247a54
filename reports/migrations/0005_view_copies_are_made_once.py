"""A copy is made by one worker at a time, begun again when that one died, thrice at most."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reports", "0004_chunks_never_change")]

    operations = [
        migrations.AddField(
            model_name="viewcopy",
            name="tries",
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="viewcopy",
            name="tried_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="evidenceclip",
            index=models.Index(fields=["closed_at"], name="clips_by_close"),
        ),
        migrations.AddConstraint(
            model_name="viewcopy",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "making")),
                fields=("clip",),
                name="one_view_in_the_making",
            ),
        ),
        migrations.AddConstraint(
            model_name="viewcopy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "ready"), _negated=True),
                    models.Q(
                        ("made_at__isnull", False),
                        models.Q(("sha256", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="ready_view_has_digest_and_time",
            ),
        ),
    ]
