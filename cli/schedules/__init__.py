"""`caravan schedules`: the jobs that run by themselves, for the people who run the shop. Speaks GraphQL."""
