"""The accounts, their sessions and the signing key in MongoDB. One transaction a method; holds no rule.

Who changes an account or a session writes its document, so that of two at once one meets a conflict and looks again.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta

from services.infra.mongo import Database, Document, Session, unavailable_when_away
from services.infra.outbox.rows import Outbox
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

KEPT_AFTER_EXPIRY = timedelta(days=7)
"""For so long an expired token is told from one that never was; then MongoDB removes it."""


class MongoAccountStore:
    """Offers `ports.AccountStore`."""

    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._accounts = database.collection(ACCOUNTS)
        self._sessions = database.collection(SESSIONS)
        self._tokens = database.collection(REFRESH_TOKENS)
        self._turns = database.collection(TURNS)
        self._outbox = outbox

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
        async def beside(session: Session) -> None:
            if new.opened:
                await self._open(new.opened, session)
            await self._outbox.append(session, new.events)

        if not await self._database.insert_new(self._accounts, account_document(new.account), beside):
            raise EmailTaken("another account has this address", ("email",))

    async def change(self, user_id: str, step: Step) -> Account:
        async def work(session: Session) -> Account:
            return await self._changed(user_id, step, session)

        return await self._database.transact(work)

    async def change_roles(self, user_id: str, step: RolesStep) -> Account:
        async def work(session: Session) -> Account:
            # Two that read the same ADMINs and each take another's role away would write different documents.
            await self._turns.update_one({"_id": ROLES}, {"$inc": {"taken": 1}}, session=session)
            found = self._accounts.find({"roles": Role.ADMIN.value}, {"_id": True}, session=session)
            admins = frozenset([document["_id"] for document in await found.to_list(None)])
            return await self._changed(user_id, lambda account: step(account, admins), session)

        return await self._database.transact(work)

    async def turn(self, digest: str, step: TurnStep) -> Turn | None:
        async def work(session: Session) -> Turn | None:
            family = await self._family(digest, session)
            account = await self._accounts.find_one({"_id": family.user_id}, session=session) if family else None
            if family is None or account is None:
                return None
            turn = step(family, user_of(account))
            await self._save_turn(turn, family, account, session)
            return turn

        return await self._database.transact(work)

    async def end_session(self, digest: str, end: SessionEnd) -> None:
        async def work(session: Session) -> None:
            if family := await self._family(digest, session):
                await self._end({"_id": family.id}, end, session)

        await self._database.transact(work)

    async def by_email(self, email: str) -> Account | None:
        return await self._one({"email": email})

    async def by_id(self, user_id: str) -> Account | None:
        return await self._one({"_id": user_id})

    async def by_ids(self, ids: Sequence[str]) -> tuple[User, ...]:
        with unavailable_when_away():
            found = await self._accounts.find({"_id": {"$in": list(ids)}}, WITHOUT_PASSWORD).to_list(None)
        return tuple(user_of(document) for document in found)

    async def _one(self, wanted: Document) -> Account | None:
        with unavailable_when_away():
            document = await self._accounts.find_one(wanted)
        return account_of(document) if document else None

    async def _changed(self, user_id: str, step: Callable[[Account], Change], session: Session) -> Account:
        document = await self._accounts.find_one({"_id": user_id}, session=session)
        if document is None:
            raise NotFound("no such account")
        before = account_of(document)
        change = step(before)
        if change.account == before:
            return before
        await self._accounts.replace_one({"_id": user_id}, account_document(change.account), session=session)
        if change.ends_sessions:
            await self._end({"user_id": user_id}, SessionEnd.REVOKED, session)
        if change.opened:
            await self._open(change.opened, session)
        await self._outbox.append(session, change.events)
        return change.account

    async def _family(self, digest: str, session: Session) -> Family | None:
        token = await self._tokens.find_one({"_id": digest}, session=session)
        family = await self._sessions.find_one({"_id": token["family_id"]}, session=session) if token else None
        return family_of(family) if family else None

    async def _open(self, family: Family, session: Session) -> None:
        await self._sessions.insert_one(family_document(family), session=session)
        await self._add_token(family, session)

    async def _add_token(self, family: Family, session: Session) -> None:
        token = token_document(family.newest, family.id, family.expires_at)
        await self._tokens.insert_one(token, session=session)

    async def _save_turn(self, turn: Turn, before: Family, account: Document, session: Session) -> None:
        after = turn.judgement.family
        if after == before:
            return
        await self._sessions.replace_one({"_id": after.id}, family_document(after), session=session)
        if after.newest != before.newest:
            await self._add_token(after, session)
        if turn.user.version != account["version"]:
            version = {"version": turn.user.version}
            await self._accounts.update_one({"_id": turn.user.id}, {"$set": version}, session=session)
        await self._outbox.append(session, turn.events)

    async def _end(self, wanted: Document, end: SessionEnd, session: Session) -> None:
        await self._sessions.update_many({**wanted, "ended": None}, {"$set": {"ended": end.value}}, session=session)
