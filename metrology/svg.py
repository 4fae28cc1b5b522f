"""Drawings made on the server, as SVG that pages and printed documents share."""

from io import BytesIO

import segno


def qr_svg(text: str, *, border: int = 4, label: str = "") -> str:
    """A QR code (ISO/IEC 18004, error correction M) as inline SVG that scales with its box."""
    buffer = BytesIO()
    segno.make(text, micro=False, error="m", boost_error=False).save(
        buffer,
        kind="svg",
        border=border,
        xmldecl=False,
        omitsize=True,
        nl=False,
        svgclass="qr",
        lineclass=None,
        title=label or None,
    )
    return buffer.getvalue().decode()


def qr_data_uri(text: str, *, border: int = 4) -> str:
    """The same QR code for an `img` element."""
    return segno.make(text, micro=False, error="m", boost_error=False).svg_data_uri(border=border)
