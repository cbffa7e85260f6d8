"""Settings with other limits than the defaults, for tests that stand right at one."""

from typing import Any

from services.infra.settings import GatewaySettings, LimitsSettings, Profile, Settings


def limited(**limits: Any) -> Settings:  # noqa: ANN401 (any of the section's fields)
    """A development gateway with these limits."""
    return Settings().model_copy(update={"limits": LimitsSettings(**limits)})


def production(**gateway: Any) -> Settings:  # noqa: ANN401 (any of the section's fields)
    """A production gateway; secrets are left at their defaults, which only a process would refuse."""
    return Settings().model_copy(update={"profile": Profile.PRODUCTION, "gateway": GatewaySettings(**gateway)})
