"""The accounts and the signing key in MongoDB. Maps documents to values and back; holds no rule."""

from collections.abc import Callable, Sequence
from typing import Any

from pymongo import ReturnDocument

from services.infra.mongo import WHOLE, Database, Document, Session, unavailable_when_away
from services.infra.outbox import Outbox
from services.shared.actors import Role
from services.shared.errors import NotFound
from services.shared.events import Event
from services.users.errors import EmailTaken
from services.users.models import Account, Preferences, SealedKey, User

ACCOUNTS = "accounts"
SIGNING_KEYS = "signing_keys"
CURRENT = "current"
WITHOUT_PASSWORD = {"password_hash": False}

VALIDATOR: Document = {
    "$jsonSchema": {
        "bsonType": "object",
        "required": ["_id", "email", "name", "roles", "preferences", "version", "created_at", "password_hash"],
        "properties": {
            "email": {"bsonType": "string", "minLength": 3, "maxLength": 254},
            "name": {"bsonType": "string", "minLength": 1, "maxLength": 100},
            "roles": {"bsonType": "array", "items": {"enum": [role.value for role in Role]}},
            "version": {**WHOLE, "minimum": 1},
            "created_at": {"bsonType": "date"},
            "password_hash": {"bsonType": "string", "pattern": r"^\$argon2id\$"},
        },
    }
}


class MongoAccountStore:
    """Offers `ports.AccountStore`."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._accounts = database.collection(ACCOUNTS)
        self._outbox = outbox

    async def prepare(self) -> None:
        """Makes the collection, its validator and the index that keeps addresses unique. Idempotent."""
        with unavailable_when_away():
            await self._database.ensure_collection(ACCOUNTS, VALIDATOR)
            await self._accounts.create_index("email", unique=True, name="email")

    async def insert(self, account: Account, events: Sequence[Event]) -> None:
        async def tell(session: Session) -> None:
            await self._outbox.append(session, events)

        if not await self._database.insert_new(self._accounts, _document(account), tell):
            raise EmailTaken("another account has this address", ("email",))

    async def note_sign_in(self, user_id: str, tell: Callable[[User], Event]) -> User:
        async def work(session: Session) -> User:
            document = await self._accounts.find_one_and_update(
                {"_id": user_id},
                {"$inc": {"version": 1}},
                projection=WITHOUT_PASSWORD,
                return_document=ReturnDocument.AFTER,
                session=session,
            )
            if document is None:
                raise NotFound("no such account")
            user = _user(document)
            await self._outbox.append(session, [tell(user)])
            return user

        return await self._database.transact(work)

    async def by_email(self, email: str) -> Account | None:
        with unavailable_when_away():
            document = await self._accounts.find_one({"email": email})
        return Account(user=_user(document), password_hash=document["password_hash"]) if document else None

    async def by_ids(self, ids: Sequence[str]) -> tuple[User, ...]:
        with unavailable_when_away():
            found = await self._accounts.find({"_id": {"$in": list(ids)}}, WITHOUT_PASSWORD).to_list(None)
        return tuple(_user(document) for document in found)


class MongoKeyStore:
    """Offers `ports.KeyStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._keys = database.collection(SIGNING_KEYS)

    async def keep(self, candidate: SealedKey) -> SealedKey:
        document = {
            "_id": CURRENT,
            "kid": candidate.kid,
            "sealed": candidate.sealed,
            "created_at": candidate.created_at,
        }
        if await self._database.insert_new(self._keys, document):
            return candidate
        # Another process was first: its key is the one.
        return await self.kept() or candidate

    async def kept(self) -> SealedKey | None:
        with unavailable_when_away():
            document = await self._keys.find_one({"_id": CURRENT})
        if document is None:
            return None
        return SealedKey(kid=document["kid"], sealed=document["sealed"], created_at=document["created_at"])


def _document(account: Account) -> Document:
    user = account.user
    return {
        "_id": user.id,
        "email": user.email,
        "name": user.name,
        "roles": [role.value for role in user.roles],
        "preferences": {
            "promotional": user.preferences.promotional,
            "recommendations": user.preferences.recommendations,
        },
        "version": user.version,
        "created_at": user.created_at,
        "password_hash": account.password_hash,
    }


def _user(document: dict[str, Any]) -> User:
    return User(
        id=document["_id"],
        email=document["email"],
        name=document["name"],
        roles=tuple(Role(role) for role in document["roles"]),
        preferences=Preferences(**document["preferences"]),
        version=document["version"],
        created_at=document["created_at"],
    )
