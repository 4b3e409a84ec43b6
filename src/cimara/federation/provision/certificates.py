"""Reads the certificates of a kit: whose they are, and how long they last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from cimara.federation.errors import Code, FederationError


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says; times are UTC."""

    name: str
    organisation: str
    begins: datetime
    ends: datetime
    content: x509.Certificate

    def signed_by(self, root: Certificate) -> bool:
        """Whether the project's root signed it."""
        key = root.content.public_key()
        algorithm = self.content.signature_hash_algorithm
        if not isinstance(key, rsa.RSAPublicKey) or algorithm is None:
            return False
        try:
            key.verify(
                self.content.signature, self.content.tbs_certificate_bytes, padding.PKCS1v15(), algorithm
            )
        except Exception:
            return False
        return True


def read_certificate(path: Path) -> Certificate:
    """The certificate in a PEM file. Raises FederationError (BAD_KIT) where it is none."""
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise FederationError(
            Code.BAD_KIT, "the certificate is missing or broken", where=path.name,
            hint="Unpack the kit anew; the coordinating centre can send it again.",
        ) from error  # fmt: skip
    return Certificate(
        name=_first(found, NameOID.COMMON_NAME),
        organisation=_first(found, NameOID.ORGANIZATION_NAME),
        begins=found.not_valid_before_utc,
        ends=found.not_valid_after_utc,
        content=found,
    )


def _first(found: x509.Certificate, kind: x509.ObjectIdentifier) -> str:
    values = found.subject.get_attributes_for_oid(kind)
    return str(values[0].value) if values else ""
