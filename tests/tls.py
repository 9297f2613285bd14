"""Certificates for tests: an authority, and a pair of a key and a certificate for loopback."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc")


@dataclass(frozen=True, slots=True)
class Certificates:
    """The files; servers and clients show the same certificate."""

    authority: Path
    certificate: Path
    key: Path

    @classmethod
    def make(cls, folder: Path) -> Certificates:
        """Make them in a folder."""
        ca, ca_key = folder / "ca.pem", folder / "ca.key"
        made = cls(authority=ca, certificate=folder / "server.pem", key=folder / "server.key")
        _openssl("req", "-x509", *_KEY, "-keyout", ca_key, "-out", ca, "-subj", "/CN=tests")
        _openssl(
            *("req", "-x509", *_KEY, "-keyout", made.key, "-out", made.certificate),
            *("-CA", ca, "-CAkey", ca_key, "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"),
            *("-addext", "basicConstraints=critical,CA:FALSE"),
        )
        return made

    @property
    def for_redis(self) -> str:
        """Lines of a server's configuration; it wants to see a certificate of each client."""
        return (
            f"tls-ca-cert-file {self.authority}\n"
            f"tls-cert-file {self.certificate}\n"
            f"tls-key-file {self.key}\n"
            "tls-replication yes"
        )

    @property
    def as_query(self) -> str:
        """Say in a Redis URL what a client trusts and shows."""
        return (
            f"ssl_ca_certs={self.authority}&ssl_certfile={self.certificate}&ssl_keyfile={self.key}"
        )


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *arguments], capture_output=True, check=True)
