"""What can go wrong with the databases and the disk, and which errors of the libraries mean it."""

from __future__ import annotations

import errno

from django.db import DatabaseError

from nanduti.methods.values import PersonError, mark, worded


class DiskFull(PersonError):
    """There is no room to write."""

    code = "foundation.disk_full"
    title = mark("There is no room left")
    sentence = mark("The disk on which the records are kept is full. Nothing of what was done last was kept.")
    remedy = mark("Let whoever runs this service make room, then try again.")


class DatabaseBusy(PersonError):
    """Somebody else writes, for longer than anybody should wait."""

    code = "foundation.database_busy"
    title = mark("Others are writing just now")
    sentence = mark("A long piece of work holds the records. Nothing of what was done last was kept.")
    remedy = mark("Try again in a minute.")


class DatabaseSilent(PersonError):
    """A database that cannot be reached, or not with this account, or a file that cannot be opened."""

    code = "foundation.database_silent"
    title = mark("The database does not answer")
    sentence = mark("{named}: {said}.")
    remedy = mark(
        "Let whoever runs this service see that the database server runs and that its address, user and password "
        "are right; of a file, that Nanduti's user may read and write it and its folder."
    )


class DatabaseBehind(PersonError):
    """A database that was never set up, or not since the last update."""

    code = "foundation.database_behind"
    title = mark("The database is not up to date")
    sentence = mark("The database “{database}” was not set up for this version of Nanduti.")
    remedy = mark(
        "Run “nanduti setup” first. If records should be there, see that DATABASE_URL, VAULT_DATABASE_URL and "
        "NANDUTI_HOME name the right place."
    )


class DatabaseOfAnotherVersion(PersonError):
    """A database that a newer program has changed."""

    code = "foundation.database_of_another_version"
    title = mark("The database is of a newer version")
    sentence = mark("The database “{database}” was changed by a newer Nanduti ({migration}).")
    remedy = mark("Run the newer version, or restore the backup that was made before the update.")


class DatabaseTaken(PersonError):
    """Records should be moved to where something is already."""

    code = "foundation.database_taken"
    title = mark("The new database is not empty")
    sentence = mark("{named}: there is something in it already, in the table “{table}”.")
    remedy = mark("Name a database that was just made: what is moved must not mix with anything else.")


class DatabaseInUse(PersonError):
    """Somebody works with the records that should stand still."""

    code = "foundation.database_in_use"
    title = mark("Nanduti is still at work")
    sentence = mark("Others hold these records open: {n}.")
    remedy = mark("Stop the server and all workers, then try again.")


class RowRefused(PersonError):
    """A record that the new database cannot hold."""

    code = "foundation.row_refused"
    title = mark("A record cannot be moved")
    sentence = mark("Table “{table}”, record {row}: {said}. So nothing was moved.")
    remedy = mark("Correct this record where it is now, then move again.")


class RowsMissing(PersonError):
    """After moving, the numbers of rows differ."""

    code = "foundation.rows_missing"
    title = mark("Not everything arrived")
    sentence = mark("Table “{table}” has {n} records and {n_there} arrived. So nothing was moved.")
    remedy = mark("Move again; if it happens once more, tell the people who make Nanduti.")


class BackupRefused(PersonError):
    """A backup into a folder that holds something."""

    code = "foundation.backup_refused"
    title = mark("The backup needs a folder of its own")
    sentence = mark("There is something in {folder} already.")
    remedy = mark("Name a folder that is not there yet; one for each day is a good habit.")


class BackupDamaged(PersonError):
    """A copy that the database itself does not take for sound."""

    code = "foundation.backup_damaged"
    title = mark("The copy is not sound")
    sentence = mark("{name}: {said}.")
    remedy = mark(
        "Keep the backups that you have, and see that the disk is in order before anything else is done."
    )


# What SQLite says, and the codes of PostgreSQL (its manual, appendix A), for what is nobody's mistake.
FULL = ("database or disk is full",)
LOCKED = ("database is locked", "database table is locked")
UNREACHABLE = (
    "unable to open database file",
    "attempt to write a readonly database",
    "couldn't get a connection",
)
STATES = {"53100": DiskFull, "55P03": DatabaseBusy, "40P01": DatabaseBusy}


def meant_by(error: BaseException | None) -> PersonError | None:
    """What we say where the disk or a database is in trouble; nothing where the error may be a mistake of ours."""
    if isinstance(error, OSError):
        return DiskFull() if error.errno in {errno.ENOSPC, errno.EDQUOT} else None
    if not isinstance(error, DatabaseError):
        return None
    kind = STATES.get(getattr(error.__cause__, "sqlstate", None) or "")
    if kind is not None:
        return kind()
    said = str(error)
    if any(words in said for words in FULL):
        return DiskFull()
    if any(words in said for words in LOCKED):
        return DatabaseBusy()
    if any(words in said for words in UNREACHABLE) or _is_cut_off(error):
        return DatabaseSilent(named=worded(mark("The database")), said=said.partition("\n")[0].rstrip("."))
    return None


def _is_cut_off(error: DatabaseError) -> bool:
    """Whether the server went away: it has no code for that, since it says nothing any more."""
    kind = type(error.__cause__)
    is_lost = kind.__name__ in {"OperationalError", "AdminShutdown", "CannotConnectNow", "PoolTimeout"}
    return is_lost and kind.__module__.startswith("psycopg")
