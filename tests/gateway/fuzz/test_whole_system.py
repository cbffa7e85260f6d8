"""The same on a whole system: the stores' databases, the workflow engine and the wire between them."""

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from cli.ready import Addresses
from services.infra.settings import Settings
from tests.gateway.fuzz.test_fuzz import CODES, examine

EXAMPLES = 400
LOGIN = "mutation ($input: LoginInput!) { login(input: $input) { accessToken refreshToken user { id } } }"


class Caller:
    """One connection to the gateway; signed in once it has a token."""

    def __init__(self, graphql: str) -> None:
        self._connection = HTTPConnection(urlsplit(graphql).netloc, timeout=60)
        self._headers = {"content-type": "application/json"}

    def ask(self, body: bytes) -> tuple[int, dict[str, Any]]:
        self._connection.request("POST", "/graphql", body, self._headers)
        response = self._connection.getresponse()
        return response.status, json.loads(response.read())

    def sign_in(self, email: str, password: str) -> dict[str, str]:
        """What it knows of itself then."""
        wish = {"query": LOGIN, "variables": {"input": {"email": email, "password": password}}}
        login = self.ask(json.dumps(wish).encode())[1]["data"]["login"]
        self._headers["authorization"] = f"Bearer {login['accessToken']}"
        return {"order": "none", "product": "none", "user": login["user"]["id"], "token": login["refreshToken"]}

    def close(self) -> None:
        self._connection.close()


@pytest.mark.heavy
@pytest.mark.timeout(600)
def test_whatever_is_sent_to_a_whole_system_is_answered_by_the_contract(servers: Addresses) -> None:
    accounts = Settings().accounts
    caller = Caller(servers.graphql)
    known = caller.sign_in(accounts.ops_email, accounts.ops_password.get_secret_value())
    examine(caller.ask, known, CODES, EXAMPLES)
    caller.close()
