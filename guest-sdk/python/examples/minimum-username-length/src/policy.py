"""Denies user names that are too short."""

from dataclasses import dataclass

from admit_policy import Allow, Deny, Policy, PolicyError, SignUp, Verdict, export


@dataclass(frozen=True)
class Settings:
    """The settings, as they stand in the manifest."""

    characters: int = 5
    """How many characters a user name has at least."""

    def __post_init__(self) -> None:
        # The largest number that fits into a policy's memory, in every language.
        if not 0 <= self.characters < 2**32:
            raise PolicyError("`characters` is not between 0 and 4294967295")


@export
class MinimumUsernameLength(Policy[Settings]):
    """The policy: how many characters a user name has at least."""

    def evaluate(self, sign_up: SignUp) -> Verdict:
        minimum = self.settings.characters
        if len(sign_up.user_name) < minimum:
            return Deny(
                "username-too-short",
                f"Cannot register users with username less than the minimum length of {minimum}",
            )
        return Allow()
