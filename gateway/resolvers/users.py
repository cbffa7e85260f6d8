"""Who am I, signing up and signing in."""

from typing import Protocol

import graphene

from gateway.answers import AuthAnswer
from gateway.context import Info, context_of
from gateway.types.users import AuthPayload, LoginInput, RegisterInput, User
from services.users.models import Login, Register
from services.users.models import User as UserModel


class LoginWish(Protocol):
    """The contract's `LoginInput`."""

    email: str
    password: str


class RegisterWish(LoginWish, Protocol):
    """The contract's `RegisterInput`."""

    name: str


class UserQueries(graphene.ObjectType):
    """Reads about the caller."""

    me = graphene.Field(User, description="The signed-in user, null for an anonymous caller")

    @staticmethod
    async def resolve_me(_root: object, info: Info) -> UserModel | None:
        """The caller's account."""
        context = context_of(info)
        return await context.loaders.user.load(context.viewer.user_id) if context.viewer else None


class UserMutations(graphene.ObjectType):
    """Accounts and sessions."""

    register = graphene.Field(
        AuthPayload, required=True, wanted=graphene.Argument(RegisterInput, name="input", required=True)
    )
    login = graphene.Field(
        AuthPayload, required=True, wanted=graphene.Argument(LoginInput, name="input", required=True)
    )

    @staticmethod
    async def resolve_register(_root: object, info: Info, wanted: RegisterWish) -> AuthAnswer:
        """A new account, signed in."""
        context = context_of(info)
        command = Register(email=wanted.email, password=wanted.password, name=wanted.name)
        session = await context.backends.users.register(command, context.origin)
        return AuthAnswer(user=session.user, access_token=session.access_token)

    @staticmethod
    async def resolve_login(_root: object, info: Info, wanted: LoginWish) -> AuthAnswer:
        """A session of an account."""
        context = context_of(info)
        command = Login(email=wanted.email, password=wanted.password)
        session = await context.backends.users.login(command, context.origin)
        return AuthAnswer(user=session.user, access_token=session.access_token)
