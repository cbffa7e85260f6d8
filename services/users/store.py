"""The accounts and their sessions in MongoDB. One transaction a method, its writes one command; holds no rule.

Who changes an account or a session writes its document, so that of two at once one meets a conflict and looks again.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta

from services.infra.mongo import Database, Document, unavailable_when_away
from services.infra.outbox.rows import told
from services.infra.transaction import Reads, Transaction, Write, added, changed, replaced
from services.shared.actors import Role
from services.shared.errors import NotFound
from services.users.documents import (
    ACCOUNT_VALIDATOR,
    FAMILY_VALIDATOR,
    TOKEN_VALIDATOR,
    account_document,
    account_of,
    family_document,
    family_of,
    token_document,
    user_of,
)
from services.users.errors import EmailTaken
from services.users.models import Account, Change, Family, SessionEnd, Turn, User
from services.users.ports import RolesStep, Step, TurnStep

ACCOUNTS = "accounts"
SESSIONS = "sessions"
REFRESH_TOKENS = "refresh_tokens"
TURNS = "turns"
ROLES = "roles"
WITHOUT_PASSWORD = {"password_hash": False}
BY_ID = [("_id", 1)]

KEPT_AFTER_EXPIRY = timedelta(days=7)
"""For so long an expired token is told from one that never was; then MongoDB removes it."""


class MongoAccountStore:
    """Offers `ports.AccountStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._accounts = database.collection(ACCOUNTS)
        self._turns = database.collection(TURNS)

    async def prepare(self) -> None:
        """Makes the collections, their validators and indexes. Idempotent."""
        with unavailable_when_away():
            await self._database.ensure_collection(ACCOUNTS, ACCOUNT_VALIDATOR)
            await self._database.ensure_index(ACCOUNTS, "email", [("email", 1)], unique=True)
            await self._database.ensure_index(ACCOUNTS, "roles", [("roles", 1)])
            await self._database.ensure_collection(SESSIONS, FAMILY_VALIDATOR)
            await self._database.ensure_index(SESSIONS, "user", [("user_id", 1)])
            await self._database.ensure_collection(REFRESH_TOKENS, TOKEN_VALIDATOR)
            for name in (SESSIONS, REFRESH_TOKENS):
                await self._database.ensure_index(
                    name, "gone", [("expires_at", 1)], expireAfterSeconds=int(KEPT_AFTER_EXPIRY.total_seconds())
                )
        await self._database.insert_new(self._turns, {"_id": ROLES, "taken": 0})

    async def insert(self, new: Change) -> None:
        opening = _opening(new.opened) if new.opened else []
        writes = [added(ACCOUNTS, account_document(new.account)), *opening, *told(new.events)]
        if not await self._database.write_all(writes):
            raise EmailTaken("another account has this address", ("email",))

    async def change(self, user_id: str, step: Step, seen: Account | None = None) -> Account:
        if seen:
            change = step(seen)
            known = {"_id": user_id, "version": seen.user.version}
            if not change.ends_sessions and await self._database.write_all(_replacing(known, change)):
                return change.account
        return await self._database.transact_at_once(lambda transaction: _changed(transaction, user_id, step))

    async def change_roles(self, user_id: str, step: RolesStep) -> Account:
        def work(transaction: Transaction) -> Account:
            found = transaction.found(ACCOUNTS, {"roles": Role.ADMIN.value}, kept={"_id": 1})
            admins = frozenset(document["_id"] for document in found)
            # Two that read the same ADMINs and each take another's role away would write different documents.
            turn = changed(TURNS, {"_id": ROLES}, {"$inc": {"taken": 1}})
            return _changed(transaction, user_id, lambda account: step(account, admins), [turn])

        return await self._database.transact_at_once(work)

    async def turn(self, digest: str, step: TurnStep) -> Turn | None:
        def work(transaction: Transaction) -> Turn | None:
            family = _family(transaction, digest)
            account = _one(transaction, ACCOUNTS, {"_id": family.user_id}) if family else None
            if family is None or account is None:
                return None
            turn = step(family, user_of(account))
            transaction.write(_turning(turn, family, account))
            return turn

        return await self._database.transact_at_once(work)

    async def end_session(self, digest: str, end: SessionEnd) -> str | None:
        def work(transaction: Transaction) -> str | None:
            family = _family(transaction, digest)
            if family is None:
                return None
            transaction.write(_ending(transaction, {"_id": family.id}, end))
            return family.user_id

        return await self._database.transact_at_once(work)

    async def by_email(self, email: str) -> Account | None:
        return await self._one({"email": email})

    async def by_id(self, user_id: str) -> Account | None:
        return await self._one({"_id": user_id})

    async def by_ids(self, ids: Sequence[str]) -> tuple[User, ...]:
        with unavailable_when_away():
            found = await self._accounts.find({"_id": {"$in": list(ids)}}, WITHOUT_PASSWORD).to_list(None)
        return tuple(user_of(document) for document in found)

    async def page(self, after: str, limit: int) -> tuple[User, ...]:
        wanted = {"_id": {"$gt": after}}
        found = await self._database.read(
            lambda reads: reads.found(ACCOUNTS, wanted, BY_ID, limit=limit, kept=WITHOUT_PASSWORD)
        )
        return tuple(user_of(document) for document in found)

    async def _one(self, wanted: Document) -> Account | None:
        document = await self._database.read(lambda reads: _one(reads, ACCOUNTS, wanted))
        return account_of(document) if document else None


def _one(reads: Reads, collection: str, wanted: Document) -> Document | None:
    found = reads.found(collection, wanted, limit=1)
    return found[0] if found else None


def _changed(
    transaction: Transaction, user_id: str, step: Callable[[Account], Change], beside: Sequence[Write] = ()
) -> Account:
    """What the step made of the account; with the writes of `beside` where it made something else of it."""
    document = _one(transaction, ACCOUNTS, {"_id": user_id})
    if document is None:
        raise NotFound("no such account")
    before = account_of(document)
    change = step(before)
    if change.account == before:
        return before
    ending = _ending(transaction, {"user_id": user_id}, SessionEnd.REVOKED) if change.ends_sessions else []
    transaction.write([*beside, *ending, *_replacing({"_id": user_id}, change)])
    return change.account


def _replacing(wanted: Document, change: Change) -> list[Write]:
    """All that is written of a change that ends no session."""
    opening = _opening(change.opened) if change.opened else []
    return [replaced(ACCOUNTS, wanted, account_document(change.account)), *opening, *told(change.events)]


def _family(transaction: Transaction, digest: str) -> Family | None:
    token = _one(transaction, REFRESH_TOKENS, {"_id": digest})
    family = _one(transaction, SESSIONS, {"_id": token["family_id"]}) if token else None
    return family_of(family) if family else None


def _opening(family: Family) -> list[Write]:
    return [added(SESSIONS, family_document(family), is_new=True), _adding_token(family)]


def _adding_token(family: Family) -> Write:
    token = token_document(family.newest, family.id, family.expires_at)
    return added(REFRESH_TOKENS, token, is_new=True)


def _turning(turn: Turn, before: Family, account: Document) -> list[Write]:
    after = turn.judgement.family
    if after == before:
        return []
    writes = [replaced(SESSIONS, {"_id": after.id}, family_document(after))]
    if after.newest != before.newest:
        writes.append(_adding_token(after))
    if turn.user.version != account["version"]:
        version = {"version": turn.user.version}
        writes.append(changed(ACCOUNTS, {"_id": turn.user.id}, {"$set": version}))
    return [*writes, *told(turn.events)]


def _ending(transaction: Transaction, wanted: Document, end: SessionEnd) -> list[Write]:
    open_ones = {**wanted, "ended": None}
    count = len(transaction.found(SESSIONS, open_ones, kept={"_id": 1}))
    return [changed(SESSIONS, open_ones, {"$set": {"ended": end.value}}, count)] if count else []
