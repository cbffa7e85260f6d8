"""All that stands between a request and its execution, built from the settings. Answers nothing itself."""

from dataclasses import dataclass

from graphql import GraphQLError, GraphQLSchema

from gateway.auth import Authenticator
from gateway.caching.serving import CachedAnswers
from gateway.context import Backends
from gateway.limits.ports import Budget
from gateway.throttle.sign_ins import SignIns
from gateway.web.documents import Documents
from gateway.web.gate import Gate
from gateway.web.metrics import Metrics
from gateway.web.trusted import TrustedDocuments
from services.infra.settings import LimitsSettings, Profile, Settings
from services.shared.errors import CaravanError


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the edge has in common with the rest of the gateway."""

    backends: Backends
    authenticator: Authenticator
    metrics: Metrics
    sign_ins: SignIns


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What the endpoint stands on.

    Attributes:
        answer_within: the seconds that an internal call may take.
        cached: None where no answers are kept.
        tells_of_cache: whether answers tell where they come from, for developers.
        downstream: the seconds for which others may keep an answer that is for everybody.
    """

    around: Around
    documents: Documents
    gate: Gate
    trusted: TrustedDocuments
    budget: Budget
    limits: LimitsSettings
    answer_within: float
    cached: CachedAnswers | None
    tells_of_cache: bool
    downstream: int


def edge_of(
    settings: Settings, schema: GraphQLSchema, around: Around, budget: Budget, cached: CachedAnswers | None = None
) -> Edge:
    """The edge. In production the schema is not told.

    Raises OSError or ValueError for trusted documents that cannot be read, or could not be executed.
    """
    limits, open_schema = settings.limits, settings.profile is Profile.DEVELOPMENT
    documents = Documents(schema, limits, open_schema=open_schema)
    trusted = TrustedDocuments.read(settings.gateway.trusted_documents, only=settings.gateway.trusted_only)
    _check(trusted, documents)
    return Edge(
        around=around,
        documents=documents,
        gate=Gate(schema, limits, hide_suggestions=not open_schema),
        trusted=trusted,
        budget=budget,
        limits=limits,
        answer_within=settings.gateway.answer_within,
        cached=cached,
        tells_of_cache=open_schema,
        downstream=settings.cache.downstream,
    )


def _check(trusted: TrustedDocuments, documents: Documents) -> None:
    """Raises ValueError for a document that clients would be refused."""
    for text in trusted:
        try:
            wrong = [error.message for error in documents.prepared(text).errors]
        except (CaravanError, GraphQLError) as error:
            wrong = [str(error)]
        if wrong:
            raise ValueError(f"a trusted document cannot be executed: {wrong[0]}: {text[:80]}")
