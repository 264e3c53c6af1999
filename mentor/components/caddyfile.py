"""The gateway's configuration as text.

Comes in: how TLS is done, the addresses that people type, where the web app and Grafana are. Goes out: a Caddyfile.
Pure.
"""

import json
from collections.abc import Sequence
from typing import Literal

from mentor.settings.addresses import is_ip

CERTIFICATE = "/dev/shm/gateway/tls.crt"  # noqa: S108 - where the image's entry hands them to Caddy's user
KEY = "/dev/shm/gateway/tls.key"  # noqa: S108

WAITING_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<meta http-equiv="refresh" content="5"><meta name="color-scheme" content="light dark">'
    "<title>One moment</title><style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:30rem;margin:20vh auto;"
    "padding:0 1rem}</style><h1>The portal does not answer</h1><p>It is starting, or being repaired. "
    "Your work is not affected. This page tries again by itself every five seconds.</p></html>"
)

NO_BOARDS_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<meta name="color-scheme" content="light dark">'
    "<title>No boards</title><style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:30rem;margin:20vh auto;"
    "padding:0 1rem}</style><h1>Grafana does not answer</h1><p>It is starting, or this workshop has none. "
    'The same facts are <a href="/">on the workshop\'s own pages</a>.</p></html>'
)

SERVERS = """\
	servers {
		protocols h1 h2
		max_header_size 32KB
		timeouts {
			read_header 15s
			idle 5m
		}
	}"""

HEADERS = """\
	header {
		Strict-Transport-Security "max-age=86400"
		X-Content-Type-Options nosniff
		?X-Frame-Options DENY
		?Referrer-Policy same-origin
		-Server
		-Via
		defer
	}"""

# Only port 443 is published, so only the challenge that runs inside TLS can work.
ACME = """\
	tls {
		issuer acme {
			disable_http_challenge
		}
	}"""

# Neither headers (cookies, passwords of API calls) nor the query of an address are written down.
LOG = """\
	log {
		output stdout
		format filter {
			wrap json
			fields {
				request>headers delete
				request>tls delete
				resp_headers delete
				request>uri regexp "[?].*" ""
			}
		}
	}"""


def caddyfile(
    *,
    tls: Literal["internal", "files", "acme"],
    email: str | None,
    addresses: Sequence[str],
    upstream: str,
    grafana: str,
) -> str:
    """The whole file. ``email`` is for ``acme``; the first address answers those who name none (by IP).

    It is the same whether there is a Grafana or not: one that comes later cuts no terminal.
    """
    portal = [HEADERS, LOG, _grafana(upstream, grafana), _portal(upstream), _errors()]
    parts = [_global_options(tls, email, addresses[0]), "(portal) {", *portal, "}"]
    names = [f"https://{address}:8443" for address in addresses if not is_ip(address)]
    if tls == "acme":
        # Certificates are ordered for the names of a site; the site without one answers whatever else is typed.
        parts += [f"{', '.join(names)} {{", ACME, "\timport portal", "}", "https://:8443 {", "\timport portal", "}"]
    else:
        parts += ["https://:8443 {", f"\ttls {CERTIFICATE} {KEY}", "\timport portal", "}"]
    return "\n".join(parts) + "\n"


def _global_options(tls: str, email: str | None, first: str) -> str:
    lines = [
        "{",
        "\tadmin off",
        # One port: no plain HTTP beside it, not even to redirect. With certificates as files nothing is managed.
        f"\tauto_https {'disable_redirects' if tls == 'acme' else 'off'}",
        "\thttps_port 8443",
        # A browser that opens an IP address sends no server name.
        f"\tdefault_sni {first}",
    ]
    if tls == "acme" and email:
        lines.append(f"\temail {json.dumps(email)}")
    return "\n".join([*lines, SERVERS, "}"])


def _portal(upstream: str) -> str:
    return f"""\
	request_body {{
		max_size 1MB
	}}
	@files path /static/*
	encode @files gzip
	handle {{
		reverse_proxy {upstream} {{
			# Caddy itself puts the browser's address into X-Forwarded-For, and drops what a browser claims there.
			header_up -Forwarded
			header_up -X-Real-Ip
			header_up -X-Webauth-*
		}}
	}}"""


def _grafana(upstream: str, grafana: str) -> str:
    # Who is signed in is the web app's to say: a browser's own claim is dropped first, and nobody's session goes
    # further than to the web app. A program that brings a password of Grafana's own, as `up` does, speaks to its API
    # as itself. In a `route` the order is the one written here.
    return f"""\
	@grafana path /grafana /grafana/*
	handle @grafana {{
		route {{
			request_header -X-Webauth-*
			@program {{
				path /grafana/api/*
				header Authorization *
			}}
			handle @program {{
				request_header -Cookie
				reverse_proxy {grafana}
			}}
			forward_auth {upstream} {{
				uri /boards/visitor?
				copy_headers X-Webauth-User X-Webauth-Name X-Webauth-Role
			}}
			request_header -Authorization
			request_header -Cookie
			reverse_proxy {grafana}
		}}
	}}"""


def _errors() -> str:
    return f"""\
	handle_errors {{
		@no_boards {{
			path /grafana /grafana/*
			expression `{{err.status_code}} in [502, 503, 504]`
		}}
		handle @no_boards {{
			header Content-Type "text/html; charset=utf-8"
			header Cache-Control no-store
			respond `{NO_BOARDS_PAGE}` 503
		}}
		@away expression `{{err.status_code}} in [502, 503, 504]`
		handle @away {{
			header Content-Type "text/html; charset=utf-8"
			header Cache-Control no-store
			header Retry-After 5
			respond `{WAITING_PAGE}` 503
		}}
		respond "{{err.status_code}} {{err.status_text}}" {{err.status_code}}
	}}"""
