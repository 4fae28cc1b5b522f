from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("metrology", "0003_search")]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="digest",
            field=models.CharField(blank=True, db_index=True, default="", max_length=64),
            preserve_default=False,
        ),
    ]
