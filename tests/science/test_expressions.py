import math
import time
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrology.science.errors import ExpressionError
from metrology.science.expressions import compile_condition, compile_expression, evaluate

X = {"x": Decimal("1.5")}

ATTACKS = [
    "().__class__.__bases__[0].__subclasses__()",
    "__import__('os').system('echo PWNED')",
    "9**9**9**9",
    "(9**9**9)**9",
    "'a'*10**10",
    "'{0.__class__}'.format(x)",
    "(lambda: 1)()",
    "(" * 300 + "x" + ")" * 300,
    "+".join("x" * 20_000),
    "[i for i in range(10**9)]",
    "1<<10**10",
    "f'{x.__class__}'",
    "(y:=x)",
    "x.real",
    "\ufb01+x",
    "x/0",
    "-" * 5000 + "x",
    "- " * 900 + "x",
    "x" + "**x" * 600,
    "x" + "**2" * 600,
    "x\n+1",
    "x\x00",
    "\ud800",
    "x if x else x",
    "x and x",
    "x < 1",
    "not x",
    "True + x",
    "None",
    "0x10",
    "1_000",
    "1j",
    "01",
    "x//2",
    "x%2",
    "x@x",
    "~x",
    "x[0]",
    "{x}",
    "x,",
    "*x",
    "mean(*x)",
    "sqrt(x, x)",
    "sqrt(x=1)",
    "sqrt()",
    "mean()",
    "sqrt(x)(x)",
    "sqrt",
    "open(x)",
    "eval(x)",
    "__import__(x)",
    "x.__class__()",
    "x**x",
    "x**11",
    "x**-11",
    "(((((9**10)**10)**10)**10)**10)**10",
    "exp(10**9)",
    "exp(-10**9)",
    "1e99999",
    "1" * 41,
    "0**-1",
    "ln(0)",
    "ln(-1)",
    "log10(0)",
    "sqrt(-x)",
    "(-x)**0.5",
    "s(x)",
    "sin(x)",
    "y + x",
    "",
    "   ",
    "x +",
]


@pytest.mark.parametrize("source", ATTACKS, ids=[attack[:30] or "empty" for attack in ATTACKS])
def test_it_refuses_every_attack_at_once(source):
    started = time.perf_counter()
    with pytest.raises(ExpressionError) as refusal:
        evaluate(source, X)
    assert time.perf_counter() - started < 0.05
    assert refusal.value.message


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("0.1 + 0.2", "0.3"),
        ("1.005*100", "100.5"),
        ("x/4*2", "0.75"),
        ("10 - 3 - 2", "5"),
        ("-x**2", "-2.25"),
        ("2**-2", "0.25"),
        ("4**0.5", "2"),
        ("abs(-x)", "1.5"),
        ("sqrt(2.25)", "1.5"),
        ("log10(1000)", "3"),
        ("ln(exp(1))", "1"),
        ("min(x, 2, -1)", "-1"),
        ("max(x, 2)", "2"),
        ("worst(-0.05, -0.01, 0.04)", "-0.05"),
        ("worst(-0.5, 0.5)", "0.5"),
        ("range(1, 4, 2)", "3"),
        ("mean(1, 2)", "1.5"),
        ("sum(1, 2, 3)", "6"),
        ("count(1, 2, 3)", "3"),
        ("1e-3*x", "0.0015"),
        ("+x", "1.5"),
    ],
)
def test_it_computes_in_decimals_as_written(source, value):
    assert abs(evaluate(source, X) - Decimal(value)) < Decimal("1e-45")


def test_it_is_exact_where_decimals_are():
    assert evaluate("0.1 + 0.2 - 0.3", {}) == 0
    assert str(evaluate("10.00", {})) == "10.00"


def test_it_sums_a_hundred_terms():
    names = {f"x{index}": Decimal(index) for index in range(100)}
    assert evaluate("+".join(names), names) == 4950


def test_it_evaluates_the_second_example_of_the_temperature_table():
    assert evaluate("19.93*(1 + 4*0.00005)", {}) == Decimal("19.933986")


def test_it_reduces_a_name_that_stands_for_many_readings():
    readings = {"P": [Decimal(2), Decimal(4), Decimal(9)], "nominal": Decimal(4)}
    assert evaluate("mean(P) - nominal", readings) == 1
    assert evaluate("range(P)", readings) == 7
    assert evaluate("max(P, 10)", readings) == 10
    with pytest.raises(ExpressionError) as refusal:
        evaluate("P - nominal", readings)
    assert refusal.value.key == "several_values"


def test_it_says_which_names_it_needs():
    formula = compile_expression("mean(P) - nominal + max(a, 2*b)")
    assert formula.scalars == {"nominal", "b"}
    assert formula.sequences == {"P", "a"}


def test_it_compiles_once_and_runs_on_another_backend():
    class Floats:
        number = staticmethod(float)

        def constant(self, name):
            return {"pi": math.pi}[name]

        def add(self, left, right):
            return left + right

        def multiply(self, left, right):
            return left * right

        def power(self, base, exponent):
            return base ** float(exponent)

        def call(self, function, value):
            return getattr(math, function)(value)

    formula = compile_expression("2*x**2 + sin(pi*0.5)")
    assert formula.evaluate({"x": 1.5}, Floats()) == pytest.approx(5.5)


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        ("500*x <= 750", True),
        ("1 < x < 2", True),
        ("x > 1.5", False),
        ("x == 1.50", True),
        ("x != 1.5", False),
    ],
)
def test_it_asks_conditions(source, holds):
    assert compile_condition(source).holds(X) is holds


@pytest.mark.parametrize(
    "source", ["x", "x in x", "x is x", "x < 1 and x > 0", "x <", "x < __import__", "x = 1"]
)
def test_it_refuses_what_is_no_condition(source):
    with pytest.raises(ExpressionError):
        compile_condition(source).holds(X)


numbers = st.decimals(min_value=-10_000, max_value=10_000, places=4)


def sources(depth=4):
    leaf = numbers.map(lambda value: (f"({value})", lambda: value))
    return st.recursive(
        leaf, lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(_join), max_leaves=20
    )


def _join(parts):
    (left, left_value), sign, (right, right_value) = parts
    compute = {"+": Decimal.__add__, "-": Decimal.__sub__, "*": Decimal.__mul__}[sign]
    return f"({left} {sign} {right})", lambda: compute(left_value(), right_value())


@given(sources())
def test_it_agrees_with_decimal_arithmetic(pair):
    source, expected = pair
    with localcontext() as context:
        context.prec = 50
        assert evaluate(source, {}) == expected()


@given(st.text(alphabet="x0123456789.+-*/() ,emanprtsql", max_size=60))
def test_it_never_fails_in_another_way(source):
    try:
        value = evaluate(source, X)
    except ExpressionError:
        return
    assert value.is_finite()
