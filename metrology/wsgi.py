"""What a web server loads."""

import os

from django.core.wsgi import get_wsgi_application

from metrology.management.guarded import follow_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "metrology.settings")

application = get_wsgi_application()
follow_parent()
