from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("metrology", "0002_accounts")]

    operations = []
