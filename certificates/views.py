"""Pages of certificates: the public check, and the document itself for whoever may see it."""

import hashlib
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from certificates import files, verify
from certificates.models import Certificate
from metrology import clock, limits
from metrology.actors import Actor

MISSES = "verify"
MOST_BYTES = 20 * 1024 * 1024


class LookUpForm(forms.Form):
    """A number alone could be counted through, so a second thing from the paper is asked for."""

    number = forms.CharField(label=gettext_lazy("certificate no."), max_length=40)
    factor = forms.CharField(
        label=gettext_lazy("last 6 characters of the code, or the holder's credit code"),
        min_length=verify.TAIL,
        max_length=24,
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    """Ask by typing; answered in place, without giving the code away."""
    if request.method != "POST":
        return render(request, "certificates/look_up.html", {"form": LookUpForm()})
    who = limits.address_of(request)
    if limits.is_shut(MISSES, who, limits.MOST_MISSES):
        return _too_many(request)
    form = LookUpForm(request.POST)
    if not form.is_valid():
        return render(request, "certificates/look_up.html", {"form": form}, status=400)
    found = verify.look_up(form.cleaned_data["number"], form.cleaned_data["factor"])
    if found is None:
        limits.miss(MISSES, who)
    return _shown(request, found)


@never_cache
@require_safe
def check(request: HttpRequest, code: str, as_json: bool = False) -> HttpResponse:
    """The answer behind the QR code, for people and for machines."""
    preferred = request.get_preferred_type(["text/html", "application/json"])
    wants_json = as_json or preferred == "application/json"
    who = limits.address_of(request)
    found = verify.find(code)
    if found is None:
        if limits.is_shut(MISSES, who, limits.MOST_MISSES):
            return _too_many(request, wants_json)
        limits.miss(MISSES, who)
    if wants_json:
        return JsonResponse(
            verify.answer(found), status=200 if found else 404, json_dumps_params={"ensure_ascii": False}
        )
    return _shown(request, found)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check_file(request: HttpRequest) -> HttpResponse:
    """Is this the very file that was issued? By its hash, or by the file where no browser can hash it."""
    who = limits.address_of(request)
    sent = request.FILES.get("file") if request.method == "POST" else None
    sha256 = request.GET.get("sha256", "").lower()
    context: dict[str, Any] = {}
    if limits.is_shut(MISSES, who, limits.MOST_MISSES):
        context["refusal"] = _("Too many documents were not found. Wait ten minutes and try again.")
    elif request.method == "POST" and sent is None:
        context["refusal"] = _("Choose a file first.")
    elif sent is not None and (sent.size or 0) > MOST_BYTES:
        context["refusal"] = _("The file is too large to be one of ours.")
    else:
        if sent is not None:
            sha256 = hashlib.file_digest(sent, "sha256").hexdigest()
        context["sha256"] = sha256 if verify.HASH.fullmatch(sha256) else ""
        context["found"] = verify.by_file(sha256)
        if context["sha256"] and context["found"] is None:
            limits.miss(MISSES, who)
    status = 400 if "refusal" in context else 200
    return render(request, "certificates/file.html", context, status=status)


@require_safe
def to_check(request: HttpRequest, code: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("check", args=[code]))


@login_required
@never_cache
@require_safe
def download(request: HttpRequest, number: str) -> HttpResponse:
    """The PDF, for its holder, its institute and the authorities above; absent for everybody else."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by ActorMiddleware
    rows = Certificate.objects.visible_to(actor).select_related("seal")
    certificate = rows.filter(number=number, seal__isnull=False).first()
    if certificate is None:
        raise Http404
    return pdf_answer(files.read(certificate.seal.pdf_sha256), certificate.number)


def pdf_answer(content: bytes, number: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{number}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )


def _shown(request: HttpRequest, found: Certificate | None) -> HttpResponse:
    facts: dict[str, Any] = {
        "word": verify.word_of(found, clock.today()),
        "answer": verify.answer(found),
        "kind": found.get_kind_display() if found else "",
    }
    return render(request, "certificates/check.html", facts, status=200 if found else 404)


def _too_many(request: HttpRequest, wants_json: bool = False) -> HttpResponse:
    text = _("Too many documents were not found. Wait ten minutes and try again.")
    facts = {"form": LookUpForm(), "refusal": text}
    answer: HttpResponse = (
        JsonResponse({"detail": text}, status=429)
        if wants_json
        else render(request, "certificates/look_up.html", facts, status=429)
    )
    answer["Retry-After"] = str(limits.WINDOW)
    return answer
