"""Looking at scheduled jobs, running them now, and holding them up. For OPS."""

import graphene

from gateway.context import Info, context_of
from gateway.inputs import checked_id
from gateway.schedules import ScheduleView
from gateway.types.schedules import Schedule, ScheduleAnswer, SchedulePayload


class ScheduleQueries(graphene.ObjectType):
    """Reads of the engine."""

    schedules = graphene.List(
        graphene.NonNull(Schedule),
        required=True,
        description="[OPS] the scheduled jobs, with their last and next runs",
    )

    @staticmethod
    async def resolve_schedules(_root: object, info: Info) -> tuple[ScheduleView, ...]:
        """All of them."""
        return await context_of(info).backends.schedules.all()


class ScheduleMutations(graphene.ObjectType):
    """What a person tells the engine about them."""

    trigger_schedule = graphene.Field(
        SchedulePayload,
        required=True,
        description="[OPS]",
        schedule_id=graphene.ID(name="id", required=True),
    )
    pause_schedule = graphene.Field(
        SchedulePayload,
        required=True,
        description="[OPS]",
        schedule_id=graphene.ID(name="id", required=True),
        paused=graphene.Boolean(required=True),
    )

    @staticmethod
    async def resolve_trigger_schedule(_root: object, info: Info, schedule_id: str) -> ScheduleAnswer:
        """Runs it now, paused or not."""
        schedules = context_of(info).backends.schedules
        return ScheduleAnswer(schedule=await schedules.trigger(checked_id(schedule_id, "id")))

    @staticmethod
    async def resolve_pause_schedule(
        _root: object,
        info: Info,
        schedule_id: str,
        paused: bool,  # noqa: FBT001 (GraphQL passes it by its name)
    ) -> ScheduleAnswer:
        """Holds it up or lets it go on; who did stays with it."""
        context = context_of(info)
        note = f"{'paused' if paused else 'resumed'} by {context.signed_in.user_id}"
        found = await context.backends.schedules.pause(checked_id(schedule_id, "id"), paused=paused, note=note)
        return ScheduleAnswer(schedule=found)
