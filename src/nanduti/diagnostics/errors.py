"""What can go wrong in diagnostics, said to a person."""

from nanduti.methods.values import PersonError, mark

# --- selection of clusters


class SelectionDecided(PersonError):
    """A selection that was decided is kept as it was."""

    code = "diagnostics.selection_decided"
    title = mark("This selection is decided")
    sentence = mark("“{selection}” was decided, so its scores and weights are kept as they were.")
    remedy = mark("Begin another selection, or open this one again with the reason.")


class ScoreOutsideScale(PersonError):
    """A score that the scale of its parameter does not have."""

    code = "diagnostics.score_outside_scale"
    title = mark("Outside the scale")
    sentence = mark("{value} is no score for “{parameter}”, which runs from {low} to {high}.")
    remedy = mark("Choose a step of the scale, or “not known”.")


class EvidenceMissing(PersonError):
    """A score without saying what it rests on."""

    code = "diagnostics.evidence_missing"
    title = mark("Say what the score rests on")
    sentence = mark("The score for “{parameter}” has no evidence.")
    remedy = mark("Write one sentence, or name the indicator or the document.")


class PointsNotHundred(PersonError):
    """Points that do not make up the whole budget."""

    code = "diagnostics.points_not_hundred"
    title = mark("Not 100 points")
    sentence = mark("You handed out {total} of 100 points.")
    remedy = mark("Hand out the rest, or take some back; 0 is for what should not count.")


class PairsContradict(PersonError):
    """Pairs compared by one member that contradict each other too much."""

    code = "diagnostics.pairs_contradict"
    title = mark("The comparisons contradict each other")
    sentence = mark(
        "The consistency ratio is {ratio}, above 0.1. What clashes most: “{first}” against “{second}”; "
        "{agreeing} would agree with your other answers."
    )
    remedy = mark("Look at the marked pairs again, or say why they are used all the same.")


class NothingRanked(PersonError):
    """A decision while no candidate is ranked."""

    code = "diagnostics.nothing_ranked"
    title = mark("Nothing is ranked yet")
    sentence = mark("No candidate has passed the gate with enough scores.")
    remedy = mark("Score the candidates first.")


class SayWhyAgainst(PersonError):
    """A decision that does not follow the ranking, without its reason."""

    code = "diagnostics.say_why_against"
    title = mark("Say why against the ranking")
    sentence = mark("{chosen} is chosen, and {leader} stands first.")
    remedy = mark("The committee may decide so; write why, so that others can follow it later.")


class ReasonNeeded(PersonError):
    """Something that is kept only with its reason."""

    code = "diagnostics.reason_needed"
    title = mark("Say why")
    sentence = mark("This is kept only with its reason.")
    remedy = mark("Write the reason, so that others can follow it later.")


class GateNotShut(PersonError):
    """An override where the gate refuses nothing."""

    code = "diagnostics.gate_not_shut"
    title = mark("Nothing to override")
    sentence = mark("The gate does not refuse {candidate}.")
    remedy = mark("Nothing has to be done.")


# --- studies


class StudyIsAgreed(PersonError):
    """Something of a study that is frozen."""

    code = "diagnostics.study_agreed"
    title = mark("This study is agreed")
    sentence = mark("“{study}” was agreed, so what stands in it is frozen.")
    remedy = mark("Open it again with a reason, or begin a new study of the cluster.")


class StudyHasGaps(PersonError):
    """A study that is to be agreed although parts of it are missing."""

    code = "diagnostics.study_has_gaps"
    title = mark("Parts of this study are missing")
    sentence = mark("Still missing: {missing}.")
    remedy = mark("Complete them, or say why it is agreed all the same.")


class IntermediaryIsFirm(PersonError):
    """A firm that is to stand between two clusters."""

    code = "diagnostics.intermediary_is_firm"
    title = mark("A firm cannot stand between")
    sentence = mark("An intermediary is an association or an institution, not a firm.")
    remedy = mark("Name the firm as interested, by its pseudonym.")


class PartyNamedAlready(PersonError):
    """Somebody who is named for the same issue twice."""

    code = "diagnostics.party_named_already"
    title = mark("Already named")
    sentence = mark("{party} is already named for this issue.")
    remedy = mark("Nothing has to be done.")


class UnknownPseudonym(PersonError):
    """A pseudonym that no establishment of the cluster has."""

    code = "diagnostics.unknown_pseudonym"
    title = mark("No such firm in this cluster")
    sentence = mark("No establishment of {cluster} has the pseudonym “{pseudonym}”.")
    remedy = mark("Copy the pseudonym from the register; names are not used here.")
