"""ZIP archives from outside: any byte of them may be wrong."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib

#: What Python's zipfile lets out of archives that are damaged, newer than it, or closed with a password. Each is
#: raised by a few thousand archives with some bytes changed (see the tests): while the list of entries is read
#: (a place before the beginning, a name that is no UTF-8, a version of the format to come) or while one is unpacked.
UNREADABLE = (
    zipfile.BadZipFile,
    ValueError,  # places that lie nowhere; UnicodeDecodeError
    OSError,  # places that lie nowhere; damaged bzip2
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RuntimeError,  # a password; NotImplementedError, which is one: a later version, a way of packing unknown here
)


class Unreadable(Exception):
    """Told by whoever reads the archive in words of what it was read for; never shown as it is."""


def open_archive(content: bytes) -> zipfile.ZipFile:
    """The archive with its list of entries read."""
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except UNREADABLE as error:
        raise Unreadable from error


def unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """One entry; never more than the list says it has."""
    try:
        return archive.read(entry)
    except UNREADABLE as error:
        raise Unreadable from error
