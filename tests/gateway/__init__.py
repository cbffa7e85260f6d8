"""The gateway from the outside: requests through its whole application, on real rules over memory stores."""
