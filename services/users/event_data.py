"""The data of users' events, by type and version. What is published only ever gains optional fields."""

from typing import Final

from typing_extensions import TypedDict

from services.shared.schemas.data import Identifier, Role
from services.shared.schemas.known import EventType


class UserData(TypedDict):
    """A user as it is after the change. No address and no name: whoever may know them asks for them."""

    userId: Identifier
    roles: list[Role]


class ChosenMessages(TypedDict):
    """Which optional messages a user wants."""

    promotional: bool
    recommendations: bool


class PreferencesChanged(UserData):
    """A user as it is after the change, and which optional messages it wants from now on."""

    preferences: ChosenMessages


EVENT_TYPES: Final = (
    EventType(name="user.registered.v1", data=UserData, told="Somebody has a new account."),
    EventType(name="user.signed-in.v1", data=UserData, told="Somebody has signed in with the right password."),
    EventType(name="user.password-changed.v1", data=UserData, told="A password was changed; all sessions are over."),
    EventType(name="user.session-compromised.v1", data=UserData, told="A spent refresh token came back."),
    EventType(name="user.preferences-changed.v1", data=PreferencesChanged, told="Other optional messages are wanted."),
    EventType(name="user.roles-changed.v1", data=UserData, told="A user has other roles; all sessions are over."),
)
