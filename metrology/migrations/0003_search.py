from django.db import migrations, models


class Migration(migrations.Migration):
    """The table; what each database adds to it comes after every migrate (metrology/search/tables.py)."""

    dependencies = [("metrology", "0002_accounts")]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=80)),
                ("title", models.CharField(max_length=240)),
                ("subtitle", models.CharField(blank=True, max_length=400)),
                ("words", models.TextField()),
                ("codes", models.TextField(blank=True)),
                ("initials", models.TextField(blank=True)),
                ("spelled", models.TextField(blank=True)),
            ],
        ),
    ]
