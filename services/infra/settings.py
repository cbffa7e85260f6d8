"""The settings of every process: one typed tree, read from the environment once, at the process's start.

Names are `CARAVAN_<SECTION>__<FIELD>`; `.env.example` lists them all (a test compares), and any other that begins like
them is refused. Nothing else reads the environment.
"""

import os
from enum import StrEnum
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from services.infra.identity.raw_keys import DEVELOPMENT_PRIVATE, DEVELOPMENT_PUBLIC, raw_key

PREFIX: Final = "CARAVAN_"
BETWEEN: Final = "__"
"""Between a section and its field in a variable's name."""

CACHES: Final = 4
"""Of public keys, one behind the other: the users' process, the gateway, whatever is between, a service."""

CONTEXTS = ("catalog", "deadletters", "inventory", "orders", "payments", "users")
"""The services that there are, in the order in which they start."""


class Profile(StrEnum):
    """DEVELOPMENT brings default secrets and accounts; PRODUCTION refuses to start with one."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Section(BaseModel):
    """A part of the tree. Frozen; an unknown name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TemporalSettings(Section):
    """The workflow engine."""

    address: str = "localhost:7233"
    namespace: str = "default"
    ui: str = "http://localhost:8233"


class KafkaSettings(Section):
    """The event log; `replication` is the copies of each topic that is made.

    `instance` is what a process that consumes is called: the same after a restart, and another for each that runs at
    the same time. Empty: its machine's name and its port.
    """

    bootstrap: str = "localhost:9092"
    replication: int = Field(default=1, ge=1, le=7)
    instance: str = Field(default="", max_length=100, pattern=r"^[A-Za-z0-9._-]*$")


class MongoSettings(Section):
    """The databases: one URL, one database a service (`caravan_<service>`)."""

    url: str = "mongodb://localhost:27017"
    database_prefix: str = "caravan_"


class RedisSettings(Section):
    """The cache and the counters."""

    url: str = "redis://localhost:6379"


class SmtpSettings(Section):
    """Where mail goes."""

    url: str = "smtp://localhost:1025"


class GatewaySettings(Section):
    """Where the gateway listens, how long it waits for an answer (seconds), and how many orders it places at once.

    `allowed_origins` are the sites whose pages may call it (CORS); `trusted_proxies` the addresses whose word about
    a client's own address is taken. `trusted_documents` names the file of the documents that clients may call by hash;
    with `trusted_only` no other is executed. Lists are separated by spaces.
    """

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    answer_within: float = Field(default=4.5, gt=0, le=60)
    placements_at_once: int = Field(default=16, ge=1, le=1000)
    allowed_origins: str = ""
    trusted_proxies: str = ""
    trusted_documents: str = ""
    trusted_only: bool = False

    @model_validator(mode="after")
    def refuse_an_empty_list(self) -> Self:
        """Raises ValueError where only trusted documents are executed, and none is named."""
        if self.trusted_only and not self.trusted_documents:
            raise ValueError("trusted_only needs trusted_documents")
        return self


class LimitsSettings(Section):
    """How much one request may ask for, and each caller over many: refused before anything is executed.

    A caller may spend `budget` points at once and `budget_refill` a second over time. `body` is in
    bytes and must arrive within `body_within` seconds; `headers` are the bytes of a request's head.
    """

    budget: int = Field(default=200_000, ge=1)
    budget_refill: int = Field(default=10_000, ge=1)
    cost: int = Field(default=50_000, ge=1)
    tokens: int = Field(default=4000, ge=1)
    depth: int = Field(default=20, ge=1, le=50)
    fields: int = Field(default=1000, ge=1, le=10_000)
    aliases: int = Field(default=100, ge=0)
    directives: int = Field(default=50, ge=0)
    repeats: int = Field(default=50, ge=0, le=500)
    fragments: int = Field(default=50, ge=0, le=500)
    operations: int = Field(default=10, ge=1, le=100)
    root_fields: int = Field(default=50, ge=1)
    mutations: int = Field(default=10, ge=1)
    listed: int = Field(default=100, ge=1)
    json_depth: int = Field(default=32, ge=2, le=150)
    body: int = Field(default=256 * 1024, ge=1024)
    body_within: float = Field(default=10, gt=0, le=60)
    headers: int = Field(default=16 * 1024, ge=1024)


class SignInSettings(Section):
    """How often somebody may try to sign in: an account's first `tries` cost nothing, each further one twice the wait.

    The wait grows to `longest_delay` seconds. The others are for each client address, and may come all at once.
    """

    tries: int = Field(default=10, ge=1)
    longest_delay: float = Field(default=900, ge=1, le=3600)
    failures_an_hour: int = Field(default=100, ge=1)
    registrations_an_hour: int = Field(default=100, ge=1)
    refreshes_an_hour: int = Field(default=1000, ge=1)


class LiveSettings(Section):
    """WebSockets: how many a gateway has, what each may ask for, and how long it waits for whom (seconds).

    `look_every` is the rest between two reads of all that is watched while Redis tells of changes;
    `look_every_alone` while it does not. A socket that takes nothing for `send_within` is let go.
    """

    sockets: int = Field(default=2000, ge=1)
    subscriptions: int = Field(default=32, ge=1)
    skus: int = Field(default=100, ge=1, le=500)
    init_within: float = Field(default=5, gt=0, le=60)
    send_within: float = Field(default=20, gt=0, le=300)
    look_every: float = Field(default=10, gt=0, le=300)
    look_every_alone: float = Field(default=0.7, gt=0, le=60)


class ServicesSettings(Section):
    """Where this process listens, and where each service's internal API is.

    Services with the same URL run in one process; their steps of a workflow run there too.
    """

    host: str = "127.0.0.1"
    port: int = Field(default=8100, ge=0, le=65535)
    catalog: str = "http://127.0.0.1:8100"
    deadletters: str = "http://127.0.0.1:8100"
    inventory: str = "http://127.0.0.1:8100"
    orders: str = "http://127.0.0.1:8100"
    payments: str = "http://127.0.0.1:8100"
    users: str = "http://127.0.0.1:8100"

    def url_of(self, context: str) -> str:
        """The internal API's address of one of CONTEXTS."""
        url: str = getattr(self, context)
        return url

    def together_with(self, context: str) -> tuple[str, ...]:
        """The services in the same process as this one, itself included, sorted."""
        here = self.url_of(context)
        return tuple(sorted(other for other in CONTEXTS if self.url_of(other) == here))


class IdentitySettings(Section):
    """How the gateway and the command line prove to services who calls: `caravan keys pair` makes the two halves.

    Only callers need `private_key` (empty: none); services know callers by `public_keys`, several between two pairs.
    """

    private_key: SecretStr = SecretStr(DEVELOPMENT_PRIVATE)
    public_keys: str = DEVELOPMENT_PUBLIC

    @field_validator("private_key")
    @classmethod
    def check_private_key(cls, key: SecretStr) -> SecretStr:
        """Raises ValueError for what is neither empty nor a key."""
        if key.get_secret_value():
            raw_key(key.get_secret_value())
        return key

    @field_validator("public_keys")
    @classmethod
    def check_public_keys(cls, keys: str) -> str:
        """Raises ValueError for what is no list of keys."""
        for key in keys.split(","):
            raw_key(key.strip())
        return keys

    @property
    def known(self) -> tuple[str, ...]:
        """The public keys, one by one."""
        return tuple(key.strip() for key in self.public_keys.split(","))


class AuthSettings(Section):
    """How access tokens are made and checked. `key_passphrase` seals the signing keys in the users' database.

    A process that hosts no users gets the public keys from `jwks_url`. Whoever checks tokens asks for the keys again
    after `keys_fresh_seconds`; a new key is published `key_propagation_seconds` before it signs, which is longer than
    all caches together.
    """

    issuer: str = "https://caravan.example"
    audience: str = "caravan"
    access_minutes: int = Field(default=15, ge=1, le=60)
    jwks_url: str = "http://127.0.0.1:8000/.well-known/jwks.json"
    keys_fresh_seconds: int = Field(default=60, ge=1, le=300)
    key_propagation_seconds: int = Field(default=300, ge=4, le=86400)
    key_passphrase: SecretStr = SecretStr("caravan-key-dev")

    @model_validator(mode="after")
    def outlast_caches(self) -> Self:
        """Raises ValueError when a key could sign before everybody has heard of it."""
        if self.key_propagation_seconds < CACHES * self.keys_fresh_seconds:
            raise ValueError(f"key_propagation_seconds must be at least {CACHES} times keys_fresh_seconds")
        return self


class AccountsSettings(Section):
    """The two accounts that a system starts with."""

    admin_email: str = "admin@caravan.example"
    admin_password: SecretStr = SecretStr("caravan-admin-dev")
    ops_email: str = "ops@caravan.example"
    ops_password: SecretStr = SecretStr("caravan-ops-dev")


class PaymentsSettings(Section):
    """The payment provider, and how long one call to it may take (seconds)."""

    provider_url: str = "http://127.0.0.1:8200"
    provider_timeout: float = Field(default=10, gt=0, le=60)


class InventorySettings(Section):
    """How long a hold lasts unless committed (seconds): longer than all that may happen before the pivot."""

    hold_seconds: int = Field(default=900, ge=1, le=86400)


class OutboxSettings(Section):
    """How long a service keeps the events that it has published: longer than topics and consumers' inboxes do."""

    kept_days: int = Field(default=14, ge=11, le=400)


class ConsumersSettings(Section):
    """What listens to events. A consumer pauses for `flood_pause` seconds when it gives up too much of what it reads.

    That is `flood_letters` dead letters among its latest `flood_window` records, and at least the share `flood_share`.
    Its inbox keeps receipts for `inbox_days`: longer than the topics keep events, which is up to eight.
    """

    inbox_days: int = Field(default=10, ge=9, le=400)
    flood_share: float = Field(default=0.2, gt=0, le=1)
    flood_letters: int = Field(default=20, ge=1)
    flood_window: int = Field(default=100, ge=1, le=10_000)
    flood_pause: float = Field(default=60, gt=0, le=3600)

    @model_validator(mode="after")
    def refuse_what_never_opens(self) -> Self:
        """Raises ValueError where the window is too small to hold that many letters."""
        if self.flood_letters > self.flood_window:
            raise ValueError("flood_letters must be at most flood_window")
        return self


class LogSettings(Section):
    """JSON lines to standard error; level as in the standard library."""

    level: str = "INFO"


class Environment(EnvSettingsSource):
    """The environment. A section that is no JSON stays the text that it is, for the tree to refuse by its name."""

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:  # noqa: ANN401 (the base's)
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value


class UnknownVariables(PydanticBaseSettingsSource):
    """The variables that are no setting, as fields that do not exist: pydantic would pass a mistyped section over."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 (the base's)
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        # Without their values: whatever refuses them must not show one.
        ours = [name for name in os.environ if name.upper().startswith(PREFIX)]
        return {name: None for name in (name[len(PREFIX) :].lower() for name in ours) if not self._known(name)}

    def _known(self, name: str) -> bool:
        section, between, _ = name.partition(BETWEEN)
        field = self.settings_cls.model_fields.get(section)
        return field is not None and (not between or isinstance(field.default, Section))


class Settings(BaseSettings):
    """The whole tree. Built once by a process's entry point and passed down."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter=BETWEEN, frozen=True, extra="forbid")

    profile: Profile = Profile.DEVELOPMENT
    temporal: TemporalSettings = TemporalSettings()
    kafka: KafkaSettings = KafkaSettings()
    mongo: MongoSettings = MongoSettings()
    redis: RedisSettings = RedisSettings()
    smtp: SmtpSettings = SmtpSettings()
    gateway: GatewaySettings = GatewaySettings()
    limits: LimitsSettings = LimitsSettings()
    sign_ins: SignInSettings = SignInSettings()
    live: LiveSettings = LiveSettings()
    services: ServicesSettings = ServicesSettings()
    identity: IdentitySettings = IdentitySettings()
    auth: AuthSettings = AuthSettings()
    accounts: AccountsSettings = AccountsSettings()
    payments: PaymentsSettings = PaymentsSettings()
    inventory: InventorySettings = InventorySettings()
    outbox: OutboxSettings = OutboxSettings()
    consumers: ConsumersSettings = ConsumersSettings()
    log: LogSettings = LogSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (the base's)
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (the base's)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (the base's)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, the environment, and what of it is no setting: no files."""
        return init_settings, Environment(settings_cls), UnknownVariables(settings_cls)

    @model_validator(mode="after")
    def refuse_default_secrets(self) -> Self:
        """In production, raises ValueError that names every secret left at its default."""
        if self.profile is Profile.PRODUCTION and (left := default_secrets(self)):
            raise ValueError("production refuses default secrets: set " + ", ".join(left))
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
            if isinstance(field.default, SecretStr) and getattr(values, name) == field.default:
                left.append(f"{PREFIX}{section}{BETWEEN}{name}".upper())
    if DEVELOPMENT_PUBLIC in settings.identity.known:
        # No secret itself, but whoever knows its other half is let in.
        left.append(f"{PREFIX}identity{BETWEEN}public_keys".upper())
    return left
