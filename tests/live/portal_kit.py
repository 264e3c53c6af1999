"""Signing in to a running portal as a browser does, with its certificate verified."""

import ssl
import tempfile

import httpx

from tests.waiting import PATIENCE


def trusting(certificate: str) -> ssl.SSLContext:
    """Trust this authority (PEM) and no other."""
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(certificate)
        file.flush()
        return ssl.create_default_context(cafile=file.name)


def sign_in(url: str, user: str, password: str, authority: str) -> httpx.Response:
    """Post the form; 303 and a cookie are a yes, 401 is a no, 503 means that the directory did not answer."""
    with httpx.Client(verify=trusting(authority), timeout=PATIENCE) as browser:
        return browser.post(f"{url}/sign-in", data={"user_name": user, "password": password}, headers={"Origin": url})
