"""The delivery slip (送检单): one order on paper, with a QR code that opens it at the counter."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from instruments.models import ServiceOrder
from metrology import clock, pdf
from metrology.errors import DomainError
from metrology.svg import qr_svg

TEMPLATE = "pdf/slip.html"
STYLE = "templates/pdf/slip.css"


def document(order: ServiceOrder) -> bytes:
    """The slip as A4 in Chinese with small English; a character that no font can draw is a refusal."""
    now = clock.now()
    return printed(
        page(order),
        title=f"送检单 {order.number}",
        author=order.institute.name_zh,
        stylesheets=(style(STYLE),),
        at=now,
    )


def page(order: ServiceOrder) -> str:
    """The slip as HTML; its words are Chinese whatever the reader's language is."""
    with override("zh-hans"):
        items = list(order.items.select_related("instrument").order_by("pk"))
        return render_to_string(
            TEMPLATE,
            {
                "order": order,
                "items": items,
                "qr": qr_svg(f"{settings.PUBLIC_URL}{reverse('order', args=[order.public_id])}", border=0),
                "waived": sum(item.fee_waived for item in items),
                "is_demo": order.institute.is_demo or order.client.is_demo,
                "printed_at": clock.now(),
            },
        )


def printed(html: str, *, title: str, author: str, stylesheets: tuple[str, ...], at: Any) -> bytes:
    """A page off the press; what cannot be drawn is said with its characters."""
    metadata = pdf.Metadata(title=title, created=at, modified=at, author=author)
    try:
        return pdf.render(html, metadata=metadata, stylesheets=stylesheets)
    except pdf.MissingGlyph as error:
        named = "、".join(pdf.named(character) for character in error.characters)
        raise DomainError(
            _("These characters cannot be printed: %(named)s. Correct them in the ledger or in the order.")
            % {"named": named}
        ) from error


@cache
def style(path: str) -> str:
    return (settings.BASE_DIR / path).read_text(encoding="utf-8")
