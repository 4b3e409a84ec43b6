"""Takes a form with a bundle of up to 2 MB, in memory only; other forms of ours have a few kilobytes."""

from __future__ import annotations

from email.message import Message
from email.parser import BytesParser
from typing import IO, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

from cimara.trials.fhir.bundle_error import MAX_BYTES

MOST_BYTES = MAX_BYTES + 512 * 1024
"""The bundle, the rest of the form, and the line ends that a browser makes longer in pasted text."""
MOST_PARTS = 10


def is_too_long(request: HttpRequest, most_bytes: int = MOST_BYTES) -> bool:
    """True when the body is, or may be, longer than any form with a bundle; asked before a byte is read."""
    told = request.META.get("CONTENT_LENGTH") or "0"
    return not told.isascii() or not told.isdigit() or int(told) > most_bytes


class InMemory(FileUploadHandler):
    """Reads a whole form at once: no part of a bundle is ever written to disk."""

    most_bytes = MOST_BYTES
    most_parts = MOST_PARTS

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: dict[str, Any],  # noqa: N803 (Django's name)
        content_length: int,
        boundary: bytes,
        encoding: str | None = None,
    ) -> tuple[QueryDict, MultiValueDict[str, SimpleUploadedFile]]:
        """The fields and files of the form."""
        head = f"Content-Type: {META['CONTENT_TYPE']}\r\n\r\n".encode("latin-1")
        form = BytesParser().parsebytes(head + input_data.read(self.most_bytes))
        fields, files = QueryDict(mutable=True), MultiValueDict[str, SimpleUploadedFile]()
        for part in _parts(form, self.most_parts):
            name, raw = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
            if not isinstance(name, str) or not isinstance(raw, bytes):
                continue
            filename = part.get_filename()
            if filename is None:
                fields.appendlist(name, raw.decode("utf-8", "replace"))
            elif filename:
                files.appendlist(name, SimpleUploadedFile("bundle.json", raw))
        return fields, files

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Never called: the whole body was read above."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Never called: the whole body was read above."""


def _parts(form: Message, most: int) -> list[Message]:
    listed = form.get_payload() if form.is_multipart() else []
    return [one for one in listed[:most] if isinstance(one, Message)]
