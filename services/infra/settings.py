"""The settings of every process: one typed tree, read from the environment once, at the process's start.

Names are `CARAVAN_<SECTION>__<FIELD>`; `.env.example` lists them all (a test compares), and any other that begins like
them is refused. A file of that name in SECRETS_FOLDER counts as well. The sections are in services/infra/sections;
everybody imports them from here.
"""

import re
from typing import Final, Self

from pydantic import SecretStr, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    NestedSecretsSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from services.infra.identity.raw_keys import DEVELOPMENT_PUBLIC
from services.infra.sections.edge import CacheSettings, GatewaySettings, LimitsSettings, LiveSettings, SignInSettings
from services.infra.sections.environment import Environment, UnknownVariables
from services.infra.sections.mail import LetterheadSettings, NotificationsSettings, SmtpSettings
from services.infra.sections.people import AccountsSettings, AuthSettings, ContactsSettings, IdentitySettings
from services.infra.sections.processes import CONTEXTS, ServicesSettings
from services.infra.sections.section import BETWEEN, PREFIX, Profile, Section
from services.infra.sections.servers import KafkaSettings, MongoSettings, RedisSettings, TemporalSettings
from services.infra.sections.work import (
    ConsumersSettings,
    InventorySettings,
    LogSettings,
    MetricsSettings,
    OutboxSettings,
    PaymentsSettings,
    RecommendationsSettings,
)

__all__ = [
    "BETWEEN",
    "CONTEXTS",
    "PREFIX",
    "SECRETS_FOLDER",
    "AccountsSettings",
    "AuthSettings",
    "CacheSettings",
    "ConsumersSettings",
    "ContactsSettings",
    "GatewaySettings",
    "IdentitySettings",
    "InventorySettings",
    "KafkaSettings",
    "LetterheadSettings",
    "LimitsSettings",
    "LiveSettings",
    "LogSettings",
    "MetricsSettings",
    "MongoSettings",
    "NotificationsSettings",
    "OutboxSettings",
    "PaymentsSettings",
    "Profile",
    "RecommendationsSettings",
    "RedisSettings",
    "Section",
    "ServicesSettings",
    "Settings",
    "SignInSettings",
    "SmtpSettings",
    "TemporalSettings",
    "default_secrets",
    "what_is_wrong",
]


SECRETS_FOLDER: Final = "/run/secrets/caravan"
"""Where containers find their secrets: one file each, named as the variable. It need not be there."""


DEVELOPMENT_SECRET: Final = re.compile(r"caravan-[a-z-]+-dev")
"""What the secrets of a development stack look like."""


class Settings(BaseSettings):
    """The whole tree. Built once by a process's entry point and passed down."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=BETWEEN,
        frozen=True,
        extra="forbid",
        secrets_dir=SECRETS_FOLDER,
        secrets_dir_missing="ok",
    )

    profile: Profile = Profile.DEVELOPMENT
    temporal: TemporalSettings = TemporalSettings()
    kafka: KafkaSettings = KafkaSettings()
    mongo: MongoSettings = MongoSettings()
    redis: RedisSettings = RedisSettings()
    smtp: SmtpSettings = SmtpSettings()
    notifications: NotificationsSettings = NotificationsSettings()
    letterhead: LetterheadSettings = LetterheadSettings()
    gateway: GatewaySettings = GatewaySettings()
    limits: LimitsSettings = LimitsSettings()
    sign_ins: SignInSettings = SignInSettings()
    cache: CacheSettings = CacheSettings()
    live: LiveSettings = LiveSettings()
    services: ServicesSettings = ServicesSettings()
    identity: IdentitySettings = IdentitySettings()
    auth: AuthSettings = AuthSettings()
    accounts: AccountsSettings = AccountsSettings()
    contacts: ContactsSettings = ContactsSettings()
    payments: PaymentsSettings = PaymentsSettings()
    inventory: InventorySettings = InventorySettings()
    outbox: OutboxSettings = OutboxSettings()
    consumers: ConsumersSettings = ConsumersSettings()
    recommendations: RecommendationsSettings = RecommendationsSettings()
    log: LogSettings = LogSettings()
    metrics: MetricsSettings = MetricsSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (the base's)
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (the base's)
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, the environment, what of it is no setting, and last the files of secrets."""
        secrets = NestedSecretsSettingsSource(file_secret_settings)
        return init_settings, Environment(settings_cls), UnknownVariables(settings_cls), secrets

    @model_validator(mode="after")
    def refuse_default_secrets(self) -> Self:
        """In production, raises ValueError that names every secret left at its default."""
        if self.profile is Profile.PRODUCTION and (left := default_secrets(self)):
            raise ValueError("production refuses default secrets: set " + ", ".join(left))
        return self

    @model_validator(mode="after")
    def refuse_example_mails(self) -> Self:
        """In production, raises ValueError that names every part of a mail that is an example still."""
        if self.profile is Profile.PRODUCTION and (left := self.letterhead.examples):
            names = ", ".join(f"{PREFIX}letterhead{BETWEEN}{name}".upper() for name in left)
            raise ValueError(f"production refuses mails from an example: set {names}")
        return self


OUR_WORDS: Final = {"extra_forbidden": "there is no such setting", "model_type": "must be a JSON object"}


def what_is_wrong(failure: ValidationError) -> str:
    """One line that names each variable that cannot be used, and never its value."""
    return "; ".join(_wrong(error) for error in failure.errors(include_url=False, include_input=False))


def _wrong(error: ErrorDetails) -> str:
    said = error["msg"].removeprefix("Value error, ")
    if not error["loc"]:
        return said
    name = f"{PREFIX}{BETWEEN.join(str(part) for part in error['loc'])}".upper()
    return f"{name}: {OUR_WORDS.get(error['type'], said)}"


def default_secrets(settings: Settings) -> list[str]:
    """The environment names of all secrets that still have their development value."""
    left = []
    for section in Settings.model_fields:
        values = getattr(settings, section)
        if not isinstance(values, Section):
            continue
        for name, field in type(values).model_fields.items():
            if isinstance(field.default, SecretStr) and _known_to_others(getattr(values, name), field.default):
                left.append(f"{PREFIX}{section}{BETWEEN}{name}".upper())
    if DEVELOPMENT_PUBLIC in settings.identity.known:
        # No secret itself, but whoever knows its other half is let in.
        left.append(f"{PREFIX}identity{BETWEEN}public_keys".upper())
    return left


def _known_to_others(value: SecretStr, default: SecretStr) -> bool:
    """Whether it is published with this project: as a default, or as a secret of its development containers."""
    # A default that is empty is no secret that others know: such a password is needed by few.
    return (bool(default) and _holds(value, default)) or DEVELOPMENT_SECRET.fullmatch(
        value.get_secret_value()
    ) is not None


def _holds(value: SecretStr, default: SecretStr) -> bool:
    """Whether it is the default, or a list in which the default is still believed."""
    text = value.get_secret_value()
    return default.get_secret_value() in {text, *(each.strip() for each in text.split(","))}
