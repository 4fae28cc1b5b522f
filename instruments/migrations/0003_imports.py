import django.db.models.deletion
import metrology.identifiers
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("instruments", "0002_initial"),
        ("metrology", "0002_accounts"),
    ]

    operations = [
        migrations.AddField(
            model_name="instrument",
            name="delivery",
            field=models.CharField(
                blank=True,
                choices=[("delivered", "Delivered to the institute"), ("on_site", "On site")],
                max_length=10,
                verbose_name="way of delivery",
            ),
        ),
        migrations.AddField(
            model_name="instrument",
            name="kind",
            field=models.CharField(blank=True, max_length=80, verbose_name="kind within the category"),
        ),
        migrations.CreateModel(
            name="ImportBatch",
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
                ("name", models.CharField(max_length=200, verbose_name="file name")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("content", models.BinaryField(default=b"")),
                ("sheet", models.CharField(blank=True, max_length=120, verbose_name="sheet")),
                ("sheets", models.JSONField(default=list)),
                ("headings", models.JSONField(default=list)),
                ("mapping", models.JSONField(default=list)),
                ("is_headed", models.BooleanField(default=True)),
                (
                    "on_duplicate",
                    models.CharField(
                        choices=[("skip", "Leave the ledger as it is"), ("update", "Update the ledger")],
                        default="skip",
                        max_length=6,
                        verbose_name="instruments already in the ledger",
                    ),
                ),
                ("is_whole", models.BooleanField(default=False, verbose_name="all or nothing")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("mapping", "Columns to match"),
                            ("checking", "Being checked"),
                            ("review", "To be looked at"),
                            ("entering", "Being entered"),
                            ("done", "Entered"),
                        ],
                        default="mapping",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("total", models.PositiveIntegerField(default=0, verbose_name="rows")),
                ("created_at", models.DateTimeField(verbose_name="uploaded at")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="entered at")),
                ("sent_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "entered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="metrology.membership",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="import_batches",
                        to="metrology.organization",
                        verbose_name="uploaded by",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="metrology.organization",
                        verbose_name="owner of the instruments",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="metrology.membership",
                    ),
                ),
            ],
            options={
                "verbose_name": "import",
                "verbose_name_plural": "imports",
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="ImportRow",
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
                ("line", models.PositiveIntegerField(verbose_name="row")),
                ("values", models.JSONField(default=dict)),
                ("traps", models.JSONField(default=dict)),
                ("problems", models.JSONField(default=list)),
                ("key", models.CharField(max_length=64)),
                (
                    "choice",
                    models.CharField(
                        blank=True,
                        choices=[("skip", "Leave the ledger as it is"), ("update", "Update the ledger")],
                        max_length=6,
                    ),
                ),
                (
                    "doing",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("enter", "Enter as new"),
                            ("update", "Update the ledger"),
                            ("same", "Already there, identical"),
                            ("skip", "Already there, left as it is"),
                        ],
                        max_length=6,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Not checked yet"),
                            ("ready", "Ready"),
                            ("notice", "Look at it"),
                            ("wrong", "To correct"),
                            ("entered", "Entered"),
                        ],
                        default="waiting",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="instruments.importbatch",
                    ),
                ),
                (
                    "instrument",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="instruments.instrument",
                    ),
                ),
            ],
            options={
                "verbose_name": "row of an import",
                "verbose_name_plural": "rows of imports",
                "ordering": ("line",),
            },
        ),
        migrations.AddIndex(
            model_name="importbatch",
            index=models.Index(fields=["state", "sent_at"], name="import_outbox"),
        ),
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(fields=["batch", "state"], name="import_row_state"),
        ),
        migrations.AddIndex(
            model_name="importrow",
            index=models.Index(fields=["batch", "key"], name="import_row_key"),
        ),
        migrations.AddConstraint(
            model_name="importrow",
            constraint=models.UniqueConstraint(fields=("batch", "line"), name="import_row_once"),
        ),
    ]
