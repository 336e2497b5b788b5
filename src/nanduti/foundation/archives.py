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


#: Text that somebody wrote shrinks to a tenth, tables of equal cells to a fortieth. What shrinks a hundred times was
#: made to fill a memory (Apache POI refuses the same by default: ZipSecureFile, minimal inflation ratio 0.01).
GREATEST_SWELLING = 100
#: Below this it does no harm.
HARMLESS_BYTES = 4 * 1_048_576
#: Parts of a workbook that are held in memory whole: its words and its styles. The sheets are read row by row.
LARGEST_PART_BYTES = 96 * 1_048_576
SHEETS = "xl/worksheets/"


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


def swells(archive: zipfile.ZipFile) -> bool:
    """Whether a workbook would take far more memory than its size lets expect."""
    return any(
        entry.file_size > HARMLESS_BYTES
        and (
            entry.file_size > GREATEST_SWELLING * entry.compress_size
            or (_is_held_whole(entry.filename) and entry.file_size > LARGEST_PART_BYTES)
        )
        for entry in archive.infolist()
    )


def _is_held_whole(name: str) -> bool:
    return name.endswith(".xml") and not name.startswith(SHEETS)
