import django.db.models.deletion
import metrology.identifiers
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("instruments", "0003_imports"),
        ("metrology", "0004_alerts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Opening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.UUIDField(default=metrology.identifiers.uuid7, editable=False, unique=True),
                ),
                ("job_version", models.PositiveIntegerField(verbose_name="version of the job")),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="openings",
                        to="instruments.job",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="metrology.person"
                    ),
                ),
            ],
            options={
                "verbose_name": "opening of a record",
                "verbose_name_plural": "openings of records",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("job", "person", "job_version"), name="opening_once_per_version"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="instrument",
            index=models.Index(fields=["due_on", "id"], name="instrument_due"),
        ),
    ]
