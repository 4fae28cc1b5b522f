from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("instruments", "0003_imports")]

    operations = []
