import pytest

from metrology.credit_code import check_character, is_valid


@pytest.mark.parametrize(
    ("first_seventeen", "last"),
    [
        ("0" * 17, "0"),
        ("1" + "0" * 16, "Y"),  # 1·1, 31 - 1 = 30
        ("01" + "0" * 15, "W"),  # 1·3, 31 - 3 = 28
        ("0" * 16 + "1", "3"),  # weight 28, 31 - 28 = 3
        ("9" + "0" * 16, "N"),  # 9·1, 31 - 9 = 22
    ],
)
def test_it_completes_the_weighted_sum_to_a_multiple_of_31(first_seventeen: str, last: str) -> None:
    assert check_character(first_seventeen) == last
    assert is_valid(first_seventeen + last)


@pytest.mark.parametrize(
    "code",
    [
        "",
        "0" * 17,
        "0" * 19,
        "0" * 17 + "1",
        "I" + "0" * 17,  # I, O, S, V and Z are not in the alphabet
        "Ｏ" + "0" * 17,
        "0" * 17 + "o",
    ],
)
def test_it_refuses_wrong_lengths_letters_and_checks(code: str) -> None:
    assert not is_valid(code)


def test_it_notices_two_swapped_neighbours() -> None:
    whole = "9137090012345678" + "X"
    code = whole + check_character(whole)
    swapped = code[:3] + code[4] + code[3] + code[5:]
    assert is_valid(code)
    assert swapped != code
    assert not is_valid(swapped)


def test_it_accepts_a_code_that_others_print_as_an_example() -> None:
    assert is_valid("91350100M000100Y43")
    assert not is_valid("91350100M000100Y4Y")
