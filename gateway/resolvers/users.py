"""Who am I, signing up, in and out, and what one may change about an account."""

from collections.abc import Sequence
from typing import Protocol

import graphene

from gateway.answers import AuthAnswer, LogoutAnswer, UserAnswer
from gateway.context import Info, context_of
from gateway.inputs import checked_id
from gateway.types.common import listed
from gateway.types.users import (
    AuthPayload,
    ChangePasswordInput,
    LoginInput,
    LogoutPayload,
    PreferencesInput,
    RegisterInput,
    RoleType,
    User,
    UserPayload,
)
from services.shared.actors import Role
from services.users.models import (
    ChangePassword,
    Login,
    PreferencesPatch,
    PresentedToken,
    Register,
    Session,
    SetRoles,
)
from services.users.models import User as UserModel


class LoginWish(Protocol):
    """The contract's `LoginInput`."""

    email: str
    password: str


class RegisterWish(LoginWish, Protocol):
    """The contract's `RegisterInput`."""

    name: str


class PasswordWish(Protocol):
    """The schema's `ChangePasswordInput`."""

    current_password: str
    new_password: str


class UserQueries(graphene.ObjectType):
    """Reads about the caller."""

    me = graphene.Field(User, description="The signed-in user, null for an anonymous caller")

    @staticmethod
    async def resolve_me(_root: object, info: Info) -> UserModel | None:
        """The caller's account."""
        context = context_of(info)
        return await context.loaders.user.load(context.viewer.user_id) if context.viewer else None


class SessionMutations(graphene.ObjectType):
    """Sessions: how they begin, go on and end."""

    register = graphene.Field(
        AuthPayload, required=True, wanted=graphene.Argument(RegisterInput, name="input", required=True)
    )
    login = graphene.Field(
        AuthPayload, required=True, wanted=graphene.Argument(LoginInput, name="input", required=True)
    )
    refresh_session = graphene.Field(
        AuthPayload,
        required=True,
        refresh_token=graphene.String(required=True),
        description="Spends a refresh token. A spent one that comes back revokes its whole family (TOKEN_REUSED)",
    )
    logout = graphene.Field(
        LogoutPayload,
        required=True,
        refresh_token=graphene.String(required=True),
        description="Revokes the session's refresh-token family",
    )

    @staticmethod
    async def resolve_register(_root: object, info: Info, wanted: RegisterWish) -> AuthAnswer:
        """A new account, signed in."""
        context = context_of(info)
        command = Register(email=wanted.email, password=wanted.password, name=wanted.name)
        await context.sign_ins.registration(context.address)
        return _signed_in(await context.backends.users.register(command, context.origin))

    @staticmethod
    async def resolve_login(_root: object, info: Info, wanted: LoginWish) -> AuthAnswer:
        """A session of an account."""
        context = context_of(info)
        command = Login(email=wanted.email, password=wanted.password)
        async with context.sign_ins.login(command.email, context.address):
            return _signed_in(await context.backends.users.login(command, context.origin))

    @staticmethod
    async def resolve_refresh_session(_root: object, info: Info, refresh_token: str) -> AuthAnswer:
        """The session goes on, with new tokens."""
        context = context_of(info)
        presented = PresentedToken(refresh_token=refresh_token)
        await context.sign_ins.refresh(context.address)
        return _signed_in(await context.backends.users.refresh_session(presented, context.origin))

    @staticmethod
    async def resolve_logout(_root: object, info: Info, refresh_token: str) -> LogoutAnswer:
        """The session is over."""
        owner_id = await context_of(info).backends.users.logout(PresentedToken(refresh_token=refresh_token))
        return LogoutAnswer(owner_id=owner_id)


class AccountMutations(graphene.ObjectType):
    """What one may change about one's own account, and ADMIN about others'."""

    update_preferences = graphene.Field(
        UserPayload, required=True, wanted=graphene.Argument(PreferencesInput, name="input", required=True)
    )
    change_password = graphene.Field(
        AuthPayload,
        required=True,
        wanted=graphene.Argument(ChangePasswordInput, name="input", required=True),
        description="Ends all sessions of the caller and begins a new one",
    )
    set_roles = graphene.Field(
        UserPayload,
        required=True,
        user_id=graphene.ID(required=True),
        roles=listed(RoleType),
        description="[ADMIN]",
    )

    @staticmethod
    async def resolve_update_preferences(_root: object, info: Info, wanted: dict[str, bool | None]) -> UserAnswer:
        """Which optional messages the caller wants."""
        context = context_of(info)
        patch = PreferencesPatch(promotional=wanted.get("promotional"), recommendations=wanted.get("recommendations"))
        user = await context.backends.users.update_preferences(patch, context.signed_in, context.origin)
        return UserAnswer(user=user)

    @staticmethod
    async def resolve_change_password(_root: object, info: Info, wanted: PasswordWish) -> AuthAnswer:
        """Another password, and a session that begins with it."""
        context = context_of(info)
        command = ChangePassword(current_password=wanted.current_password, new_password=wanted.new_password)
        actor = context.signed_in
        async with context.sign_ins.password_check(actor.user_id, context.address):
            return _signed_in(await context.backends.users.change_password(command, actor, context.origin))

    @staticmethod
    async def resolve_set_roles(_root: object, info: Info, user_id: str, roles: Sequence[Role]) -> UserAnswer:
        """What somebody may do from now on."""
        context = context_of(info)
        command = SetRoles(user_id=checked_id(user_id, "userId"), roles=tuple(roles))
        return UserAnswer(user=await context.backends.users.set_roles(command, context.signed_in, context.origin))


def _signed_in(session: Session) -> AuthAnswer:
    return AuthAnswer(user=session.user, access_token=session.access_token, refresh_token=session.refresh_token)
