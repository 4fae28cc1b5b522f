from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrology.science.conformity import Verdict, judge, overall
from metrology.science.errors import ConformityError


def within(rule, d, mpe, expanded=None):
    limit = Decimal(mpe)
    uncertainty = None if expanded is None else Decimal(expanded)
    return judge(rule, Decimal(d), low=-limit, high=limit, expanded=uncertainty)


@pytest.mark.parametrize(
    ("d", "mpe", "expanded", "verdict"),
    [
        ("0.8", "1.0", "0.3", "pass"),
        ("1.01", "1.0", "0.3", "fail"),
        ("0.8", "1.0", "0.5", "undetermined"),
        ("0.5", "1.0", "0.5", "pass"),
        ("1.5", "1.0", "0.5", "fail"),
        ("1.2", "1.0", "0.5", "undetermined"),
        ("2.9", "3.0", "1.0", "pass"),
        ("3.1", "3.0", "1.0", "fail"),
        ("1.4", "3.0", "1.5", "pass"),
        ("2.0", "3.0", "1.5", "undetermined"),
        ("4.6", "3.0", "1.5", "fail"),
        ("-4.5", "3.0", "1.5", "fail"),
        ("0.25", "0.3", "0.10", "pass"),
        ("-0.008", "0.02", "0.009", "pass"),
    ],
)
def test_it_decides_the_cases_of_jjf_1094(d, mpe, expanded, verdict):
    assert within("jjf1094", d, mpe, expanded) == verdict


@pytest.mark.parametrize(
    ("d", "mpe", "verdict"),
    [
        ("-0.05", "0.05", "pass"),
        ("0.05", "0.05", "pass"),
        ("0.050001", "0.05", "fail"),
        ("-1", "0.5", "fail"),
    ],
)
def test_a_limit_met_exactly_is_met(d, mpe, verdict):
    assert within("jjg_simple", d, mpe) == verdict


def test_limits_may_be_one_sided():
    assert judge("jjg_simple", Decimal(-100), high=Decimal(1)) is Verdict.PASS
    assert judge("jjg_simple", Decimal(-100), low=Decimal(1)) is Verdict.FAIL
    assert judge("jjf1094", Decimal("0.9"), high=Decimal(1), expanded=Decimal("0.2")) is Verdict.PASS
    assert judge("jjf1094", Decimal("0.9"), high=Decimal(1), expanded=Decimal("0.5")) is Verdict.UNDETERMINED
    assert judge("jjf1094", Decimal("0.5"), low=Decimal(1), expanded=Decimal("0.5")) is Verdict.FAIL


@pytest.mark.parametrize(
    ("rule", "low", "high", "expanded"),
    [
        ("coin", None, Decimal(1), None),
        ("jjg_simple", None, None, None),
        ("jjg_simple", Decimal(2), Decimal(1), None),
        ("jjf1094", None, Decimal(1), None),
        ("jjf1094", None, Decimal(1), Decimal(-1)),
    ],
)
def test_it_refuses_to_decide_without_what_the_rule_needs(rule, low, high, expanded):
    with pytest.raises(ConformityError):
        judge(rule, Decimal(0), low=low, high=high, expanded=expanded)


def test_the_worst_verdict_is_the_verdict_of_all():
    assert overall([]) is None
    assert overall([Verdict.PASS, Verdict.PASS]) is Verdict.PASS
    assert overall([Verdict.PASS, Verdict.CONDITIONAL_PASS]) is Verdict.CONDITIONAL_PASS
    assert overall([Verdict.UNDETERMINED, Verdict.CONDITIONAL_PASS]) is Verdict.UNDETERMINED
    assert overall([Verdict.UNDETERMINED, Verdict.CONDITIONAL_FAIL]) is Verdict.CONDITIONAL_FAIL
    assert overall([Verdict.PASS, Verdict.FAIL, Verdict.UNDETERMINED]) is Verdict.FAIL


SEVERITY = [Verdict.PASS, Verdict.UNDETERMINED, Verdict.FAIL]
sizes = st.decimals(min_value=0, max_value=10, places=3)


@given(sizes, sizes, sizes, sizes)
def test_a_larger_error_never_gets_a_better_verdict(one, other, mpe, expanded):
    small, large = sorted((one, other))
    for rule in ("jjg_simple", "jjf1094"):
        verdicts = [judge(rule, d, low=-mpe, high=mpe, expanded=expanded) for d in (small, large)]
        assert SEVERITY.index(verdicts[0]) <= SEVERITY.index(verdicts[1])


@given(st.decimals(min_value=-10, max_value=10, places=3), sizes, sizes)
def test_the_sign_of_an_error_does_not_matter(d, mpe, expanded):
    for rule in ("jjg_simple", "jjf1094"):
        assert judge(rule, d, low=-mpe, high=mpe, expanded=expanded) is judge(
            rule, -d, low=-mpe, high=mpe, expanded=expanded
        )
