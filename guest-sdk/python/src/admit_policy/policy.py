"""The base class of a policy."""

from __future__ import annotations

import inspect
import json
from dataclasses import dataclass, is_dataclass
from typing import Any, Generic, NoReturn, TypeVar, get_args, get_origin

from .settings import Decoder, SettingsError, decoder_of
from .sign_up import SignUp
from .verdict import Verdict

S = TypeVar("S")


class PolicyError(Exception):
    """Why a policy could not be configured, or could not decide.

    The message is for the author of the manifest or of the policy. A person who
    signs up never sees it. To refuse a sign-up, answer with `Deny` instead.
    """


@dataclass(frozen=True)
class NoSettings:
    """The settings of a policy that has none: only `{}` is accepted."""


class Policy(Generic[S]):
    """A policy: made from its settings, it answers sign-ups with verdicts.

    A subclass names the type of its settings, a dataclass, in brackets:
    `class ListedDomains(Policy[Settings])`. The host makes a policy once for
    every sign-up and asks it once. The answer must depend on nothing but the
    settings and the sign-up.
    """

    settings: S
    _decode: Decoder

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name in ("__init__", "evaluate"):
            method = cls.__dict__.get(name)
            if inspect.iscoroutinefunction(method) or inspect.isasyncgenfunction(method):
                raise TypeError(
                    f"`{name}` of `{cls.__name__}` is `async`, and a policy awaits nothing: "
                    f"write `def {name}`"
                )
        if "evaluate" in cls.__dict__ and not (_takes(cls, facts=False) or _takes(cls, facts=True)):
            raise TypeError(
                f"`evaluate` of `{cls.__name__}` takes other arguments: write "
                f"`{_WITHOUT_FACTS}`, or `{_WITH_FACTS}`"
            )
        for base in getattr(cls, "__orig_bases__", ()):
            if get_origin(base) is Policy:
                (settings,) = get_args(base)
                if not (isinstance(settings, type) and is_dataclass(settings)):
                    raise TypeError(f"the settings of `{cls.__name__}` are not a dataclass")
                # Once, when the component is made, and not for every sign-up.
                cls._decode = staticmethod(decoder_of(settings))

    def __init__(self, settings: S) -> None:
        """Makes the policy from its settings, which have the right shape.

        Override it to check what types cannot say, and to prepare what
        `evaluate` needs. A `PolicyError` says, to the author of the manifest,
        what is wrong.
        """
        self.settings = settings

    # Any arguments, since there are two signatures, of which a policy has one.
    def evaluate(self, *arguments: Any, **named: Any) -> Verdict:
        """Decides on one sign-up: answers with `Allow` or `Deny`, or raises `Deny`.

        A policy whose `policy.toml` requests `facts` is
        `def evaluate(self, sign_up: SignUp, facts: Facts) -> Verdict`, any other
        `def evaluate(self, sign_up: SignUp) -> Verdict`.

        Any other exception means "could not decide". It denies the sign-up
        unless the manifest says otherwise, with a fixed message.
        """
        raise NotImplementedError

    @classmethod
    def from_json(cls: type[P], settings: str) -> P:
        """Makes the policy from settings as JSON, the way the host does."""
        try:
            value = json.loads(
                settings, object_pairs_hook=_object, parse_constant=_refuse_constant
            )
            # An escape can stand for half of a character, which is not text.
            if "\\u" in settings:
                json.dumps(value, ensure_ascii=False).encode()
        except ValueError as error:
            raise PolicyError(f"the settings do not fit: {error}") from None
        if type(value) is not dict:
            raise PolicyError("the settings are not a JSON object")
        try:
            decoded = cls._decode(value)
        except SettingsError as error:
            raise PolicyError(f"the settings do not fit: {error}") from None
        return cls(decoded)


P = TypeVar("P", bound=Policy[Any])

_exported: list[type[Policy[Any]]] = []


def export(policy: type[P]) -> type[P]:
    """Makes a class the policy of this component, which has one.

    >>> @export
    ... class AllowAll(Policy[NoSettings]):
    ...     def evaluate(self, sign_up: SignUp) -> Verdict:
    ...         return Allow()
    """
    if not (isinstance(policy, type) and issubclass(policy, Policy)):
        raise TypeError("`@export` belongs above a class that is a `Policy[Settings]`")
    if not hasattr(policy, "_decode"):
        raise TypeError(
            f"`{policy.__name__}` does not name its settings: "
            f"write `class {policy.__name__}(Policy[Settings])`, or `Policy[NoSettings]`"
        )
    if policy.evaluate is Policy.evaluate:
        raise TypeError(
            f"`{policy.__name__}` has no `evaluate`: write `{_WITHOUT_FACTS}`"
        )
    _exported.append(policy)
    return policy


def the_exported(*, facts: bool = False) -> type[Policy[Any]]:
    """The class that was exported, which takes facts or not: for the component."""
    if not _exported:
        found = [policy.__name__ for policy in Policy.__subclasses__()]
        above = f"`class {found[0]}`" if len(found) == 1 else "its class"
        raise TypeError(f"no policy is exported: write `@export` above {above}")
    if len(_exported) > 1:
        names = " and ".join(f"`{policy.__name__}`" for policy in _exported)
        raise TypeError(f"a component has one policy, and {names} are exported")
    (policy,) = _exported
    if not _takes(policy, facts=facts):
        raise TypeError(
            f"`evaluate` of `{policy.__name__}` takes no facts, and `policy.toml` requests them: "
            f"write `{_WITH_FACTS}`"
            if facts
            else f"`evaluate` of `{policy.__name__}` takes facts, and `policy.toml` requests none: "
            "add `facts` to `policy.toml`"
        )
    return policy


_WITHOUT_FACTS = "def evaluate(self, sign_up: SignUp) -> Verdict"
_WITH_FACTS = "def evaluate(self, sign_up: SignUp, facts: Facts) -> Verdict"


def _takes(policy: type[Policy[Any]], *, facts: bool) -> bool:
    """Whether `evaluate` can be called with a sign-up, and with facts or without."""
    arguments = ["self", "sign_up", "facts"] if facts else ["self", "sign_up"]
    try:
        inspect.signature(policy.evaluate).bind(*arguments)
    except TypeError:
        return False
    return True


def not_a_verdict(policy: type[Policy[Any]], answer: object) -> PolicyError:
    """The error of a policy that answers with something else: for the component."""
    kind = type(answer).__name__
    if inspect.isawaitable(answer):
        if inspect.iscoroutine(answer):
            # Otherwise Python writes a warning that says less.
            answer.close()
        problem = f"a {kind}, which nothing awaits: return `Allow` or `Deny`"
    else:
        problem = f"{kind}, not `Allow` or `Deny`"
    code = getattr(policy.evaluate, "__code__", None)
    place = f" ({code.co_filename.rpartition('/')[2]}, line {code.co_firstlineno})" if code else ""
    return PolicyError(f"`evaluate` returned {problem}{place}")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"duplicate field `{twice}`")
    return members


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"`{word}` is not JSON")
