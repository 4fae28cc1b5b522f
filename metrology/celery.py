"""The Celery application and its whole schedule."""

from celery import Celery
from django.conf import settings

app = Celery("metrology")
app.config_from_object(settings.CELERY)
app.autodiscover_tasks()
