"""Each service opens its own database and no other: real users of a real server, who may open one database each."""

from collections.abc import Iterator

import pymongo
import pytest
from pydantic import SecretStr

from services.infra.settings import CONTEXTS, MongoSettings, Settings
from services.shared.errors import Unavailable
from tests.support.mongo import running_server
from workers.composition import compose
from workers.process import open_shared


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server that lets nobody in but one user a service."""
    home = tmp_path_factory.mktemp("guarded")
    with running_server(home) as url, pymongo.MongoClient[dict[str, object]](url) as client:
        for name in CONTEXTS:
            role = {"role": "readWrite", "db": f"caravan_{name}"}
            client.admin.command("createUser", f"caravan_{name}", pwd=f"password-of-{name}", roles=[role])
    with running_server(home, "--auth") as url:
        yield url


def as_user(url: str, name: str) -> Settings:
    """Settings of a process that signs in as this service's user."""
    password = SecretStr(f"password-of-{name}")
    return Settings(mongo=MongoSettings(url=url, username=f"caravan_{name}", password=password))


async def prepare(settings: Settings, name: str) -> None:
    """Does to the database what a process does at its start."""
    async with open_shared(settings, (name,)) as shared:
        hosted = compose(name, shared)
        await hosted.prepare()
        await hosted.database.ping()
        if hosted.close is not None:
            await hosted.close()


@pytest.mark.parametrize("name", CONTEXTS)
async def test_a_service_needs_its_own_user_and_no_more(guarded: str, name: str) -> None:
    await prepare(as_user(guarded, name), name)


async def test_another_services_user_is_let_into_nothing(guarded: str) -> None:
    with pytest.raises(Unavailable):
        await prepare(as_user(guarded, "orders"), "payments")


async def test_nobody_is_let_in_unnamed(guarded: str) -> None:
    with pytest.raises(Unavailable):
        await prepare(Settings(mongo=MongoSettings(url=guarded)), "orders")
