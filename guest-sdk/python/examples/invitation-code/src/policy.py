"""Denies sign-ups without a valid invitation code."""

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from string import hexdigits

from admit_policy import Allow, Deny, Policy, PolicyError, SignUp, Verdict, export, trim


@dataclass(frozen=True)
class Settings:
    """The settings, as they stand in the manifest.

    They hold digests of the codes, so that who reads a manifest cannot sign up
    with what it says.
    """

    sha256: list[str]
    """The SHA-256 digests of the valid codes, in hexadecimal."""
    key: str = "invitation-code"
    """The key under which the code comes, in the validation data or in the client metadata."""


@export
class InvitationCode(Policy[Settings]):
    """The policy: where the code comes in, and the digests of those that are valid."""

    def __init__(self, settings: Settings) -> None:
        if not settings.key:
            raise PolicyError("`key` is empty")
        self.key = settings.key
        self.digests = [
            digest_from_hex(text, number) for number, text in enumerate(settings.sha256, start=1)
        ]

    def evaluate(self, sign_up: SignUp) -> Verdict:
        code = self.code(sign_up)
        if not code:
            return Deny("invitation-required", "An invitation code is required to sign up")
        if not self.is_valid(code):
            return Deny("invitation-unknown", "This invitation code is not valid")
        return Allow()

    def code(self, sign_up: SignUp) -> str:
        """The code of a sign-up, or an empty text.

        The validation data is meant for it and comes first; to try both would
        give two guesses to one sign-up.
        """
        sent = (sign_up.validation_data.get(self.key), sign_up.client_metadata.get(self.key))
        return next((trim(code) for code in sent if code and trim(code)), "")

    def is_valid(self, code: str) -> bool:
        """Compares with every digest to the end: the time does not tell how close a guess was."""
        digest = sha256(code.encode()).digest()
        found = False
        for valid in self.digests:
            found |= compare_digest(valid, digest)
        return found


def digest_from_hex(text: str, number: int) -> bytes:
    """The bytes of a digest."""
    # `fromhex` alone would also take white space.
    if len(text) != 64 or any(digit not in hexdigits for digit in text):
        # The entry itself is not shown: it might be a code by mistake.
        raise PolicyError(f"`sha256`: entry {number} is not a digest of 64 hexadecimal digits")
    return bytes.fromhex(text)
