"""The sections of the servers that Caravan runs on: Temporal, Kafka, MongoDB, Redis.

Where they are, nothing of what is done with them.
"""

from pydantic import Field, SecretStr

from services.infra.sections.section import Section


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
    """The databases: one URL, one database a service (`caravan_<service>`).

    Where the server knows users, a process signs in as `username` (empty: nobody), who may open the databases of the
    services that the process hosts, and no other.
    """

    url: str = "mongodb://localhost:27017"
    username: str = ""
    password: SecretStr = SecretStr("")
    database_prefix: str = "caravan_"


class RedisSettings(Section):
    """The cache and the counters. A request waits `answer_within` seconds for each of them, then goes on without."""

    url: str = "redis://localhost:6379"
    answer_within: float = Field(default=0.02, gt=0, le=1)
