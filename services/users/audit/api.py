"""The internal HTTP of the audit trail: its face as it is. Open to known callers only."""

from fastapi import APIRouter

from services.infra.http import internal_router
from services.infra.identity.entry import Entry
from services.users.audit.ports import Audit


def router(face: Audit, entry: Entry) -> APIRouter:
    """The routes under `/internal/audit`."""
    return internal_router("audit", Audit, face, entry)
