"""What every reader of Caravan's records needs: the headers as text. Connects to nothing."""

from aiokafka import ConsumerRecord


def text_headers(record: ConsumerRecord) -> dict[str, str]:
    """The headers, decoded. Others than ours may be anything: what is no text is shown as well as it can be."""
    return {name: (value or b"").decode(errors="replace") for name, value in record.headers}
