"""The signing keys in MongoDB: one document, replaced by compare and set. Holds no rule, reads no private half."""

from typing import Any

from services.infra.mongo import Database, unavailable_when_away
from services.users.keys.models import Ring, SealedKey

SIGNING_KEYS = "signing_keys"
RING = "ring"
ONLY_ONE = "current"
"""The document of the time when there was one key for ever; read until the first rotation."""


class MongoKeyStore:
    """Offers `ports.KeyStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._keys = database.collection(SIGNING_KEYS)

    async def load(self) -> Ring:
        with unavailable_when_away():
            found = {each["_id"]: each for each in await self._keys.find({}).to_list(None)}
        if RING in found:
            return Ring(version=found[RING]["version"], keys=tuple(_key(each) for each in found[RING]["keys"]))
        first = found.get(ONLY_ONE)
        keys = (_key(first | {"signs_from": first["created_at"]}),) if first else ()
        return Ring(version=0, keys=keys)

    async def save(self, ring: Ring) -> bool:
        document = {"_id": RING, "version": ring.version, "keys": [_document(key) for key in ring.keys]}
        if ring.version == 1:
            return await self._database.insert_new(self._keys, document)
        with unavailable_when_away():
            written = await self._keys.replace_one({"_id": RING, "version": ring.version - 1}, document)
        return bool(written.matched_count)


def _document(key: SealedKey) -> dict[str, Any]:
    return {
        "kid": key.kid,
        "sealed": key.sealed,
        "created_at": key.created_at,
        "signs_from": key.signs_from,
    }


def _key(document: dict[str, Any]) -> SealedKey:
    return SealedKey(
        kid=document["kid"],
        sealed=document["sealed"],
        created_at=document["created_at"],
        signs_from=document["signs_from"],
    )
