"""The way to the organization's own sign-in and back; when the other side is down, a page says so."""

import logging

import requests
from allauth.socialaccount.providers.openid_connect import views
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from metrology import oidc

logger = logging.getLogger(__name__)


def leave(request: HttpRequest) -> HttpResponseBase:
    """Send the browser to the provider, whose addresses are asked for first."""
    try:
        answer: HttpResponseBase = views.login(request, oidc.PROVIDER_ID)
    except (requests.RequestException, KeyError, ValueError):
        return unreachable(request)
    return answer


def come_back(request: HttpRequest) -> HttpResponseBase:
    """Take the answer of the provider."""
    try:
        answer: HttpResponseBase = views.callback(request, oidc.PROVIDER_ID)
    except (requests.RequestException, KeyError, ValueError):
        return unreachable(request)
    return answer


def unreachable(request: HttpRequest) -> HttpResponse:
    logger.warning("Single sign-on did not answer as it should", exc_info=True)
    return render(request, "socialaccount/authentication_error.html", status=502)
