"""The component: the functions that the contract calls, and the limits of a policy.

It is imported while the component is made, and nowhere else: what it imports
under `wit_world` and `componentize_py_types` is generated for that.
"""

from typing import Any

from . import sandbox

# Before the policy is imported, which may import names from these modules.
sandbox.close()

import dataclasses  # noqa: E402
import gc  # noqa: E402
import sys  # noqa: E402

from componentize_py_types import Err  # noqa: E402
from wit_world.imports import log as wit_log  # noqa: E402
from wit_world.imports import types as wit  # noqa: E402

from . import log, streams  # noqa: E402

_streams = streams.Streams()

import policy as _  # noqa: E402, F401

from .policy import Policy, PolicyError, not_a_verdict, the_exported  # noqa: E402
from .sign_up import SignUp  # noqa: E402
from .verdict import Allow, Deny, Vote  # noqa: E402

_unfinished = streams.unfinished
# The contract without facts has no such type.
_class = the_exported(facts=hasattr(wit, "Fact"))
_policy: Policy[Any] | None = None

_votes = {
    Vote.ABSTAIN: wit.Vote.ABSTAIN,
    Vote.GRANT: wit.Vote.GRANT,
    Vote.WITHHOLD: wit.Vote.WITHHOLD,
}
_levels = {
    "debug": wit_log.Level.DEBUG,
    "info": wit_log.Level.INFO,
    "warn": wit_log.Level.WARN,
    "error": wit_log.Level.ERROR,
}


class SignUpPolicy:
    """Exported under this name as `admit:policy/sign-up-policy`."""

    def configure(self, settings: str) -> None:
        global _policy
        if _policy is not None:
            raise Err("the policy is configured already")
        try:
            _policy = _class.from_json(settings)
        except BaseException as error:
            raise Err(_explain(error)) from None
        finally:
            if _unfinished:
                streams.flush()

    def evaluate(self, request: wit.SignUp) -> wit.Verdict:
        if _policy is None:
            raise Err("the policy is not configured")
        try:
            return _translate(_policy.evaluate(_seen(request)))
        except Deny as denial:
            try:
                return _translate(denial)
            except BaseException as error:
                raise Err(_explain(error)) from None
        except BaseException as error:
            raise Err(_explain(error)) from None
        finally:
            if _unfinished:
                streams.flush()


def _seen(request: wit.SignUp) -> SignUp:
    # Past `__init__`, which for a frozen dataclass is a tenth of the whole call.
    sign_up = object.__new__(SignUp)
    members = sign_up.__dict__
    members["trigger_source"] = request.trigger_source
    members["region"] = request.region
    members["user_pool_id"] = request.user_pool_id
    members["client_id"] = request.client_id
    members["user_name"] = request.user_name
    members["attributes"] = dict(request.user_attributes)
    members["validation_data"] = dict(request.validation_data)
    members["client_metadata"] = dict(request.client_metadata)
    return sign_up


def _translate(verdict: object) -> wit.Verdict:
    # Types are checked here: a wrong one would trap without a message.
    if isinstance(verdict, Allow):
        return wit.Verdict_Allow(
            wit.Ballot(
                _votes[verdict.confirm],
                _votes[verdict.verify_email],
                _votes[verdict.verify_phone],
            )
        )
    if isinstance(verdict, Deny):
        return wit.Verdict_Deny(
            wit.Denial(_text("code", verdict.code), _text("message", verdict.message))
        )
    raise not_a_verdict(_class, verdict)


def _text(what: str, text: object) -> str:
    if not isinstance(text, str):
        raise PolicyError(f"the {what} of a denial is {type(text).__name__}, not str")
    return _well_formed(text)


def _well_formed(text: str) -> str:
    # A lone surrogate has no UTF-8, and would trap.
    return text.encode(errors="replace").decode()


# The folder of the standard library, whose lines do not help the author of a policy.
_LIBRARY = dataclasses.__file__.rpartition("/")[0] + "/"


def _explain(error: BaseException) -> str:
    """The message of an error; for an unexpected one, also its type and the author's line."""
    try:
        message = str(error)
        if not isinstance(error, PolicyError):
            name = type(error).__name__
            message = f"{name}: {message}" if message else name
            trace, place = error.__traceback__, ""
            while trace is not None:
                file = trace.tb_frame.f_code.co_filename
                if "/admit_policy/" not in file and not file.startswith((_LIBRARY, "<frozen ")):
                    place = f" ({file.rpartition('/')[2]}, line {trace.tb_lineno})"
                trace = trace.tb_next
            message += place
        return _well_formed(message)
    except BaseException:
        return "an exception that cannot be shown"


def _write(level: str, note: str) -> None:
    wit_log.write(_levels[level], note)


log._write = _write
_streams.write_notes()

sandbox.finish()

# An instance lives for one call: there is nothing to collect, and looking for
# it would touch every page of memory.
gc.collect()
gc.disable()
gc.freeze()
