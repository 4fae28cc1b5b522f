"""Measurement science as plain Python: text and Decimal in, text and Decimal out, no framework and no clock."""
