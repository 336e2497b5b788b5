"""What can go wrong on the floor, said to a person."""

from typing import Any

from nanduti.methods.values import PersonError, mark, worded

from .roles import ROLES

# More roles than these are not listed: whoever reads on would not know more.
FEW = 4


class NotAllowed(PersonError):
    """The user's roles do not carry the capability here: told with the titles of the roles that do."""

    code = "foundation.not_allowed"
    title = mark("You may not do this")
    sentence = mark("None of your roles here includes this step. It belongs to: {who}.")
    remedy = mark("Ask the programme coordinator for the role, or ask somebody who has it.")

    def __init__(self, *, capability: str, **details: Any) -> None:
        titles = [role.title for role in ROLES if capability in role.may] or [mark("nobody")]
        if len(titles) > FEW:
            titles = [mark("most other roles")]
        # Each title a text of its own, so that it is read in the reader's language.
        names = {f"role_{n}": worded(title) for n, title in enumerate(titles)}
        who = worded(", ".join(f"{{{name}}}" for name in names), **names)
        super().__init__(**{**details, "capability": capability, "who": who})


class NotFound(PersonError):
    """Nothing with that code within the user's scopes: whether it exists elsewhere is not told."""

    code = "foundation.not_found"
    title = mark("Not found")
    sentence = mark("There is no {kind} “{code_given}” that you can see.")
    remedy = mark("Check the spelling, or ask for access to the programme or cluster it belongs to.")


class EditedMeanwhile(PersonError):
    """Two people edited one record: the second is told and nothing is overwritten."""

    code = "foundation.edited_meanwhile"
    title = mark("Somebody else changed this meanwhile")
    sentence = mark("This {kind} was changed by {who} while you were editing ({fields}).")
    remedy = mark(
        "Your entries are kept below. Compare them with the record as it stands now, then save again."
    )


class KeptElsewhere(PersonError):
    """A record that was made of an answer is to be corrected by itself."""

    code = "foundation.kept_elsewhere"
    title = mark("This came from an answer")
    sentence = mark("This {kind} was made of what somebody answered, and follows the answer.")
    remedy = mark("Correct the answer where it was received; the record is then told anew.")


class StillNamed(PersonError):
    """A record is taken back while another one stands on it."""

    code = "foundation.still_named"
    title = mark("Something else stands on this")
    sentence = mark("It cannot be taken back while a {kind} names it.")
    remedy = mark("Correct or take back that one first, or correct this one instead.")


class RuleRefused(PersonError):
    """A rule of the programme says no; the sentence is the rule's own."""

    code = "foundation.rule_refused"
    title = mark("A rule of the programme refuses this")
    sentence = mark("{verdict}")
    remedy = mark("If there is a good reason, a coordinator may override the rule; the reason is kept.")


class ActionMisuse(TypeError):
    """A bug: an action was called without ``by=`` or written without keyword-only arguments."""


class FileRefused(PersonError):
    """An uploaded file that cannot be taken."""

    code = "foundation.file_refused"
    title = mark("This file cannot be taken")
    sentence = mark("{name}: {problem}.")
    remedy = mark("{what_to_do}")


class UnknownTable(PersonError):
    """A file of an import whose name is no table."""

    code = "foundation.unknown_table"
    title = mark("Unknown table")
    sentence = mark("{file}: there is no table called “{table}”.")
    remedy = mark("Rename the file to one of: {known}.")


class ImportRefused(PersonError):
    """An import with errors: nothing of it was kept."""

    code = "foundation.import_refused"
    title = mark("Nothing was imported")
    sentence = mark("Rows with errors: {n_errors}. So nothing was imported. The first: {first}")
    remedy = mark("Correct the rows that the report names and import again.")


class UndoRefused(PersonError):
    """An import that can no longer be undone as a whole."""

    code = "foundation.undo_refused"
    title = mark("This import cannot be undone any more")
    sentence = mark("Records changed or used after the import: {n}. The first: {first}")
    remedy = mark("Change these records by hand, or undo the later work first.")


class JobCancelled(PersonError):
    """Background work that somebody stopped."""

    code = "foundation.job_cancelled"
    title = mark("Stopped")
    sentence = mark("This work was stopped before it had ended; nothing of it was kept.")
    remedy = mark("Start it again when you want it.")
