"""Reads the environment: the only place that does.

What begins like a setting and is none is shown to the tree, which refuses it by its name.
"""

import os
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import EnvSettingsSource, PydanticBaseSettingsSource

from services.infra.sections.section import BETWEEN, PREFIX, Section


class Environment(EnvSettingsSource):
    """The environment. A section that is no JSON stays the text that it is, for the tree to refuse by its name."""

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:  # noqa: ANN401 (the base's)
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value


class UnknownVariables(PydanticBaseSettingsSource):
    """The variables that are no setting, as fields that do not exist: pydantic would pass a mistyped section over."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002 (the base's)
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        # Without their values: whatever refuses them must not show one.
        ours = [name for name in os.environ if name.upper().startswith(PREFIX)]
        return {name: None for name in (name[len(PREFIX) :].lower() for name in ours) if not self._known(name)}

    def _known(self, name: str) -> bool:
        section, between, _ = name.partition(BETWEEN)
        field = self.settings_cls.model_fields.get(section)
        return field is not None and (not between or isinstance(field.default, Section))
