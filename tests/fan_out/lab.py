"""A time-skipping Temporal server with the workers of both lanes and of users, and people for each case."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any, cast

from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.notifications import NotificationActivities
from activities.users import UsersActivities
from services.notifications.models import Message, Source, SourceKind
from services.shared.events import Event, Origin
from tests.fan_out.people import People
from tests.notifications.makers import FACTS
from tests.workflows.lab import SERVER
from workers.registry import step_names
from workflows.fan_out_notification import FanOutNotification
from workflows.names import (
    NOTIFICATIONS_CRITICAL_QUEUE,
    NOTIFICATIONS_STANDARD_QUEUE,
    USERS_QUEUE,
    notification_workflow_id,
)
from workflows.notifications import FanOutInput, FanOutResult
from workflows.plugin import caravan_plugin

LOCAL = ("notifications", "users")
REMOTE: tuple[str, ...] = ()
NUMBERS = count(1)

Run = WorkflowHandle[FanOutNotification, FanOutResult]


@dataclass
class Case:
    """One event, and whom it concerns: the user `u1`, whose contact is not known yet."""

    env: WorkflowEnvironment
    client: Client
    event_id: str
    people: People = field(default_factory=People)

    async def start(self, colocated: tuple[str, ...] = REMOTE, **changes: Any) -> Run:  # noqa: ANN401 (an event's)
        """Its workflow, begun."""
        return await self.begin(FanOutInput(event=await self.event(**changes), colocated=colocated))

    async def redo(self, *message_ids: str) -> FanOutResult:
        """Messages that failed are tried again, as its workflow, to the end."""
        with self.env.auto_time_skipping_disabled():
            return await (await self.begin(FanOutInput(messages=message_ids, colocated=LOCAL))).result()

    @property
    def run(self) -> Run:
        return self.client.get_workflow_handle_for(FanOutNotification.run, notification_workflow_id(self.event_id))

    async def begin(self, wish: FanOutInput) -> Run:
        return await self.client.start_workflow(
            FanOutNotification.run,
            wish,
            id=notification_workflow_id(self.event_id),
            task_queue=NOTIFICATIONS_CRITICAL_QUEUE,
        )

    async def event(self, **changes: Any) -> Event:  # noqa: ANN401 (an event's)
        """An order that was confirmed now, unless said otherwise."""
        values: dict[str, Any] = {
            "id": self.event_id,
            "type": "order.confirmed.v1",
            "subject": "o1",
            "sequence": 3,
            "time": await self.env.get_current_time(),
            "data": FACTS,
            "origin": Origin(correlation_id="o1", causation_id="order/o1"),
        }
        return Event(**(values | changes))

    async def tell(self, colocated: tuple[str, ...] = REMOTE, **changes: Any) -> FanOutResult:  # noqa: ANN401 (as above)
        """Its workflow, to the end."""
        # While a step runs inside of the workflow, the server believes that nothing does, and skips years.
        with self.env.auto_time_skipping_disabled() if colocated else nullcontext():
            return await (await self.start(colocated, **changes)).result()

    async def message(self) -> Message:
        """The only one."""
        (message,) = await self.people.messages.of_source(Source(kind=SourceKind.EVENT, id=self.event_id))
        return message

    async def took(self, since_run: Run) -> timedelta:
        """How long a run that has ended took, by the engine's time."""
        found = await since_run.describe()
        assert found.close_time
        return found.close_time - found.start_time


class Switchboard:
    """A port of the case that the running step's workflow is about."""

    def __init__(self, cases: dict[str, Case], part: Callable[[Case], object]) -> None:
        self._cases = cases
        self._part = part

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*args: object) -> object:
            case = self._cases[(activity.info().workflow_id or "").partition("/")[2]]
            return await getattr(self._part(case), name)(*args)

        return call


class ClockOfCases:
    """Offers Clock: that of the running step's case, so that all of a case have the same one."""

    def __init__(self, cases: dict[str, Case]) -> None:
        self._cases = cases

    def now(self) -> Any:  # noqa: ANN401 (a moment)
        return self._cases[(activity.info().workflow_id or "").partition("/")[2]].people.clock.now()


@dataclass
class Lab:
    """Where cases are tried."""

    env: WorkflowEnvironment
    client: Client
    cases: dict[str, Case]

    async def case(self) -> Case:
        """A fresh one."""
        case = Case(self.env, self.client, f"e{next(NUMBERS)}")
        self.cases[case.event_id] = case
        await case.people.register("u1")
        return case

    def same_people(self, case: Case) -> Case:
        """Another event of theirs."""
        other = Case(self.env, self.client, f"e{next(NUMBERS)}", case.people)
        self.cases[other.event_id] = other
        return other


def _steps(instance: object) -> list[Callable[..., Any]]:
    return [getattr(instance, name) for name in step_names(type(instance))]


@asynccontextmanager
async def laboratory(*, cached: int = 100) -> AsyncIterator[Lab]:
    """Everything, running. With `cached` 0 each workflow task replays its whole history."""
    cases: dict[str, Case] = {}
    sending = cast("Any", Switchboard(cases, lambda case: case.people.sending))
    contacts = cast("Any", Switchboard(cases, lambda case: case.people.contacts))
    nobody = cast("Any", None)
    told = _steps(NotificationActivities(sending, nobody, nobody, nobody, nobody, ClockOfCases(cases)))
    users = _steps(UsersActivities(contacts))
    async with AsyncExitStack() as stack:
        env = await WorkflowEnvironment.start_time_skipping(test_server_existing_path=str(SERVER))
        await stack.enter_async_context(env)
        config = env.client.config()
        config["plugins"] = [caravan_plugin()]
        lab = Lab(env, Client(**config), cases)
        for queue, steps, workflows in (
            (NOTIFICATIONS_CRITICAL_QUEUE, [*told, *users], [FanOutNotification]),
            (NOTIFICATIONS_STANDARD_QUEUE, told, []),
            (USERS_QUEUE, users, []),
        ):
            worker = Worker(
                lab.client, task_queue=queue, workflows=workflows, activities=steps, max_cached_workflows=cached
            )
            await stack.enter_async_context(worker)
        yield lab
