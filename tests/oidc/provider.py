"""A whole identity provider by other code than ours: nanoidp, in a process of its own."""

import re
import signal
import socket
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from textwrap import dedent
from time import sleep
from urllib.parse import parse_qs, urlsplit

import httpx

from escalation.clock import monotonic
from tests.oidc.mint import AUDIENCE

PATIENCE = 60.0
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
BACK = "http://127.0.0.1:9/back"


@dataclass
class Provider:
    """The provider, and what people and programs get of it."""

    issuer: str
    process: subprocess.Popen[bytes]

    def sign_in(self, user: str) -> dict[str, str]:
        """The tokens of somebody who signs in by code and PKCE, as a browser would take them."""
        told = self._discovered()
        challenge = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": "console",
            "redirect_uri": BACK,
            "scope": "openid email",
            "state": "s",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        with httpx.Client(trust_env=False) as browser:
            page = browser.get(told["authorization_endpoint"], params=asked)
            [transaction] = re.findall(r'name="transaction_id" value="([^"]+)"', page.text)
            form = {"transaction_id": transaction, "username": user, "password": "pw"}
            back = browser.post(str(page.url), data=form)
            [code] = parse_qs(urlsplit(back.headers["location"]).query)["code"]
            grant = {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": BACK,
                "code_verifier": VERIFIER,
            }
            return self._tokens(grant, "console")

    def program(self, client: str) -> str:
        """The token of a program that shows its own secret."""
        return self._tokens({"grant_type": "client_credentials"}, client)["access_token"]

    def rotate(self) -> None:
        """Sign with another key from now on."""
        answer = httpx.post(f"{self.issuer}/api/keys/rotate", trust_env=False)
        assert answer.status_code == 200, answer.text

    def end(self) -> None:
        """Be gone."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def _discovered(self) -> dict[str, str]:
        where = f"{self.issuer}/.well-known/openid-configuration"
        found: dict[str, str] = httpx.get(where, trust_env=False).json()
        return found

    def _tokens(self, grant: dict[str, str], client: str) -> dict[str, str]:
        where, secret = self._discovered()["token_endpoint"], f"{client}-secret"
        answer = httpx.post(where, data=grant, auth=(client, secret), trust_env=False)
        assert answer.status_code == 200, answer.text
        found: dict[str, str] = answer.json()
        return found


def _settings(port: int) -> str:
    return dedent(f"""\
        config_version: 1
        server: {{host: 127.0.0.1, port: {port}}}
        oauth:
          issuer: http://127.0.0.1:{port}
          audience: {AUDIENCE}
          token_expiry_minutes: 5
          clients:
            - {{client_id: console, client_secret: console-secret, redirect_uris: ["{BACK}"]}}
            - {{client_id: nightly, client_secret: nightly-secret}}
        """)


USERS = dedent("""\
    config_version: 1
    users:
      bronwyn: {password: pw, email: bronwyn-tait@rivers.example, roles: [seats]}
      visitor: {password: pw, email: visitor@rivers.example, roles: [ops]}
    """)


@contextmanager
def providing(folder: Path) -> Iterator[Provider]:
    """A provider on a free port, for the length of the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "settings.yaml").write_text(_settings(port), encoding="utf-8")
    (folder / "users.yaml").write_text(USERS, encoding="utf-8")
    words = ("--config", str(folder), "--strict-config", "--profile", "oauth21")
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-m", "nanoidp", *words, "--port", str(port)],
            cwd=folder,
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            provider = Provider(f"http://127.0.0.1:{port}", process)
            _wait(provider, folder / "log")
            yield provider
        finally:
            process.kill()


def _wait(provider: Provider, log: Path) -> None:
    until = monotonic() + PATIENCE
    while True:
        assert provider.process.poll() is None, log.read_text()
        assert monotonic() < until, log.read_text()
        try:
            httpx.get(f"{provider.issuer}/api/health", trust_env=False).raise_for_status()
        except httpx.HTTPError:
            sleep(0.05)
        else:
            return
