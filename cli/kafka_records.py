"""What every reader of Caravan's records needs: the headers as text. Connects to nothing."""

from aiokafka import ConsumerRecord


def text_headers(record: ConsumerRecord) -> dict[str, str]:
    """The record's headers, decoded."""
    return {name: value.decode() for name, value in record.headers}
