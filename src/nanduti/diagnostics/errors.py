"""What can go wrong in diagnostics, said to a person."""

from __future__ import annotations

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


class WeighedAlready(PersonError):
    """Parameters that are to change after somebody has weighed them."""

    code = "diagnostics.weighed_already"
    title = mark("Somebody has weighed already")
    sentence = mark(
        "{n} members have weighed the parameters of “{selection}”; new parameters would make that void."
    )
    remedy = mark("Begin another selection with the parameters you want.")


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


# --- assessments


class RecipeUnreadable(PersonError):
    """Text that is no recipe of an assessment."""

    code = "diagnostics.recipe_unreadable"
    title = mark("This recipe cannot be read")
    sentence = mark("Something in the recipe is wrong: {problem}.")
    remedy = mark("Correct it there; a recipe that comes with Nanduti shows how it is written.")

    @classmethod
    def because(cls, sentence: str, **details: object) -> RecipeUnreadable:
        """What is wrong, as a marked sentence and its details, so that it can be told in the reader's language."""
        return cls(problem=sentence.format(**details), problem_template=sentence, problem_details=details)


class RecipeContradicts(PersonError):
    """A recipe with rules that can never apply."""

    code = "diagnostics.recipe_contradicts"
    title = mark("Rules of this recipe contradict each other")
    sentence = mark("These can never apply: {rules}. The first because {why}.")
    remedy = mark("Change their limits or their order, so that each can apply to somebody.")


class RecipeFrozen(PersonError):
    """A published recipe that somebody wants to change."""

    code = "diagnostics.recipe_frozen"
    title = mark("This version is published")
    sentence = mark("Version {number} of “{recipe}” is published, and results rest on it.")
    remedy = mark("Make a new version from it.")


class DraftExists(PersonError):
    """A second draft of one recipe."""

    code = "diagnostics.draft_exists"
    title = mark("There is a draft already")
    sentence = mark("“{recipe}” has a draft that is not published yet.")
    remedy = mark("Go on with that draft, publish it or throw it away.")


class RecipeNotPublished(PersonError):
    """A round with a recipe that is still a draft."""

    code = "diagnostics.recipe_not_published"
    title = mark("The recipe is a draft")
    sentence = mark("“{recipe}” is not published, so nothing can be assessed by it yet.")
    remedy = mark("Look at its effect, then publish it.")


class RecipesDiffer(PersonError):
    """Two rounds that were scored by different recipes or versions."""

    code = "diagnostics.recipes_differ"
    title = mark("Two different recipes")
    sentence = mark(
        "The earlier round was scored by “{before}”, this one by “{after}”; a difference between them would say "
        "nothing about the firms."
    )
    remedy = mark("Assess the earlier answers again by the same version, then compare.")


class NobodyAnswered(PersonError):
    """A round without a single answer."""

    code = "diagnostics.nobody_answered"
    title = mark("Nobody has answered")
    sentence = mark("No firm in the choice has answered “{instrument}”, so there is nothing to assess.")
    remedy = mark("Choose another round, another cluster or a later day.")


class WrongSubject(PersonError):
    """A recipe for firms used on a cluster, or the other way round."""

    code = "diagnostics.wrong_subject"
    title = mark("The recipe is about something else")
    sentence = mark("“{recipe}” assesses {what}.")
    remedy = mark("Choose a recipe for what you want to assess.")


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
