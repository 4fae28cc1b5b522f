"""The addresses of an installation in demonstration mode."""

from django.urls import include, path

from metrology.urls import handler404, handler500
from metrology.urls import urlpatterns as usual

__all__ = ["handler404", "handler500", "urlpatterns"]

urlpatterns = [*usual, path("", include("metrology.management.demo.doors"))]
