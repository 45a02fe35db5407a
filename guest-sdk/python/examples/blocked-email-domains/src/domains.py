"""Writes domains in one way, in which they can be compared."""

import re
from collections.abc import Iterator

from admit_policy import ascii_lower

# A text that mail cannot reach, such as one that is not in ASCII, is not a domain.
_DOMAIN = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_LONGEST = 253


def normalized(domain: str) -> str:
    """The domain in lower case and without a final dot."""
    return ascii_lower(domain.removesuffix("."))


def is_domain(text: str) -> bool:
    """Whether a text is a domain, written in the one way."""
    return len(text) <= _LONGEST and _DOMAIN.fullmatch(text) is not None


def with_those_above(domain: str) -> Iterator[str]:
    """`a.b.example`, `b.example`, `example` for `a.b.example`."""
    while domain:
        yield domain
        _, _, domain = domain.partition(".")
