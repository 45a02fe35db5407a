"""The component of a policy with facts: as `component`, for the contract that has them."""

import gc

from componentize_py_types import Err, Ok
from wit_world.imports import types as wit

from . import component, streams
from .facts import Facts, LookupFailure, Outcome
from .link import Allow
from .user import Identity, User
from .verdict import Deny

_failures = {failure: LookupFailure[failure.name] for failure in wit.LookupError}


class SignUpPolicy(component.SignUpPolicy):
    """Exported under this name as `admit:policy/sign-up-policy`."""

    def evaluate(  # type: ignore[override]
        self, request: wit.SignUp, facts: list[wit.Fact]
    ) -> wit.Verdict:
        policy = component._policy
        if policy is None:
            raise Err("the policy is not configured")
        try:
            return _translate(policy.evaluate(component._seen(request), _received(facts)))
        except Deny as denial:
            try:
                return _translate(denial)
            except BaseException as error:
                raise Err(component._explain(error)) from None
        except BaseException as error:
            raise Err(component._explain(error)) from None
        finally:
            if streams.unfinished:
                streams.flush()


def _received(facts: list[wit.Fact]) -> Facts:
    return Facts({fact.role: _outcome(fact.outcome) for fact in facts})


def _outcome(outcome: wit.Result[wit.Finding, wit.LookupError]) -> Outcome:
    if not isinstance(outcome, Ok):
        return _failures[outcome.value]
    found = outcome.value
    if isinstance(found, wit.Finding_Users):
        return [_user(user) for user in found.value]
    return int(found.value)


def _user(found: wit.User) -> User:
    # Past `__init__`: what the look-up does not read stays away.
    user = object.__new__(User)
    members = user.__dict__
    members["user_name"] = found.user_name
    if found.status is not None:
        members["status"] = found.status
    if found.enabled is not None:
        members["enabled"] = found.enabled
    members["attributes"] = dict(found.attributes)
    if found.identities is not None:
        members["identities"] = [
            Identity(identity.provider_name, identity.user_id) for identity in found.identities
        ]
    return user


def _translate(verdict: object) -> wit.Verdict:
    if not isinstance(verdict, Allow):
        return component._translate(verdict)
    votes = component._votes
    return wit.Verdict_Allow(
        wit.Ballot(
            votes[verdict.confirm],
            votes[verdict.verify_email],
            votes[verdict.verify_phone],
            _link(verdict),
        )
    )


def _link(verdict: Allow) -> wit.LinkVote:
    if verdict.withholds_link:
        return wit.LinkVote_Withhold()
    if verdict.linked_user is None:
        return wit.LinkVote_Abstain()
    return wit.LinkVote_Grant(component._well_formed(verdict.linked_user))


# As `component` does at its end: what this module made is younger.
gc.collect()
gc.freeze()
