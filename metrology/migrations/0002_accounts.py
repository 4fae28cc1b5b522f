import unicodedata

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import metrology.identifiers

ROLES = [
    ("city_admin", "City administrator"),
    ("county_admin", "County administrator"),
    ("manager", "Laboratory manager"),
    ("counter", "Counter staff"),
    ("staff", "Laboratory staff"),
    ("enterprise_admin", "Enterprise administrator"),
    ("enterprise_user", "Enterprise user"),
    ("auditor", "Auditor"),
    ("operator", "System operator"),
]
SAME_SHAPE = str.maketrans({"0": "o", "1": "l", "i": "l"})


def give_shapes(apps, schema_editor):
    """Names given out before may look alike; the first of them keeps the shape, nobody is renamed."""
    taken = set()
    for user in apps.get_model("metrology", "User").objects.order_by("pk"):
        form = unicodedata.normalize("NFKC", user.username).strip().casefold().translate(SAME_SHAPE)
        if form not in taken:
            taken.add(form)
            user.shape = form
            user.save(update_fields=["shape"])


class Migration(migrations.Migration):
    dependencies = [("metrology", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="second_step_asked_on",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="user",
            name="shape",
            field=models.CharField(editable=False, max_length=150, null=True, unique=True),
        ),
        migrations.CreateModel(
            name="Invitation",
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
                ("role", models.CharField(choices=ROLES, max_length=20, verbose_name="role")),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email")),
                ("phone", models.CharField(blank=True, max_length=40, verbose_name="phone")),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("invited_at", models.DateTimeField(verbose_name="invited at")),
                ("expires_at", models.DateTimeField(verbose_name="expires at")),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "Open"), ("accepted", "Taken up"), ("withdrawn", "Withdrawn")],
                        default="pending",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "accepted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations_sent",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="metrology.organization",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="metrology.person",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="RegistrationRequest",
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
                (
                    "credit_code",
                    models.CharField(db_index=True, max_length=18, verbose_name="unified social credit code"),
                ),
                ("name", models.CharField(max_length=160, verbose_name="name of the enterprise")),
                ("contact", models.CharField(max_length=60, verbose_name="contact person")),
                ("phone", models.CharField(max_length=40, verbose_name="phone")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email")),
                (
                    "wish",
                    models.CharField(blank=True, max_length=400, verbose_name="what you would like to do"),
                ),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "Waiting"), ("approved", "Invited"), ("declined", "Declined")],
                        default="pending",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=400, verbose_name="reason")),
                ("decided_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "invitation",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="request",
                        to="metrology.invitation",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="metrology.organization",
                        verbose_name="organization",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="metrology.region",
                        verbose_name="region",
                    ),
                ),
            ],
            options={
                "verbose_name": "request for access",
                "verbose_name_plural": "requests for access",
                "ordering": ("-pk",),
            },
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("accepted_by__isnull", True), ("state", "accepted"), _connector="OR"),
                name="invitation_taken_once",
            ),
        ),
        migrations.AddIndex(
            model_name="registrationrequest",
            index=models.Index(fields=["state", "region"], name="registration_queue"),
        ),
        migrations.RunPython(give_shapes, migrations.RunPython.noop),
    ]
