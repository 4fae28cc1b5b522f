"""Letters of accounts; without a mail server none is written, and the page says so."""

from __future__ import annotations

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from metrology.models import Invitation

logger = logging.getLogger(__name__)


def is_configured() -> bool:
    """Whether letters reach anybody: without EMAIL_URL they end in files."""
    return not str(settings.EMAIL_BACKEND).endswith("filebased.EmailBackend")


def link_of(token: str) -> str:
    """The address that is handed over; it works once."""
    return f"{settings.PUBLIC_URL}{reverse('invitation', args=[token])}"


def send_invitation(invitation: Invitation, token: str) -> bool:
    """Send the link to the address of the invitation; whether it was handed to the mail server."""
    if not invitation.email or not is_configured():
        return False
    context = {"invitation": invitation, "link": link_of(token)}
    subject = _("Invitation to %(organization)s · Liangzhun") % {"organization": invitation.organization}
    try:
        send_mail(
            " ".join(subject.split()),
            render_to_string("account/email/invitation.txt", context),
            settings.DEFAULT_FROM_EMAIL,
            [invitation.email],
        )
    except (SMTPException, OSError):
        logger.warning("An invitation could not be mailed", exc_info=True)
        return False
    return True
