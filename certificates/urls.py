"""Addresses of this app: pages here, nouns of the API in `api_routes`."""

from django.urls import URLPattern, URLResolver
from rest_framework.viewsets import ViewSetMixin

api_routes: list[tuple[str, type[ViewSetMixin], str]] = []

urlpatterns: list[URLPattern | URLResolver] = []
