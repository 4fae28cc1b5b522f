"""The language of an account: chosen in any page's head, kept with the account, applied at sign-in."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import check_for_language
from django.views.i18n import set_language as set_for_browser

from metrology.models import User


def carry(answer: HttpResponse, user: User) -> None:
    """Let the browser speak the language of the account from now on, if it has chosen one."""
    if user.language and check_for_language(user.language):
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            path=settings.LANGUAGE_COOKIE_PATH,
            secure=settings.SESSION_COOKIE_SECURE,
            samesite="Lax",
        )


def set_language(request: HttpRequest) -> HttpResponseBase:
    """Switch the language of the browser and, signed in, of the account."""
    answer = set_for_browser(request)
    chosen = request.POST.get("language", "")
    known = chosen in dict(settings.LANGUAGES)
    if request.method == "POST" and known and isinstance(request.user, User):
        User.objects.filter(pk=request.user.pk).exclude(language=chosen).update(language=chosen)
    return answer
