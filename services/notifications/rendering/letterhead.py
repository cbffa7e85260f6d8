"""Who writes: what every mail of a shop has in common. Values only; settings make them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """The sender of mails.

    Attributes:
        shop: its name, as people know it.
        sender: the address that mails about accounts and orders come from.
        bulk_sender: the address that campaigns come from; a mail server may think ill of one and well of the other.
        reply_to: the address that people can write to.
        imprint: who is responsible, with a postal address, in one line; the law of most countries asks for it.
        site: where people reach the gateway, without a slash at the end.
    """

    shop: str
    sender: str
    bulk_sender: str
    reply_to: str
    imprint: str
    site: str

    @property
    def domain(self) -> str:
        """The right side of identifiers."""
        return self.sender.rpartition("@")[2]
