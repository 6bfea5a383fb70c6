"""How much a form with files may bring: told while it is read, before it fills memory or disk."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

MOST_BYTES = 120_000_000
"""Of all files of one request together."""


class Bounded(FileUploadHandler):
    """Stands before the handlers that keep what comes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.read = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.read += len(raw_data)
        if self.read > MOST_BYTES:
            raise RequestDataTooBig(f"The files of one form are larger than {MOST_BYTES:,} bytes.")
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
