"""The record of every order and its states. Runs no step of the saga itself."""
