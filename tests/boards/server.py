"""The double of Grafana in a container, in the place of the official image: it runs beside a copy of grafana_stub.

In: the admin's password where Grafana's own setting says that it is. Out: port 3000 with the API; any other page tells
whom the gateway says that it is.
"""

import base64
import http.server
import json
import os
from pathlib import Path

from tests import grafana_stub

PASSWORD = Path(os.environ["GF_SECURITY_ADMIN_PASSWORD__FILE"]).read_text(encoding="utf-8")


class Server(grafana_stub.Handler):
    """The API, the health check, and pages."""

    grafana = grafana_stub.Grafana()

    def do_GET(self) -> None:  # noqa: N802 - the name is the protocol's
        path = self.path.removeprefix("/grafana")
        if path == "/api/health":
            self.tell({"database": "ok"})
        elif path.startswith("/api/"):
            self.handle_any()
        else:
            self.tell({name.lower(): value for name, value in self.headers.items()})

    def tell(self, answer: object) -> None:
        """Answer at once."""
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


grafana_stub.RIGHTS = {"Basic " + base64.b64encode(f"admin:{PASSWORD}".encode()).decode(): "Admin"}
http.server.ThreadingHTTPServer(("", 3000), Server).serve_forever()
