from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("metrology", "0003_search")]

    operations = []
