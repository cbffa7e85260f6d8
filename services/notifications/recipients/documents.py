"""People as MongoDB keeps them: collections, indexes, and what is set when something is heard. Asks nothing.

A document of `recipients` is all that is known of one person, each part with the version of the account that it is of;
`sequence` counts the person's events, and belongs to whoever tells them.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

from pymongo import UpdateMany, UpdateOne

from services.infra.mongo import WHOLE, Document
from services.infra.transaction import Write
from services.notifications.models import NotificationCategory, Recipient, Suppression
from services.notifications.recipients.models import AccountNews, Purchase, address_key, place_of
from services.shared.actors import Role
from services.shared.contacts import Contact, OptionalCategory

RECIPIENTS: Final = "recipients"
SUPPRESSIONS: Final = "suppressions"
PROGRESS: Final = "progress"
CONTACTS: Final = "contacts"
"""The document of PROGRESS that says up to where contacts are known."""

Update = UpdateOne

VALIDATOR: Final[Document] = {
    "$jsonSchema": {
        "bsonType": "object",
        "required": ["_id"],
        "properties": {
            "email": {"bsonType": "string", "minLength": 3, "maxLength": 254},
            "name": {"bsonType": "string", "minLength": 1},
            "address_key": {"bsonType": "string"},
            "place": {"bsonType": "string"},
            **dict.fromkeys(
                ("roles_version", "declined_version", "contact_version", "sequence", "confirmed_orders"), WHOLE
            ),
            "is_customer": {"bsonType": "bool"},
            "declined": {"bsonType": "array", "items": {"enum": [category.value for category in OptionalCategory]}},
            "bought_at": {"bsonType": "date"},
            "suppression": {"bsonType": ["object", "null"]},
        },
    }
}
BY_PLACE: Final = [("place", 1)]
OF_ADDRESS: Final = [("address_key", 1)]


def news_document(news: AccountNews) -> Document:
    """Somebody of whom nothing else is known."""
    document: Document = {
        "_id": news.user_id,
        "is_customer": Role.CUSTOMER in news.roles,
        "roles_version": news.version,
    }
    if news.declined is not None:
        declined = [category.value for category in news.declined]
        document |= {"declined": declined, "declined_version": news.version}
    return document


def contact_document(contact: Contact) -> Document:
    """The same of a contact. Whether its address is suppressed is to be looked up after it was written."""
    return {**news_document(_news_of(contact)), **_reached(contact), "contact_version": contact.version}


def news_updates(news: AccountNews) -> list[Update]:
    """What is newer than what is known."""
    updates: list[Update] = [
        _if_newer(news.user_id, "roles_version", news.version, {"is_customer": Role.CUSTOMER in news.roles})
    ]
    if news.declined is not None:
        declined = [category.value for category in news.declined]
        updates.append(_if_newer(news.user_id, "declined_version", news.version, {"declined": declined}))
    return updates


def contact_updates(contact: Contact) -> list[Update]:
    """The same of a contact, which says all of it."""
    reached = _if_newer(contact.user_id, "contact_version", contact.version, _reached(contact))
    return [*news_updates(_news_of(contact)), reached]


def buying(purchases: Sequence[Purchase]) -> list[Write]:
    """What adds these purchases to what is known; for the transaction that keeps their events' receipts."""
    by_user: defaultdict[str, list[datetime]] = defaultdict(list)
    for purchase in purchases:
        by_user[purchase.user_id].append(purchase.at)
    return [
        Write(
            collection=RECIPIENTS,
            operation=partial(UpdateMany, upsert=True),
            arguments=({"_id": user_id}, {"$max": {"bought_at": max(at)}, "$inc": {"confirmed_orders": len(at)}}),
            changes=1,
        )
        for user_id, at in by_user.items()
    ]


def suppression_update(user_id: str, document: Document | None) -> Update:
    """Has somebody with the address know of it; or that there is none any more."""
    return UpdateOne({"_id": user_id}, {"$set": {"suppression": document}})


def suppression_document(suppression: Suppression) -> Document:
    """As both collections have it."""
    return {"since": suppression.since, "detail": suppression.detail}


def recipient_from(document: Document) -> Recipient:
    """The person, of a document with a contact."""
    suppression = document.get("suppression")
    return Recipient(
        user_id=document["_id"],
        address=document["email"],
        name=document["name"],
        declined=frozenset(NotificationCategory(each) for each in document.get("declined", ())),
        suppression=Suppression(since=suppression["since"], detail=suppression["detail"]) if suppression else None,
    )


def _news_of(contact: Contact) -> AccountNews:
    return AccountNews(user_id=contact.user_id, version=contact.version, roles=contact.roles, declined=contact.declined)


def _reached(contact: Contact) -> Document:
    return {
        "email": contact.email,
        "name": contact.name,
        "address_key": address_key(contact.email),
        "place": place_of(contact.user_id),
        "suppression": None,
    }


def _if_newer(user_id: str, version_field: str, version: int, fields: Document) -> UpdateOne:
    # So that it holds where nothing is known yet, too.
    wanted = {"_id": user_id, version_field: {"$not": {"$gte": version}}}
    return UpdateOne(wanted, {"$set": {**fields, version_field: version}})
