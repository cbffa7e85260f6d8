"""Schedules as the schema shows them, to OPS."""

from dataclasses import dataclass

import graphene

from gateway.answers import Answer
from gateway.schedules import ScheduleView
from gateway.types.common import DateTime, Node, UserError, listed


class Schedule(graphene.ObjectType):
    """A job that runs by itself."""

    class Meta:
        """Graphene's options."""

        interfaces = (Node,)

    id = graphene.ID(required=True)
    cadence = graphene.String(required=True, description='For a person, e.g. "every day at 03:00 UTC"')
    workflow_type = graphene.String(required=True)
    paused = graphene.Boolean(required=True)
    note = graphene.String(description="Who paused it or let it go on, or what else was said about that")
    last_run_at = graphene.Field(DateTime)
    next_run_at = graphene.Field(DateTime)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleAnswer(Answer):
    """A schedule that was told something."""

    schedule: ScheduleView


class SchedulePayload(graphene.ObjectType):
    """The schedule as it is now, or why nothing was done."""

    schedule = graphene.Field(Schedule)
    errors = listed(UserError)
