from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("instruments", "0002_initial"), ("metrology", "0002_accounts")]

    operations = []
