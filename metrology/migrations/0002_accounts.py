from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("metrology", "0001_initial")]

    operations = []
