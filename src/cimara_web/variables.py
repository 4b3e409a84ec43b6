"""Every setting that the portal takes from its environment: name, meaning, example; and its error."""

from __future__ import annotations

from dataclasses import dataclass

from cimara.terms.errors import CimaraError

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")


class SettingError(CimaraError):
    """A setting that is missing or can't be read; the process ends with exit code 10."""

    exit_code = 10

    @classmethod
    def missing(cls, variable: Variable) -> SettingError:
        return cls(
            f"{variable.name} is not set: {variable.meaning}",
            hint=f"For example {variable.name}={variable.example}",
        )

    @classmethod
    def malformed(cls, variable: Variable, expected: str) -> SettingError:
        return cls(
            f"{variable.name} can't be read",
            expected=expected,
            hint=f"Example: {variable.name}={variable.example}",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One setting; `default` None means that a running portal can't do without it."""

    name: str
    meaning: str
    example: str
    default: str | None


VARIABLES = (
    Variable(
        name="CIMARA_SECRET_KEY",
        meaning="secret that signs forms and links: 50 or more random characters",
        example='$(python3 -c "import secrets; print(secrets.token_urlsafe(48))")',
        default=None,
    ),
    Variable(
        name="CIMARA_SECRET_KEY_FILE",
        meaning="file that holds the secret, read when CIMARA_SECRET_KEY is not set",
        example="/etc/cimara/secret",
        default="",
    ),
    Variable(
        name="DATABASE_URL",
        meaning="database of the portal, SQLite or PostgreSQL; by default portal.sqlite3 in CIMARA_VAR",
        example="postgresql://cimara:password@localhost:5432/cimara",
        default="",
    ),
    Variable(
        name="CIMARA_VAR",
        meaning="folder that the portal writes to: SQLite database, static files, mails, the demo's secret",
        example="/var/lib/cimara",
        default="var",
    ),
    Variable(
        name="CIMARA_STUDY_STORE",
        meaning="folder of what sites submit: files by hash, and the study store; by default in CIMARA_VAR",
        example="/var/lib/cimara/studies",
        default="",
    ),
    Variable(
        name="CIMARA_SCAN_COMMAND",
        meaning="virus scanner of uploads: gets a file, ends with 0 for clean, 1 for found; by default none",
        example="clamdscan --fdpass --no-summary",
        default="",
    ),
    Variable(
        name="CIMARA_FEDERATION_JOBS",
        meaning="job folders of federated studies, which the portal only reads; by default in CIMARA_VAR",
        example="/var/lib/cimara/federation-jobs",
        default="",
    ),
    Variable(
        name="CIMARA_SNAPSHOT",
        meaning="registry snapshot, a file or a registry folder; by default the starter registry",
        example="/var/lib/cimara/registry",
        default="",
    ),
    Variable(
        name="CIMARA_HOSTS",
        meaning="host names that the portal answers to, with commas between",
        example="trials.example.org,www.trials.example.org",
        default=",".join(LOOPBACK_HOSTS),
    ),
    Variable(
        name="CIMARA_ADDRESS",
        meaning="address of the portal in links of mails; by default the first host name, with https",
        example="https://trials.example.org",
        default="",
    ),
    Variable(
        name="CIMARA_SMTP_URL",
        meaning="mail server: STARTTLS for smtp, TLS for smtps; by default files in mail/ of CIMARA_VAR",
        example="smtp://user:password@mail.example.org:587",
        default="",
    ),
    Variable(
        name="CIMARA_MAIL_FROM",
        meaning="sender of mails; by default no-reply at the host of the portal's address",
        example="CIMARa <no-reply@trials.example.org>",
        default="",
    ),
    Variable(
        name="CIMARA_BEHIND_PROXY",
        meaning="1 when a proxy speaks HTTPS and sets X-Forwarded-Proto; plain HTTP is then redirected",
        example="1",
        default="0",
    ),
    Variable(
        name="CIMARA_INSECURE_COOKIES",
        meaning="1 for a browser that refuses Secure cookies over HTTP on this machine; never in production",
        example="1",
        default="0",
    ),
    Variable(
        name="CIMARA_ORCID_ID",
        meaning="client id of this portal at ORCID; without it sign-in by ORCID is not offered",
        example="APP-0123456789ABCDEF",
        default="",
    ),
    Variable(
        name="CIMARA_ORCID_SECRET",
        meaning="client secret that belongs to CIMARA_ORCID_ID",
        example="01234567-89ab-cdef-0123-456789abcdef",
        default="",
    ),
    Variable(
        name="CIMARA_SITE_NAME",
        meaning="name of the site in its header and titles",
        example="CIMARa",
        default="CIMARa",
    ),
    Variable(
        name="CIMARA_DEBUG",
        meaning="1 shows Django's error pages to a developer; refused unless the portal listens on loopback",
        example="1",
        default="0",
    ),
)
