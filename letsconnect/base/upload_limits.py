"""Limit the size of uploaded files: a request keeps no more of them than the portal can use."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from letsconnect.base.requests import noted_on

LARGEST = 5 * 1024 * 1024  # of all files of one request together


class BoundedFiles(FileUploadHandler):
    """Upload handler that keeps nothing of a file that is too large; the request remembers that there was one."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received += len(raw_data)
        if self.received > LARGEST:
            if self.request is not None:
                noted_on(self.request).has_too_large_file = True
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""
