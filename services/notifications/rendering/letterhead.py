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
        unsubscribe_url: where people reach the gateway to unsubscribe; a slash and a token follow.
    """

    shop: str
    sender: str
    bulk_sender: str
    reply_to: str
    imprint: str
    unsubscribe_url: str

    @property
    def domain(self) -> str:
        """The right side of identifiers."""
        return self.sender.rpartition("@")[2]
