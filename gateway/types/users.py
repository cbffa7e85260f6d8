"""Users as the schema shows them, and the inputs and answers of signing in."""

import graphene

from gateway.types.common import DateTime, Node, UserError, listed
from gateway.types.enums import shown
from services.shared.actors import Role

RoleType = shown(Role)


class NotificationPreferences(graphene.ObjectType):
    """Transactional and security messages are always sent"""  # noqa: D415 (the contract's words)

    promotional = graphene.Boolean(required=True)
    recommendations = graphene.Boolean(required=True)


class User(graphene.ObjectType):
    """An account."""

    class Meta:
        """Graphene's options."""

        interfaces = (Node,)

    id = graphene.ID(required=True)
    email = graphene.String(required=True)
    name = graphene.String(required=True)
    roles = listed(RoleType)
    preferences = graphene.Field(NotificationPreferences, required=True)
    created_at = graphene.Field(DateTime, required=True)


class RegisterInput(graphene.InputObjectType):
    """A new account."""

    email = graphene.String(required=True)
    password = graphene.String(required=True, description="At least 10 characters; not a commonly used password")
    name = graphene.String(required=True)


class LoginInput(graphene.InputObjectType):
    """Who signs in."""

    email = graphene.String(required=True)
    password = graphene.String(required=True)


class ChangePasswordInput(graphene.InputObjectType):
    """Another password, with the present one as proof."""

    current_password = graphene.String(required=True)
    new_password = graphene.String(required=True, description="At least 10 characters; not a commonly used password")


class PreferencesInput(graphene.InputObjectType):
    """What is left out stays as it is."""

    promotional = graphene.Boolean()
    recommendations = graphene.Boolean()


class AuthPayload(graphene.ObjectType):
    """Somebody signed in, or why not."""

    user = graphene.Field(User)
    access_token = graphene.String(description="JWT, 15 minutes")
    refresh_token = graphene.String(description="Opaque, 30 days, one use")
    errors = listed(UserError)


class LogoutPayload(graphene.ObjectType):
    """The session is over, whether or not there was one."""

    errors = listed(UserError)


class UserPayload(graphene.ObjectType):
    """The account as it is now, or why it was not changed."""

    user = graphene.Field(User)
    errors = listed(UserError)
