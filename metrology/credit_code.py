"""The unified social credit code and its check character (GB 32100-2015)."""

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_LENGTH = 18


def check_character(first_seventeen: str) -> str:
    """The 18th character: weights are powers of 3 modulo 31, the sum is completed to 31."""
    total = sum(_VALUES[character] * pow(3, place, 31) for place, character in enumerate(first_seventeen))
    return ALPHABET[-total % 31]


def is_valid(code: str) -> bool:
    """Whether a code has 18 characters of the alphabet and the right last one."""
    known = len(code) == _LENGTH and all(character in _VALUES for character in code)
    return known and check_character(code[:-1]) == code[-1]
