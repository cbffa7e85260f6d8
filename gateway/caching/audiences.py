"""For whom an answer is: what of a caller makes a difference to it. Verifies nobody.

An answer for all is computed for nobody in particular, so that nothing of the first caller can be in it. One for a
caller goes by account, roles and access token: who signs in again, or is given other roles, finds nothing of before.
"""

from collections.abc import Iterable
from hashlib import sha256

from gateway.caching.policies import Scope
from gateway.guard import admit
from gateway.permissions import Access
from services.shared.actors import Actor
from services.shared.errors import Forbidden, Unauthenticated

EVERYBODY = b"public"
NOBODY = b"anonymous"
"""All callers who are not signed in are one: nothing that is answered tells them apart."""
OF_MANY = frozenset({EVERYBODY, NOBODY})


def audience_of(scope: Scope, viewer: Actor | None) -> bytes | None:
    """Who is given the same answer as this caller; None for who runs the shop and must see it as it is."""
    if viewer is not None and viewer.runs_the_shop:
        return None
    if scope is Scope.PUBLIC:
        return EVERYBODY
    if viewer is None:
        return NOBODY
    told = "\n".join([viewer.user_id, *sorted(viewer.roles)])
    return told.encode() + b"\n" + sha256(viewer.proof.encode()).digest()


def seen_by(scope: Scope, viewer: Actor | None) -> Actor | None:
    """As whom an answer is computed."""
    return viewer if scope is Scope.PRIVATE else None


def may_ask(accesses: Iterable[Access], viewer: Actor | None) -> bool:
    """Whether the caller would be let to all of these; who would not is told so by the fields themselves."""
    try:
        for access in accesses:
            admit(access, viewer)
    except (Unauthenticated, Forbidden):
        return False
    return True
