"""The rules of accounts and sessions, on ports. Never tells whether an address has an account at sign-in."""

from collections.abc import Sequence
from dataclasses import replace

from services.shared.actors import Actor, Role
from services.shared.addresses import known_email
from services.shared.clock import Clock
from services.shared.errors import Conflict, Forbidden, Invalid, NotFound
from services.shared.events import Origin
from services.shared.ids import IdFactory
from services.shared.text import checked_text
from services.users.changes import Changes, PasswordProof
from services.users.errors import BadCredentials, EmailTaken, TokenExpired, TokenReused
from services.users.events import UserEvents
from services.users.models import (
    Account,
    Change,
    ChangePassword,
    FirstAccount,
    Login,
    Preferences,
    PreferencesPatch,
    PresentedToken,
    PublicKey,
    Register,
    Session,
    SessionEnd,
    SetRoles,
    User,
    Verdict,
)
from services.users.ports import AccountStore, PasswordHasher, TokenIssuer
from services.users.rules import (
    LONGEST_PASSWORD,
    checked,
    checked_password,
    checked_roles,
    normalised_password,
)
from services.users.sessions import RefreshTokens, digest_of

NO_ORIGIN = Origin(correlation_id="start", causation_id="start")
LOOKS = 3
"""How often a password is checked again because the account's was replaced while it was checked."""


class UserService:
    """Offers `ports.Users`."""

    def __init__(
        self,
        store: AccountStore,
        hasher: PasswordHasher,
        tokens: TokenIssuer,
        refresh_tokens: RefreshTokens,
        clock: Clock,
        ids: IdFactory,
    ) -> None:
        self._store = store
        self._hasher = hasher
        self._tokens = tokens
        self._refresh_tokens = refresh_tokens
        self._clock = clock
        self._ids = ids
        self._events = UserEvents(clock, ids)
        self._changes = Changes(self._events)

    async def register(self, command: Register, origin: Origin) -> Session:
        """A new customer, signed in. Raises Invalid, EmailTaken, WeakPassword."""
        new = await self._new(checked(command), (Role.CUSTOMER,), origin)
        opened, refresh_token = self._refresh_tokens.opened(new.account.user.id)
        await self._store.insert(replace(new, opened=opened))
        return await self._session(new.account.user, refresh_token)

    async def login(self, command: Login, origin: Origin) -> Session:
        """Raises BadCredentials, after the same work for an unknown address as for a known one."""
        email = known_email(command.email)
        for _ in range(LOOKS):
            account = await self._store.by_email(email) if email else None
            if not await self._is_right(account, command.password) or account is None:
                break
            kept = await self._renewed(account.password_hash, command.password)
            proof = PasswordProof(verified=account.password_hash, kept=kept)
            opened, refresh_token = self._refresh_tokens.opened(account.user.id)
            step = self._changes.signed_in(proof, opened, origin)
            try:
                after = await self._store.change(account.user.id, step, account)
            except Conflict:
                continue
            return await self._session(after.user, refresh_token)
        raise BadCredentials("no account with this address and password")

    async def refresh_session(self, presented: PresentedToken, origin: Origin) -> Session:
        """The token's successor and a new access token. Raises BadCredentials, TokenExpired, TokenReused."""
        path = ("refreshToken",)
        token, arrived = presented.refresh_token, self._clock.now()
        digest = digest_of(token)
        step = self._changes.turned(lambda family: self._refresh_tokens.judged(family, token, arrived), origin)
        turn = await self._store.turn(digest, step) if digest else None
        if turn is None:
            raise BadCredentials("no such refresh token", path)
        if turn.judgement.verdict is Verdict.REUSED:
            raise TokenReused("this refresh token was used before, so its session was ended: sign in again", path)
        if not turn.judgement.successor:
            raise TokenExpired("the session is over: sign in again", path)
        return await self._session(turn.user, turn.judgement.successor)

    async def logout(self, presented: PresentedToken) -> str | None:
        """Ends the session that the token belongs to, if there is one. Answers whose it is; no client is told."""
        digest = digest_of(presented.refresh_token)
        return await self._store.end_session(digest, SessionEnd.SIGNED_OUT) if digest else None

    async def change_password(self, command: ChangePassword, actor: Actor, origin: Origin) -> Session:
        """Ends all sessions of the actor and begins a new one. Raises BadCredentials, Invalid, WeakPassword."""
        account = await self._store.by_id(actor.user_id)
        if not await self._is_right(account, command.current_password) or account is None:
            raise BadCredentials("not your present password", ("currentPassword",))
        password = checked_password(command.new_password, "newPassword")
        if password == normalised_password(command.current_password):
            raise Invalid("must not be the password that you have", ("newPassword",))
        proof = PasswordProof(verified=account.password_hash, kept=await self._hasher.hash(password))
        opened, refresh_token = self._refresh_tokens.opened(account.user.id)
        try:
            after = await self._store.change(account.user.id, self._changes.password_changed(proof, opened, origin))
        except Conflict:
            raise BadCredentials("not your present password", ("currentPassword",)) from None
        return await self._session(after.user, refresh_token)

    async def update_preferences(self, patch: PreferencesPatch, actor: Actor, origin: Origin) -> User:
        """The actor's own preferences. Raises NotFound."""
        after = await self._store.change(actor.user_id, self._changes.preferences_changed(patch, origin))
        return after.user

    async def set_roles(self, command: SetRoles, actor: Actor, origin: Origin) -> User:
        """Ends all sessions of the user whose roles change. Raises Forbidden, Invalid, NotFound, Conflict."""
        if not actor.administers:
            raise Forbidden
        wanted = replace(command, roles=checked_roles(command.roles))
        step = self._changes.roles_changed(wanted, actor, origin)
        try:
            return (await self._store.change_roles(wanted.user_id, step)).user
        except NotFound:
            raise NotFound("no such user", ("userId",)) from None

    async def users_by_id(self, ids: Sequence[str]) -> tuple[User, ...]:
        """Those of the users that exist, in no order."""
        return await self._store.by_ids(ids)

    async def visible_users(self, ids: Sequence[str], actor: Actor) -> tuple[User, ...]:
        """Those of the users that exist and are open to the actor, in no order."""
        open_to_actor = [user_id for user_id in ids if actor.may_see(user_id)]
        return await self._store.by_ids(open_to_actor) if open_to_actor else ()

    async def public_keys(self) -> tuple[PublicKey, ...]:
        """The keys that check access tokens."""
        return await self._tokens.public_keys()

    async def seed(self, accounts: Sequence[FirstAccount]) -> None:
        """Makes sure that these accounts exist; leaves the ones that do as they are, their passwords too.

        Raises:
            Invalid: an address, name or password that nobody could register with.
            WeakPassword: likewise.
        """
        for account in accounts:
            command = checked(Register(email=account.email, password=account.password, name=account.name))
            if await self._store.by_email(command.email) is None:
                await self._add_unless_taken(command, account.roles)

    async def _add_unless_taken(self, command: Register, roles: tuple[Role, ...]) -> None:
        try:
            await self._store.insert(await self._new(command, roles, NO_ORIGIN))
        except EmailTaken:
            # Another process started at the same moment and was first.
            return

    async def _new(self, command: Register, roles: tuple[Role, ...], origin: Origin) -> Change:
        user = User(
            id=self._ids.new(),
            email=command.email,
            name=command.name,
            roles=roles,
            preferences=Preferences(),
            version=1,
            created_at=self._clock.now(),
        )
        account = Account(user=user, password_hash=await self._hasher.hash(command.password))
        return Change(account=account, events=(self._events.registered(user, origin),))

    async def _is_right(self, account: Account | None, password: str) -> bool:
        """Costs the same with and without an account, and for a password that nobody can have."""
        typed = normalised_password(password) if _sensible(password) else ""
        return await self._hasher.verify(account.password_hash if account else None, typed)

    async def _renewed(self, password_hash: str, password: str) -> str:
        """The hash to keep: a new one where today's parameters are others."""
        if not self._hasher.outdated(password_hash):
            return password_hash
        return await self._hasher.hash(normalised_password(password))

    async def _session(self, user: User, refresh_token: str) -> Session:
        return Session(user=user, access_token=await self._tokens.issue(user), refresh_token=refresh_token)


def _sensible(text: str) -> bool:
    """Whether somebody can have registered with it; what is endless or no Unicode is not hashed."""
    try:
        checked_text(text, (), least=0, most=LONGEST_PASSWORD)
    except Invalid:
        return False
    return True
