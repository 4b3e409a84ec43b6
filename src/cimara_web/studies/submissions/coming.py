"""Takes files of a form straight into the study store while they come; what is cut off leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, BinaryIO

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError

from cimara_web.studies.kept_bytes import Coming, KeptFile, TooBigError
from cimara_web.studies.submissions.limits import shown_name

END = "end"
"""A field after the files of a form. Its absence tells that the browser stopped on the way."""
ROOM = 64 * 1024
"""What a form may take besides its files."""


class CutOffError(ValueError):
    """The upload stopped before its end."""


class ComingFile(UploadedFile):
    """A file of a form as it lies in the store under a passing name, and the name that it was sent under."""

    def __init__(self, coming: Coming, name: str) -> None:
        super().__init__(name=shown_name(name), size=coming.size)
        self._coming = coming

    def close(self) -> None:
        """The view keeps it or drops it; there is nothing to close at the end of the request."""

    def read_from_disk(self) -> BinaryIO:
        """What came, to look at before it is kept."""
        self._coming.flush()
        return self._coming.path.open("rb")

    def keep(self) -> KeptFile:
        """Name the bytes by their hash."""
        return self._coming.keep()


class IntoTheStore(FileUploadHandler):
    """Writes each wanted file of a form into the study store. `most` is the largest size by field."""

    chunk_size = 1 << 20

    def __init__(self, most: Mapping[str, int]) -> None:
        super().__init__()
        self.most = most
        self.opened: dict[str, Coming] = {}
        self.too_big = ""
        self._now = ""

    def new_file(self, field_name: str, *args: Any, **kwargs: Any) -> None:
        """A file begins; one of another field, or a second one, is passed over."""
        super().new_file(field_name, *args, **kwargs)
        if field_name not in self.most or field_name in self.opened:
            raise SkipFile
        self._now = field_name
        self.opened[field_name] = Coming(most=self.most[field_name])

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """A chunk of it."""
        try:
            self.opened[self._now].write(raw_data)
        except TooBigError:
            self.too_big = self._now
            raise StopUpload(connection_reset=True) from None

    def file_complete(self, file_size: int) -> ComingFile:
        """The part of the form ended; whether the whole came is for the field after it to tell."""
        return ComingFile(self.opened[self._now], self.file_name or "")

    def drop(self) -> None:
        """Leave nothing of what was not kept."""
        for one in self.opened.values():
            one.drop()


@contextmanager
def coming_in(request: HttpRequest, most: Mapping[str, int]) -> Iterator[IntoTheStore]:
    """Read the files of this request's form into the store; afterwards what was not kept is gone.

    The view around it is exempt from the CSRF check, and the one inside protected: the check reads the form.
    """
    handler = IntoTheStore(most)
    request.upload_handlers = [handler]
    try:
        yield handler
    finally:
        handler.drop()


def whole_form(request: HttpRequest) -> None:
    """Read the form to its end.

    Raises
    ------
    CutOffError
        When the browser stopped before it.
    """
    try:
        is_whole = request.POST.get(END) == "1"
    except (MultiPartParserError, OSError) as error:
        raise CutOffError from error
    if not is_whole:
        raise CutOffError


def is_too_long(request: HttpRequest, most: Mapping[str, int]) -> bool:
    """Whether the browser says beforehand that it sends more than the files may have together."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not length.isdigit() or int(length) > sum(most.values()) + ROOM
