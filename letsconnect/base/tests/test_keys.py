import pytest

from letsconnect.base.keys import key_or_none, keys_among


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("7", 7),
        ("007", 7),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, None),
        ("9" * 5000, None),
        ("", None),
        ("-1", None),
        ("1.0", None),
        ("٣", None),
        ("²", None),
        ("one", None),
    ],
)
def test_a_key_is_a_number_that_a_row_can_have(word, key):
    assert key_or_none(word) == key
    assert keys_among([word, "3"]) == [number for number in (key, 3) if number is not None]
