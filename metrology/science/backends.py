"""What an expression computes with: one small interface, and Decimal as its first implementation.

A later backend (float, GTC, numpy) implements the same interface and runs the same compiled expressions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    Underflow,
    localcontext,
)
from typing import Protocol, TypeVar

from metrology.science import statistics
from metrology.science.errors import ExpressionError, StatisticsError, gettext_noop

T = TypeVar("T")

PRECISION = statistics.PRECISION
_CONTEXT = Context(
    prec=PRECISION,
    rounding=ROUND_HALF_EVEN,
    Emin=-999,
    Emax=999,
    traps=[InvalidOperation, DivisionByZero, Overflow, Underflow],
)
_PI = Decimal("3.1415926535897932384626433832795028841971693993751")


def fifty_digits() -> AbstractContextManager[Context]:
    """The engine's own decimal arithmetic, whatever the thread was set to."""
    return localcontext(_CONTEXT)


class Backend(Protocol[T]):
    """The arithmetic behind an expression."""

    def number(self, literal: str) -> T: ...
    def constant(self, name: str) -> T: ...
    def add(self, left: T, right: T) -> T: ...
    def subtract(self, left: T, right: T) -> T: ...
    def multiply(self, left: T, right: T) -> T: ...
    def divide(self, left: T, right: T) -> T: ...
    def negate(self, value: T) -> T: ...
    def power(self, base: T, exponent: Decimal) -> T: ...
    def call(self, function: str, value: T) -> T: ...
    def reduce(self, reducer: str, values: Sequence[T]) -> T: ...


def worst(values: Sequence[Decimal]) -> Decimal:
    """The value farthest from zero, with its sign; of two equally far ones the larger."""
    return max(values, key=lambda value: (abs(value), value))


class DecimalBackend:
    """Fifty digits, half-even; a domain error or an overflow is an ExpressionError, never a number."""

    _functions: dict[str, Callable[[Decimal], Decimal]] = {
        "sqrt": _CONTEXT.sqrt,
        "exp": _CONTEXT.exp,
        "ln": _CONTEXT.ln,
        "log": _CONTEXT.ln,
        "log10": _CONTEXT.log10,
        "abs": _CONTEXT.abs,
    }
    _reducers: dict[str, Callable[[Sequence[Decimal]], Decimal]] = {
        "mean": statistics.mean,
        "s": statistics.standard_deviation,
        "range": statistics.spread,
        "min": min,
        "max": max,
        "worst": worst,
    }

    def number(self, literal: str) -> Decimal:
        return Decimal(literal)

    def constant(self, name: str) -> Decimal:
        return {"pi": _PI}[name]

    def add(self, left: Decimal, right: Decimal) -> Decimal:
        return self._guarded(lambda: _CONTEXT.add(left, right))

    def subtract(self, left: Decimal, right: Decimal) -> Decimal:
        return self._guarded(lambda: _CONTEXT.subtract(left, right))

    def multiply(self, left: Decimal, right: Decimal) -> Decimal:
        return self._guarded(lambda: _CONTEXT.multiply(left, right))

    def divide(self, left: Decimal, right: Decimal) -> Decimal:
        return self._guarded(lambda: _CONTEXT.divide(left, right))

    def negate(self, value: Decimal) -> Decimal:
        return _CONTEXT.minus(value)

    def power(self, base: Decimal, exponent: Decimal) -> Decimal:
        return self._guarded(lambda: _CONTEXT.power(base, exponent))

    def call(self, function: str, value: Decimal) -> Decimal:
        if function not in self._functions:
            raise ExpressionError(
                "function_unavailable",
                gettext_noop("The function %(name)s is not available in decimal arithmetic."),
                name=function,
            )
        return self._guarded(lambda: self._functions[function](value))

    def reduce(self, reducer: str, values: Sequence[Decimal]) -> Decimal:
        with localcontext(_CONTEXT):
            if reducer == "sum":
                return self._guarded(lambda: sum(values, Decimal()))
            if reducer == "count":
                return Decimal(len(values))
            return self._guarded(lambda: self._reducers[reducer](values))

    def _guarded(self, compute: Callable[[], Decimal]) -> Decimal:
        try:
            value = compute()
            if value.is_finite():
                return value
            raise InvalidOperation
        except StatisticsError as error:
            raise ExpressionError(error.key, error.template, **error.params) from error
        except DivisionByZero as error:
            raise ExpressionError("division_by_zero", gettext_noop("Division by zero.")) from error
        except (Overflow, Underflow) as error:
            raise ExpressionError(
                "overflow", gettext_noop("The result is too large or too small to be a measured value.")
            ) from error
        except (InvalidOperation, ZeroDivisionError) as error:
            raise ExpressionError(
                "domain", gettext_noop("The expression has no value for these numbers.")
            ) from error


DECIMAL = DecimalBackend()
