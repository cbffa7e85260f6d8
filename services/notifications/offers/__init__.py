"""What each reader of a campaign is offered, written into the message just before it is sent. Chooses nothing."""
