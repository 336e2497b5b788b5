"""What can go wrong in field work, said to a person."""

from nanduti.methods.values import PersonError, mark

# --- the door: what a phone is told; ``status`` is the HTTP status it is told with


class DoorError(PersonError):
    """What the door says to a phone."""

    code = "surveys.door"
    status = 400
    title = mark("This cannot be received")
    sentence = mark("What was sent cannot be received.")
    remedy = mark("Tell your supervisor.")


class KeyMalformed(DoorError):
    """A key in the address that no enrolment ever made."""

    code = "surveys.key_malformed"
    status = 401
    title = mark("This address is not complete")
    sentence = mark("The key in the server's address is not complete.")
    remedy = mark("Scan the printed code again.")


class KeyRefused(DoorError):
    """A key that is not known, has ended or was taken back; which of them is not told."""

    code = "surveys.key_refused"
    status = 403
    title = mark("This key opens nothing")
    sentence = mark("The key of this phone is not valid any more. What is on the phone stays there.")
    remedy = mark("Ask your supervisor for a new code, then send again.")


class NotYetCollecting(PersonError):
    """Somebody may collect here and has not begun: looking at a page enrols nobody."""

    code = "surveys.not_yet_collecting"
    title = mark("You have not begun to fill in forms here")
    sentence = mark("Forms are filled in under your own code, and you have none in this programme yet.")
    remedy = mark("Open the form and press “Start filling in”.")


class SignInNeeded(DoorError):
    """No user name and password, or wrong ones."""

    code = "surveys.sign_in_needed"
    status = 401
    title = mark("User name and password are needed")
    sentence = mark("The user name or the password is missing or wrong.")
    remedy = mark("Enter those that stand on your sheet.")


class NotServed(DoorError):
    """A form, file or list that this phone is not given."""

    code = "surveys.not_served"
    status = 404
    title = mark("Not found")
    sentence = mark("There is nothing at this address for this phone.")
    remedy = mark("Bring the list of forms up to date.")


class MethodRefused(DoorError):
    """An HTTP method that the address does not know."""

    code = "surveys.method_refused"
    status = 405
    title = mark("This cannot be asked here")
    sentence = mark("This address does not take {method}.")
    remedy = mark("Check the server's address in the settings.")


class PostBroken(DoorError):
    """A post that ended too early or is no multipart form."""

    code = "surveys.post_broken"
    title = mark("What was sent is not complete")
    sentence = mark("The post is broken: {problem}.")
    remedy = mark("Send it again; nothing is lost and nothing is doubled.")


class XmlMissing(DoorError):
    """A post without the part that holds the answers."""

    code = "surveys.xml_missing"
    title = mark("The answers are missing")
    sentence = mark("The post has no part called xml_submission_file.")
    remedy = mark("Send it again from the app.")


class XmlUnreadable(DoorError):
    """Answers that are no XML as forms make it; the bytes are kept."""

    code = "surveys.xml_unreadable"
    title = mark("The answers cannot be read")
    sentence = mark("The answers are not well-formed: {problem}. They were kept aside.")
    remedy = mark("Tell your supervisor; do not delete them from the phone.")


class InstanceIdMissing(DoorError):
    """Answers that do not say which they are, so that sending them twice would double them; the bytes are kept."""

    code = "surveys.instance_id_missing"
    title = mark("The answers have no number of their own")
    sentence = mark("The answers have no instanceID, so they were kept aside.")
    remedy = mark("Tell your supervisor; the form needs a meta block with an instanceID.")


class IdTooLong(DoorError):
    """An identifier of more than 255 characters; the bytes are kept."""

    code = "surveys.id_too_long"
    title = mark("An identifier is too long")
    sentence = mark("The {what} has {n} characters; at most {most} can be kept. The answers were kept aside.")
    remedy = mark("Tell your supervisor; do not delete them from the phone.")


class TooBig(DoorError):
    """More than the door takes."""

    code = "surveys.too_big"
    status = 413
    title = mark("This is too big")
    sentence = mark("{what} is larger than {most} MB.")
    remedy = mark("Make photos and recordings smaller in the form's settings, or ask your supervisor.")


class AnswersDiffer(DoorError):
    """Other answers under an instanceID that is taken; the bytes are kept for a supervisor."""

    code = "surveys.answers_differ"
    status = 409
    title = mark("Other answers have this number already")
    sentence = mark("Answers with this number but other content were received before. Yours were kept aside.")
    remedy = mark("Your supervisor will compare both; do not delete them from the phone.")


class TryLater(DoorError):
    """The server cannot keep anything now: its disk is full, or its database does not answer."""

    code = "surveys.try_later"
    status = 503
    title = mark("Try again later")
    sentence = mark("The server cannot keep anything just now. Nothing was received.")
    remedy = mark("Keep it on the phone and send it again later.")


class Stumbled(DoorError):
    """A fault of ours."""

    code = "surveys.stumbled"
    status = 500
    title = mark("The server stumbled")
    sentence = mark("Something went wrong on the server. Nothing was received.")
    remedy = mark("Keep it on the phone, send it again later, and tell your supervisor.")


# --- review


class ReviewedMeanwhile(PersonError):
    """Two supervisors looked at one submission: the second is told."""

    code = "surveys.reviewed_meanwhile"
    title = mark("Somebody else decided this meanwhile")
    sentence = mark("This submission is “{state}” by now, so your decision was not written.")
    remedy = mark("Look at it as it stands now, then decide again.")


class StepRefused(PersonError):
    """A step of the review that does not lead from this state."""

    code = "surveys.step_refused"
    title = mark("This step does not fit")
    sentence = mark("A submission that is “{state}” cannot become “{wanted}”.")
    remedy = mark("Choose one of the steps that the page of the submission offers.")


class CommentNeeded(PersonError):
    """Returned or rejected without saying why."""

    code = "surveys.comment_needed"
    title = mark("Say why")
    sentence = mark("Whoever asked reads the comment to know what to put right; it is empty.")
    remedy = mark("Write one sentence, such as “Workers: 70 or 7?”.")


class NotReviewable(PersonError):
    """A submission that was corrected, is a trial, or has not been read."""

    code = "surveys.not_reviewable"
    title = mark("This submission is not under review")
    sentence = mark("It cannot be reviewed: {why}.")
    remedy = mark("Go back to the queue and choose another.")


class OwnWork(PersonError):
    """Nobody reviews what they collected themselves, unless somebody gives a reason that is kept."""

    code = "surveys.own_work"
    title = mark("Somebody else should review this")
    sentence = mark("A rule refuses this: {verdict}")
    remedy = mark(
        "Ask another supervisor; a coordinator may go ahead and must write the reason, which is kept."
    )


class OpenFindings(PersonError):
    """Accepted although a check says that something cannot be right."""

    code = "surveys.open_findings"
    title = mark("A finding is still open")
    sentence = mark("A check says that something here cannot be right, and nobody has explained it: {what}.")
    remedy = mark("Explain the finding, or write a comment that says why it is right.")


class QuarantineDecided(PersonError):
    """A post in quarantine that somebody has dealt with."""

    code = "surveys.quarantine_decided"
    title = mark("This was decided already")
    sentence = mark("This post was decided by {who}.")
    remedy = mark("Nothing more is to be done here.")


class CannotReplace(PersonError):
    """A post in quarantine whose bytes cannot take the place of a submission."""

    code = "surveys.cannot_replace"
    title = mark("This cannot be taken")
    sentence = mark("These bytes cannot become a submission: {problem}.")
    remedy = mark("Ask whoever sent them to send the form again, then decide not to take these.")


# --- tables, exports, spreadsheets


class ExportRefused(PersonError):
    """An export that cannot be made."""

    code = "surveys.export_refused"
    title = mark("This cannot be exported")
    sentence = mark("{problem}.")
    remedy = mark("{what_to_do}")


class SpreadsheetRefused(PersonError):
    """A filled workbook that cannot be read, or from which nothing can be taken."""

    code = "surveys.spreadsheet_refused"
    title = mark("This file cannot be taken in")
    sentence = mark("{place}: {problem}.")
    remedy = mark("{what_to_do}")


# --- instruments


class FormRefused(PersonError):
    """A workbook or XForm that cannot become an instrument; ``problems`` say where and what, row by row."""

    code = "surveys.form_refused"
    title = mark("This form cannot be taken yet")
    sentence = mark("{name}: {first}")
    remedy = mark("Correct it in the workbook and hand it in again; nothing was changed.")


class VersionTaken(PersonError):
    """Another form under the version of one that is published: phones could not tell them apart."""

    code = "surveys.version_taken"
    title = mark("This version is published already")
    sentence = mark("The version “{version}” of “{form}” is published, and what is published stays as it is.")
    remedy = mark(
        "Write another version into the settings sheet, or leave it empty: we number it by the time."
    )


class NotADraft(PersonError):
    """A version that is frozen."""

    code = "surveys.not_a_draft"
    title = mark("This version is frozen")
    sentence = mark("The version “{version}” is {state} and stays as it was asked.")
    remedy = mark("Hand in the changed workbook: it becomes a new draft.")


class FormInvalid(PersonError):
    """A form that ODK Validate refuses."""

    code = "surveys.form_invalid"
    title = mark("The form does not pass the check of ODK Validate")
    sentence = mark("Phones would refuse this form: {report}")
    remedy = mark("Correct the expression it names in the workbook and hand it in again.")


class MediaMissing(PersonError):
    """A form that needs files nobody has handed in."""

    code = "surveys.media_missing"
    title = mark("Files are missing")
    sentence = mark("The form needs these files on the phone: {names}.")
    remedy = mark("Add them on the page of the draft, or take them out of the form.")


class MediaRefused(PersonError):
    """A file that a form cannot carry."""

    code = "surveys.media_refused"
    title = mark("This file cannot be added")
    sentence = mark("“{name}” {problem}.")
    remedy = mark("Name it as the form does, without folders, and keep it under {most} MB.")


class DraftTried(PersonError):
    """A draft with answers: they would lose the form that they answer."""

    code = "surveys.draft_tried"
    title = mark("This draft was tried")
    sentence = mark("{n} trial answers to the draft are kept, and they need the form that they answer.")
    remedy = mark("Hand in the changed form: it takes the draft's place.")


class UnknownLibraryForm(PersonError):
    """A code that no form of the library has."""

    code = "surveys.unknown_library_form"
    title = mark("The library has no such form")
    sentence = mark("There is no form “{name}” in the library; there are: {known}.")
    remedy = mark("Choose one of these.")


class SubmissionAddressRefused(PersonError):
    """A form that would make phones send answers elsewhere."""

    code = "surveys.submission_address_refused"
    title = mark("This form sends its answers elsewhere")
    sentence = mark(
        "The settings say submission_url = {address}: phones would send the answers there, not to us."
    )
    remedy = mark("Empty the cell submission_url of the settings sheet.")


# --- enumerators


class EnumeratorCodeTaken(PersonError):
    """Two enumerators of one programme with one code."""

    code = "surveys.enumerator_code_taken"
    title = mark("This code is taken")
    sentence = mark("The programme has an enumerator called “{code_given}” already.")
    remedy = mark("Choose another code, or give the one there a new key.")


class EnumeratorEndsTooEarly(PersonError):
    """A key that would be over before it begins."""

    code = "surveys.enumerator_ends_too_early"
    title = mark("The key would be over already")
    sentence = mark("The last day, {until}, has passed.")
    remedy = mark("Take a later day, or leave it empty.")


# --- mappings


class MappingRefused(PersonError):
    """A specification of a mapping that cannot be understood."""

    code = "surveys.mapping_refused"
    title = mark("This mapping cannot be kept")
    sentence = mark("{place} {problem}.")
    remedy = mark(
        "Correct that place; nothing was changed. The reference of mappings lists all that can stand there."
    )


class NotAMapping(PersonError):
    """A text that is no YAML."""

    code = "surveys.not_a_mapping"
    title = mark("This is not YAML")
    sentence = mark("Line {line}, column {column}: {problem}.")
    remedy = mark("Check indents and colons there; the reference of mappings has an example to start from.")


class AnswerDoesNotFit(PersonError):
    """An answer that cannot be told to a record."""

    code = "surveys.answer_does_not_fit"
    title = mark("An answer could not become a record")
    sentence = mark("{slot}: the answer to {question} is no {kind}.")
    remedy = mark("Correct the answer, or let the mapping translate it; the answer itself is kept.")


class NobodyFound(PersonError):
    """A submission that is about an establishment which the register does not have."""

    code = "surveys.nobody_found"
    title = mark("The establishment was not found")
    sentence = mark("The answers name an establishment that the register does not have here.")
    remedy = mark("Correct the answer, or let the mapping enter new establishments; it is tried again then.")


class ClusterNotKnown(PersonError):
    """A submission of which nobody can say which cluster it belongs to."""

    code = "surveys.cluster_not_known"
    title = mark("The cluster is not known")
    sentence = mark("The mapping does not say to which cluster of the programme the establishment belongs.")
    remedy = mark("Name the cluster in the mapping, or enrol the enumerator for one cluster.")


class PlaceNotKnown(PersonError):
    """A place that the register does not have."""

    code = "surveys.place_not_known"
    title = mark("The place is not in the register")
    sentence = mark(
        "{question} names a place that the register does not have. It was entered without a place."
    )
    remedy = mark(
        "Add the place to the register, or translate the answer in the mapping; then tell it again."
    )


class PlaceNotClear(PersonError):
    """A name that several places of the register have."""

    code = "surveys.place_not_clear"
    title = mark("Several places have this name")
    sentence = mark(
        "{question} names a place of which the register has several. It was entered without a place."
    )
    remedy = mark(
        "Answer with the code of the place, or translate the answer in the mapping; then tell it again."
    )


# --- entities


class EntityListNameRefused(PersonError):
    """A list with a name that phones cannot use, or that is taken."""

    code = "surveys.entity_list_name_refused"
    title = mark("This name cannot be used")
    sentence = mark(
        "A list cannot be called “{name}”: the name is taken, or is more than letters, digits, - and _."
    )
    remedy = mark(
        "Begin with a letter, leave out blanks and points, and choose a name that no other list has."
    )


class EntityMovedOn(PersonError):
    """Somebody decides about a version that is no longer the present one."""

    code = "surveys.entity_moved_on"
    title = mark("Something came in meanwhile")
    sentence = mark("You looked at version {seen}; version {number} has come since.")
    remedy = mark("Look at the page again and decide once more; nothing was changed.")


# --- waves and samples


class WaveCodeTaken(PersonError):
    """Two waves of one instrument with one code."""

    code = "surveys.wave_code_taken"
    title = mark("This code is taken")
    sentence = mark("The instrument has a wave “{code_given}” already.")
    remedy = mark("Choose another code.")


class SampleUnitMovedOn(PersonError):
    """Something is said of a unit that cannot be said any more."""

    code = "surveys.sample_unit_moved_on"
    title = mark("This was settled meanwhile")
    sentence = mark("The firm has been replaced, or what was chosen cannot be said of it.")
    remedy = mark("Look at the list again; nothing was changed.")


class NoReserveLeft(PersonError):
    """Nobody stands by in the stratum."""

    code = "surveys.no_reserve_left"
    title = mark("Nobody stands by")
    sentence = mark("The stratum “{stratum}” has no reserve left.")
    remedy = mark("Go on with fewer and say so in the report, or draw more reserves with the next sample.")
