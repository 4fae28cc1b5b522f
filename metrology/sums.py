"""Sums of decimals that are exact on every database."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, Sum


class ExactSum(Sum):
    """A sum with the places of its column: SQLite adds as floats, and 9,400 m² came as 9399.99999999999."""

    def get_db_converters(self, connection: Any) -> list[Any]:
        field = self.output_field
        assert isinstance(field, DecimalField)
        step = Decimal(1).scaleb(-field.decimal_places)

        def rounded(value: Decimal | None, *_ignored: Any) -> Decimal | None:
            return None if value is None else value.quantize(step)

        return [*super().get_db_converters(connection), rounded]
