"""Accounts and sessions as MongoDB keeps them: validators, and documents to values and back. Holds no rule."""

from datetime import datetime
from typing import Any

from services.infra.mongo import WHOLE, Document
from services.shared.actors import Role
from services.users.models import Account, Family, Preferences, SessionEnd, User

DIGEST = {"bsonType": "string", "pattern": "^[0-9a-f]{64}$"}

ACCOUNT_VALIDATOR: Document = {
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

FAMILY_VALIDATOR: Document = {
    "$jsonSchema": {
        "bsonType": "object",
        "required": ["_id", "user_id", "newest", "predecessor", "salt", "turned_at", "expires_at", "ended"],
        "properties": {
            "user_id": {"bsonType": "string"},
            "newest": DIGEST,
            "turned_at": {"bsonType": "date"},
            "expires_at": {"bsonType": "date"},
            "ended": {"enum": [None, *(end.value for end in SessionEnd)]},
        },
    }
}

TOKEN_VALIDATOR: Document = {
    "$jsonSchema": {
        "bsonType": "object",
        "required": ["_id", "family_id", "expires_at"],
        "properties": {"_id": DIGEST, "family_id": {"bsonType": "string"}, "expires_at": {"bsonType": "date"}},
    }
}
"""So that a token itself can never be stored where its digest belongs."""


def account_document(account: Account) -> Document:
    """As `accounts` keeps it."""
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


def account_of(document: dict[str, Any]) -> Account:
    """The account with its hash."""
    return Account(user=user_of(document), password_hash=document["password_hash"])


def user_of(document: dict[str, Any]) -> User:
    """The user, of a document with or without the hash."""
    return User(
        id=document["_id"],
        email=document["email"],
        name=document["name"],
        roles=tuple(Role(role) for role in document["roles"]),
        preferences=Preferences(**document["preferences"]),
        version=document["version"],
        created_at=document["created_at"],
    )


def family_document(family: Family) -> Document:
    """As `sessions` keeps it."""
    return {
        "_id": family.id,
        "user_id": family.user_id,
        "newest": family.newest,
        "predecessor": family.predecessor,
        "salt": family.salt,
        "turned_at": family.turned_at,
        "expires_at": family.expires_at,
        "ended": family.ended.value if family.ended else None,
    }


def family_of(document: dict[str, Any]) -> Family:
    """The session."""
    return Family(
        id=document["_id"],
        user_id=document["user_id"],
        newest=document["newest"],
        predecessor=document["predecessor"],
        salt=document["salt"],
        turned_at=document["turned_at"],
        expires_at=document["expires_at"],
        ended=SessionEnd(document["ended"]) if document["ended"] else None,
    )


def token_document(digest: str, family_id: str, expires_at: datetime) -> Document:
    """As `refresh_tokens` keeps each token that was ever handed out: to know it again when it comes back."""
    return {"_id": digest, "family_id": family_id, "expires_at": expires_at}
