"""The typed client of users' internal HTTP API. Adds nothing to what the service answers."""

from collections.abc import Sequence

from services.infra.http import Caller
from services.shared.actors import Actor
from services.shared.contacts import OptionalCategory, Unsubscription
from services.shared.events import Origin
from services.users.models import (
    ChangePassword,
    Login,
    PreferencesPatch,
    PresentedToken,
    PublicKey,
    Register,
    Session,
    SetRoles,
    User,
)


class UsersClient:
    """Offers `ports.Users`, from another process. Every call may raise Unavailable."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def register(self, command: Register, origin: Origin) -> Session:
        session: Session = await self._caller.call("register", command=command, origin=origin)
        return session

    async def login(self, command: Login, origin: Origin) -> Session:
        session: Session = await self._caller.call("login", command=command, origin=origin)
        return session

    async def refresh_session(self, presented: PresentedToken, origin: Origin) -> Session:
        session: Session = await self._caller.call("refresh_session", presented=presented, origin=origin)
        return session

    async def logout(self, presented: PresentedToken) -> str | None:
        owner_id: str | None = await self._caller.call("logout", presented=presented)
        return owner_id

    async def change_password(self, command: ChangePassword, actor: Actor, origin: Origin) -> Session:
        session: Session = await self._caller.call("change_password", command=command, actor=actor, origin=origin)
        return session

    async def update_preferences(self, patch: PreferencesPatch, actor: Actor, origin: Origin) -> User:
        user: User = await self._caller.call("update_preferences", patch=patch, actor=actor, origin=origin)
        return user

    async def set_roles(self, command: SetRoles, actor: Actor, origin: Origin) -> User:
        user: User = await self._caller.call("set_roles", command=command, actor=actor, origin=origin)
        return user

    async def users_by_id(self, ids: Sequence[str]) -> tuple[User, ...]:
        users: tuple[User, ...] = await self._caller.call("users_by_id", ids=ids)
        return users

    async def visible_users(self, ids: Sequence[str], actor: Actor) -> tuple[User, ...]:
        users: tuple[User, ...] = await self._caller.call("visible_users", ids=ids, actor=actor)
        return users

    async def public_keys(self) -> tuple[PublicKey, ...]:
        keys: tuple[PublicKey, ...] = await self._caller.call("public_keys")
        return keys


class UnsubscriptionsClient:
    """Offers `ports.Unsubscriptions`, from another process. Every call may raise Unavailable."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def category_of(self, token: str) -> OptionalCategory:
        category: OptionalCategory = await self._caller.call("category_of", token=token)
        return category

    async def unsubscribe(self, token: str, origin: Origin) -> Unsubscription:
        wish: Unsubscription = await self._caller.call("unsubscribe", token=token, origin=origin)
        return wish
