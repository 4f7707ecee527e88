"""How Schemathesis signs in: as an administrator of TANDEM_ORG, whatever the requests before did to the session or the account."""

import json
import os
import urllib.error
import urllib.request
import uuid

import schemathesis

URL = os.environ["TANDEM_URL"] + "/api/v1"
ORG = os.environ["TANDEM_ORG"]
PASSWORD = "long enough 1"


def ask(method, path, token=None, body=None):
    """Status and answer of one request."""
    headers = {"Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text else None
    except urllib.error.HTTPError as refused:
        return refused.code, None


def sign_in(name, password):
    status, answer = ask("POST", "/sessions", body={"org": ORG, "name": name, "password": password})
    assert status == 201, f"{name} cannot sign in: {status}"
    return answer["token"]


# Never used for a request that is tried: it makes administrators who are.
KEEPER = sign_in("admin", os.environ["TANDEM_PASSWORD"])


@schemathesis.auth(refresh_interval=None)
class Administrator:
    """An administrator whose session is good. One that a request ended (signing out, ending sessions, changing passwords or roles,
    deactivating, too many wrong guesses) is replaced by a new one, so that what follows is not just refused."""

    token = None

    def get(self, case, context):
        if Administrator.token is None or not self.is_good():
            name = f"fuzz-{uuid.uuid4()}"
            person = {"name": name, "display_name": "Fuzz", "roles": ["admin"], "password": PASSWORD}
            status, _ = ask("POST", "/people", KEEPER, person)
            assert status == 201, f"no new administrator: {status}"
            Administrator.token = sign_in(name, PASSWORD)
        return Administrator.token

    def is_good(self):
        status, me = ask("GET", "/me", Administrator.token)
        return status == 200 and "role:write" in me["permissions"]

    def set(self, case, data, context):
        case.headers["Authorization"] = f"Bearer {data}"
