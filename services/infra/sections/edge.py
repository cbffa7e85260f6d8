"""The sections of the gateway: where it listens, and how much each caller may ask of it.

What it does with them is its own business.
"""

from typing import Self

from pydantic import Field, model_validator

from services.infra.sections.section import Section


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


class CacheSettings(Section):
    """Whole answers that are kept in Redis and given again until something in them changes (seconds).

    An answer for everybody that is past its age is still given for `while_refreshed`, while a newer one is made, and
    for `if_failing` while none can be made. `checked` is the share of kept answers that is computed again after it was
    given, and compared. `downstream` is for how long browsers and proxies may keep an answer for everybody themselves,
    where no change reaches them: 0 has them ask each time.
    """

    enabled: bool = True
    while_refreshed: float = Field(default=5, ge=0, le=300)
    if_failing: float = Field(default=60, ge=0, le=3600)
    checked: float = Field(default=0.001, ge=0, le=1)
    downstream: int = Field(default=0, ge=0, le=86400)


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
