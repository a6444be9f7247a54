"""The administrator is called the same in the region's file and at the desk."""

from django.db import migrations, models

KINDS = [
    ("operator", "operator"),
    ("supervisor", "supervisor"),
    ("auditor", "auditor"),
    ("administrator", "administrator"),
]


class Migration(migrations.Migration):
    """Change a word that forms show; no row and no column."""

    dependencies = [("accounts", "0004_self_test_only")]

    operations = [
        migrations.AlterField(
            model_name=name,
            name="kind",
            field=models.CharField(choices=KINDS, max_length=13, verbose_name="role"),
        )
        for name in ("role", "historicalrole")
    ]
