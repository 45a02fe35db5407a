"""Comparing text in the same way as policies in other languages do."""

from typing import Final

# Unicode's white space. `str.strip()` removes four control characters more.
_WHITE_SPACE: Final = (
    "\t\n\v\f\r \x85\xa0\u1680"
    "\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)


def trim(text: str) -> str:
    """The text without white space at its ends."""
    return text.strip(_WHITE_SPACE)


def ascii_lower(text: str) -> str:
    """The text with the letters A to Z in lower case, and all others as they are.

    `str.lower()` turns some letters of other alphabets into ASCII ones, so that
    two domains would look alike that are not: the Kelvin sign becomes a `k`.

    >>> ascii_lower("Example.COM")
    'example.com'
    """
    return text.lower() if text.isascii() else text.encode().lower().decode()
