"""What every section of the settings is: frozen, and strict about names.

It knows no section, and reads nothing.
"""

from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

PREFIX: Final = "CARAVAN_"
BETWEEN: Final = "__"
"""Between a section and its field in a variable's name."""


class Profile(StrEnum):
    """DEVELOPMENT brings default secrets and accounts; PRODUCTION refuses to start with one."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Section(BaseModel):
    """A part of the tree. Frozen; an unknown name is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
