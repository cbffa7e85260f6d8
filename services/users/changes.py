"""What a change makes of an account: pure steps that a store runs inside its transaction, on what is there by then."""

from dataclasses import dataclass, replace
from typing import Any

from services.shared.actors import Actor, Role
from services.shared.errors import Conflict, Forbidden
from services.shared.events import Event, Origin
from services.users.events import UserEvents
from services.users.models import Account, Change, Family, PreferencesPatch, SetRoles, Turn, User
from services.users.ports import Judge, RolesStep, Step, TurnStep


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordProof:
    """The hash that a password was checked against, and the one to keep from now on."""

    verified: str
    kept: str


class Changes:
    """Makes the steps, each with the event that tells of it."""

    def __init__(self, events: UserEvents) -> None:
        self._events = events

    def signed_in(self, proof: PasswordProof, opened: Family, origin: Origin) -> Step:
        """A new session. The step raises Conflict when the proof is of a hash that is gone."""

        def step(account: Account) -> Change:
            after = _with_password(account, proof)
            return Change(account=after, events=(self._events.signed_in(after.user, origin),), opened=opened)

        return step

    def password_changed(self, proof: PasswordProof, opened: Family, origin: Origin) -> Step:
        """Another password: all sessions end, and a new one begins. Raises Conflict likewise."""

        def step(account: Account) -> Change:
            after = _with_password(account, proof)
            events = (self._events.password_changed(after.user, origin),)
            return Change(account=after, events=events, opened=opened, ends_sessions=True)

        return step

    def preferences_changed(self, patch: PreferencesPatch, origin: Origin) -> Step:
        """Other preferences; nothing at all where they are so already."""

        def step(account: Account) -> Change:
            wanted = {"promotional": patch.promotional, "recommendations": patch.recommendations}
            chosen = {name: value for name, value in wanted.items() if value is not None}
            preferences = replace(account.user.preferences, **chosen)
            if preferences == account.user.preferences:
                return Change(account=account)
            user = _next(account.user, preferences=preferences)
            return Change(account=replace(account, user=user), events=(self._events.preferences_changed(user, origin),))

        return step

    def roles_changed(self, command: SetRoles, actor: Actor, origin: Origin) -> RolesStep:
        """Other roles, and all sessions of the user end; nothing at all where the roles are so already.

        The step raises Forbidden when the actor is no ADMIN any more, whatever the access token still says, and
        Conflict when nobody would be ADMIN afterwards.
        """

        def step(account: Account, admins: frozenset[str]) -> Change:
            if actor.user_id not in admins:
                raise Forbidden("this needs a role that you do not have")
            if Role.ADMIN not in command.roles and admins == {account.user.id}:
                raise Conflict("the shop must keep an ADMIN", ("roles",))
            if set(command.roles) == set(account.user.roles):
                return Change(account=account)
            user = _next(account.user, roles=command.roles)
            events: tuple[Event, ...] = (self._events.roles_changed(user, origin),)
            return Change(account=replace(account, user=user), events=events, ends_sessions=True)

        return step

    def turned(self, judge: Judge, origin: Origin) -> TurnStep:
        """What a refresh token that came back makes of its family; told when that ends the session."""

        def step(family: Family, user: User) -> Turn:
            judgement = judge(family)
            if judgement.family.ended is family.ended:
                return Turn(judgement=judgement, user=user)
            user = _next(user)
            return Turn(judgement=judgement, user=user, events=(self._events.session_compromised(user, origin),))

        return step


def _with_password(account: Account, proof: PasswordProof) -> Account:
    if account.password_hash != proof.verified:
        raise Conflict("the password was replaced meanwhile")
    return Account(user=_next(account.user), password_hash=proof.kept)


def _next(user: User, **changes: Any) -> User:  # noqa: ANN401 (any field of a user)
    return replace(user, version=user.version + 1, **changes)
