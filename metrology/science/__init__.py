"""Measurement science as plain Python: decimals in and out, no framework and no clock."""
