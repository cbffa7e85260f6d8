"""A fresh gateway for each test."""

import pytest

from tests.gateway.world import World, build_world


@pytest.fixture
async def world() -> World:
    return await build_world()
