"""The rules of signing up and signing in, on ports. Never tells whether an address has an account at sign-in."""

from collections.abc import Sequence

from services.shared.actors import Role
from services.shared.clock import Clock
from services.shared.errors import Invalid
from services.shared.events import Origin
from services.shared.ids import IdFactory
from services.shared.text import checked_text
from services.users.errors import BadCredentials, EmailTaken
from services.users.events import UserEvents
from services.users.models import Account, FirstAccount, Login, Preferences, PublicKey, Register, Session, User
from services.users.ports import AccountStore, PasswordHasher, TokenIssuer
from services.users.rules import LONGEST_PASSWORD, checked, normalised_email, normalised_password

NO_ORIGIN = Origin(causation_id="start")


class UserService:
    """Offers `ports.Users`."""

    def __init__(
        self, store: AccountStore, hasher: PasswordHasher, tokens: TokenIssuer, clock: Clock, ids: IdFactory
    ) -> None:
        self._store = store
        self._hasher = hasher
        self._tokens = tokens
        self._clock = clock
        self._ids = ids
        self._events = UserEvents(clock, ids)

    async def register(self, command: Register, origin: Origin) -> Session:
        """A new customer, signed in. Raises Invalid, EmailTaken, WeakPassword."""
        user = await self._add(checked(command), (Role.CUSTOMER,), origin)
        return Session(user=user, access_token=await self._tokens.issue(user))

    async def login(self, command: Login, origin: Origin) -> Session:
        """Raises BadCredentials, after the same work for an unknown address as for a known one."""
        account = await self._store.by_email(normalised_email(command.email)) if _sensible(command.email) else None
        password = normalised_password(command.password) if _sensible(command.password) else ""
        if not await self._hasher.verify(account.password_hash if account else None, password) or account is None:
            raise BadCredentials("no account with this address and password")
        user = await self._store.note_sign_in(account.user.id, lambda user: self._events.signed_in(user, origin))
        return Session(user=user, access_token=await self._tokens.issue(user))

    async def users_by_id(self, ids: Sequence[str]) -> tuple[User, ...]:
        """Those of the users that exist, in no order."""
        return await self._store.by_ids(ids)

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
            await self._add(command, roles, NO_ORIGIN)
        except EmailTaken:
            # Another process started at the same moment and was first.
            return

    async def _add(self, command: Register, roles: tuple[Role, ...], origin: Origin) -> User:
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
        await self._store.insert(account, [self._events.registered(user, origin)])
        return user


def _sensible(text: str) -> bool:
    """Whether somebody can have registered with it; what is endless or no Unicode is not even looked up or hashed."""
    try:
        checked_text(text, (), least=0, most=LONGEST_PASSWORD)
    except Invalid:
        return False
    return True
