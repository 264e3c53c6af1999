"""Keys and certificates, made once on the operator's machine and kept as secrets in the state.

Comes in: the names and addresses that each server answers to. Goes out: PEM texts; private parts are secret outputs.
They are made by commands because the declared packages hold no key type; their output is never logged.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_command as command

from mentor.settings.addresses import is_ip

AUTHORITY = r"""set -eu
cd "$(mktemp -d)"; trap 'rm -rf "$PWD"' EXIT; umask 077
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=mentor $STACK" \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign \
  -keyout key -out crt 2>/dev/null
cat key crt"""

# 800 days outlive any event and stay below the 825 that phones and laptops accept.
LEAF = r"""set -eu
cd "$(mktemp -d)"; trap 'rm -rf "$PWD"' EXIT; umask 077
cat > ca
printf '%s\n' basicConstraints=critical,CA:FALSE extendedKeyUsage=serverAuth "subjectAltName=$NAMES" > ext
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$COMMON_NAME" \
  -keyout key -out csr 2>/dev/null
openssl x509 -req -in csr -CA ca -CAkey ca -CAcreateserial -days 800 -extfile ext -out crt 2>/dev/null
cat key crt"""

SSH_KEY = r"""set -eu
cd "$(mktemp -d)"; trap 'rm -rf "$PWD"' EXIT; umask 077
ssh-keygen -q -t ed25519 -N '' -C spyglass -f key
cat key key.pub"""

PRIVATE = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----\n", re.DOTALL)


@dataclass(frozen=True)
class Pair:
    """A private key (secret) and the certificate or public key that goes with it, as PEM or OpenSSH text."""

    private: pulumi.Output[str]
    public: pulumi.Output[str]


def split(bundle: str) -> tuple[str, str]:
    """Part a private key from what follows it.

    Raises:
        ValueError: the text does not start with a private key; it is not quoted, as it may hold half of one.
    """
    found = PRIVATE.match(bundle + "\n")
    if not found:
        raise ValueError("no private key was printed; is openssl or ssh-keygen missing on this machine?")
    return found.group(0), bundle[found.end() :].strip() + "\n"


def subject_names(addresses: Sequence[str]) -> str:
    """The certificate's names in the form that openssl reads: ``DNS:lab.example,IP:192.0.2.7``."""
    return ",".join(f"{'IP' if is_ip(address) else 'DNS'}:{address}" for address in addresses)


class Certificates(pulumi.ComponentResource):
    """The workshop's own certificate authority, its servers' certificates, and the key that opens the seats."""

    authority: Pair
    terminal: Pair
    servers: Mapping[str, Pair]

    def __init__(
        self,
        name: str,
        stack: str,
        servers: Mapping[str, Sequence[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """``servers`` maps a server to the names and addresses that its certificate is good for."""
        super().__init__("mentor:index:Certificates", name, None, opts)
        self.authority = self._make("authority", AUTHORITY, {"STACK": stack})
        self.terminal = self._make("terminal-key", SSH_KEY, {})
        bundle = pulumi.Output.concat(self.authority.private, self.authority.public)
        self.servers = {
            server: self._make(
                f"{server}-certificate",
                LEAF,
                {"NAMES": subject_names(addresses), "COMMON_NAME": addresses[0]},
                bundle,
            )
            for server, addresses in servers.items()
        }
        self.register_outputs({})

    def _make(
        self, name: str, script: str, environment: dict[str, str], stdin: pulumi.Output[str] | None = None
    ) -> Pair:
        made = command.local.Command(
            name,
            create=script,
            environment=environment,
            stdin=stdin,
            triggers=[f"{key}={value}" for key, value in sorted(environment.items())],
            logging=command.local.Logging.NONE,
            add_previous_output_in_env=False,
            # A later edit of the script must not run it again: a new authority would replace every container.
            opts=pulumi.ResourceOptions(parent=self, additional_secret_outputs=["stdout"], ignore_changes=["create"]),
        )
        stdout: pulumi.Output[str] = pulumi.Output.secret(made.stdout)
        parts = stdout.apply(split)
        public = pulumi.Output.unsecret(parts.apply(lambda part: part[1]))
        return Pair(private=parts.apply(lambda part: part[0]), public=public)
