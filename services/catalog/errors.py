"""What the catalogue refuses beyond the shared tree."""

from services.shared.errors import Refused


class SkuTaken(Refused):
    """Another product has this SKU."""

    code = "SKU_TAKEN"
