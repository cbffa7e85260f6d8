"""Accounts, commands and events as input for tests."""

from datetime import UTC, datetime, timedelta

from services.shared.actors import Role
from services.shared.clock import Clock
from services.shared.events import Event
from services.users.keys.memory import MemoryKeyStore
from services.users.keys.models import KeyTimes
from services.users.keys.ports import KeyStore
from services.users.keys.service import SigningKeys
from services.users.models import Account, Change, Family, Preferences, Register, User

KEY_TIMES = KeyTimes(propagation=timedelta(minutes=5), kept=timedelta(minutes=16), reread=timedelta(minutes=1))
MOMENT = datetime(2026, 11, 22, 21, 4, 5, 123000, tzinfo=UTC)
GOOD_PASSWORD = "three otters on a raft"


def a_user(
    user_id: str = "u1", email: str = "mia@example.org", version: int = 1, roles: tuple[Role, ...] = (Role.CUSTOMER,)
) -> User:
    return User(
        id=user_id,
        email=email,
        name="Mia",
        roles=roles,
        preferences=Preferences(promotional=False),
        version=version,
        created_at=MOMENT,
    )


def an_account(
    user_id: str = "u1", email: str = "mia@example.org", roles: tuple[Role, ...] = (Role.CUSTOMER,)
) -> Account:
    user = a_user(user_id, email, roles=roles)
    return Account(user=user, password_hash="$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA")


def a_new(account: Account, *events: Event, opened: Family | None = None) -> Change:
    return Change(account=account, events=events, opened=opened)


def a_family(family_id: str = "f1", user_id: str = "u1", newest: str = "1" * 64) -> Family:
    return Family(
        id=family_id, user_id=user_id, newest=newest, turned_at=MOMENT, expires_at=MOMENT + timedelta(days=30)
    )


def an_event(event_id: str = "e1", user_id: str = "u1", sequence: int = 1) -> Event:
    return Event(
        id=event_id,
        type="user.registered.v1",
        subject=user_id,
        sequence=sequence,
        time=MOMENT,
        data={"userId": user_id},
    )


def a_register(email: str = "mia@example.org", password: str = GOOD_PASSWORD, name: str = "Mia Example") -> Register:
    return Register(email=email, password=password, name=name)


def signing_keys(
    clock: Clock, store: KeyStore | None = None, passphrase: str = "seal", times: KeyTimes = KEY_TIMES
) -> SigningKeys:
    """Signing keys in memory, unless a store is given."""
    return SigningKeys(store or MemoryKeyStore(), passphrase, times, clock)
