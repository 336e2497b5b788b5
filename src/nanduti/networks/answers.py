"""Answers as ties: a roster filled in the field becomes who was asked, whom they named, and what passes between them.

Each row of the roster is one nomination, and each kind of relation ticked in it one tie. What the other end would have
said ("they lend to me") is written as the tie it is, from them to the one who answered. Somebody who is not in the
register is kept as named, not known: the name stays sealed where it was answered.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from nanduti.methods.values import PersonError
from nanduti.programme.models import Coverage, Programme
from nanduti.programme.scopes import work_scope
from nanduti.register.pseudonyms import tidy
from nanduti.surveys.mapping.targets import Slot, Target, Told, offer
from nanduti.surveys.models import RecordLink, Submission, Wave

from .actors import NAMED, actor_for, named_actor, records_of
from .confirming import settle
from .errors import TieToItself, TieToNobody
from .kinds import REVERSED, Kind
from .models import Nomination, Tie, TieActor, TieRespondent, TieWave
from .queries.kinds import kinds_of

RESPONDENT = Target(
    "networks.respondent",
    _("that somebody answered with whom they deal"),
    (
        Slot("asked_on", "date", title=_("the day")),
        Slot("n_more", "integer", title=_("partners beyond those listed")),
        Slot("coupon", title=_("number of the coupon")),
        Slot("wave", title=_("code of the round; else the wave of the survey, else the instrument")),
        Slot("round_kinds", "list", title=_("kinds asked for")),
    ),
    write=lambda told: write_respondents(told),
    withdraw=lambda links: withdraw_respondents(links),
)
TIE = Target(
    "networks.tie",
    _("whom somebody named, and what passes between them"),
    (
        Slot("target", title=_("pseudonym of the one named")),
        Slot("name", is_identifying=True, title=_("the name, where there is no pseudonym; it stays sealed")),
        Slot("kinds", "list", title=_("kinds of tie")),
        Slot("trust", "number", title=_("how far they trust them")),
        Slot("strength", "number", title=_("strength of the ties")),
        Slot("since", title=_("since which year or day")),
        Slot("asked_on", "date", title=_("the day")),
        Slot("wave", title=_("code of the round")),
    ),
    write=lambda told: write_ties(told),
    withdraw=lambda links: withdraw_ties(links),
)


class _Books:
    """Rounds, kinds and actors of a batch, each found once."""

    def __init__(self, told: list[Told]) -> None:
        self.kinds: dict[int, dict[str, Kind]] = {}
        self.waves: dict[tuple[int, str], TieWave] = {}
        self.actors: dict[tuple[int, str], TieActor] = {}
        self.survey_waves: dict[int, list[Wave]] = {}
        self.covered: dict[int, set[int]] = {}
        self.records = records_of(str(t.values.get("target") or "") for t in told)

    def kinds_of(self, submission: Submission) -> dict[str, Kind]:
        programme = submission.programme
        if programme.pk not in self.kinds:
            self.kinds[programme.pk] = kinds_of(programme)
        return self.kinds[programme.pk]

    def wave(self, one: Told) -> TieWave:
        """The round: as the answer says, else the survey's wave of that day, else the instrument itself."""
        submission, day = one.submission, day_of(one)
        code = str(one.values.get("wave") or "")[:80]
        survey_wave = None if code else self.survey_wave(submission, day)
        code = code or (survey_wave.code if survey_wave else submission.instrument.code)
        key = (submission.programme_id, code)
        if key not in self.waves:
            cluster = submission.cluster
            titled = survey_wave or submission.instrument
            self.waves[key], _made = TieWave._base_manager.get_or_create(
                programme=submission.programme,
                code=code,
                defaults={
                    "cluster": cluster,
                    "scope": work_scope(submission.programme, cluster),
                    "title": titled.title[:200] or code,
                    "title_es": titled.title_es[:200],
                    "from_on": survey_wave.opens_on if survey_wave else day,
                    "until_on": survey_wave.closes_on if survey_wave else None,
                    "survey_wave": survey_wave,
                    "method": TieWave.Method.SNOWBALL if one.values.get("coupon") else TieWave.Method.ROSTER,
                },
            )
        return self.waves[key]

    def survey_wave(self, submission: Submission, day: date) -> Wave | None:
        """The wave of the instrument on that day; of several the one that opened last."""
        number = submission.instrument_id
        if number not in self.survey_waves:
            rows = Wave._base_manager.filter(instrument=number, opens_on__isnull=False).order_by("-opens_on")
            self.survey_waves[number] = list(rows)
        open_ones = (w for w in self.survey_waves[number] if w.opens_on <= day)
        return next((w for w in open_ones if w.closes_on is None or day <= w.closes_on), None)

    def covers(self, programme: int, cluster: int) -> bool:
        """Whether the programme works in the cluster."""
        if programme not in self.covered:
            rows = Coverage._base_manager.filter(programme=programme)
            self.covered[programme] = set(rows.values_list("cluster_id", flat=True))
        return cluster in self.covered[programme]

    def actor(self, submission: Submission, record: Any) -> TieActor:
        key = (submission.programme_id, record.pseudonym)
        if key not in self.actors:
            self.actors[key] = actor_for(
                programme=submission.programme, record=record, cluster=submission.cluster
            )
        return self.actors[key]


def day_of(one: Told) -> date:
    """The day it was said: as answered, else the day the answer came."""
    said = one.values.get("asked_on")
    return said if isinstance(said, date) else one.submission.received_at.date()


# --- who answered


def write_respondents(told: list[Told]) -> None:
    """That they answered, and how many more partners they counted."""
    books = _Books(told)
    for one in told:
        wave = books.wave(one)
        actor = books.actor(one.submission, one.establishment)
        more = one.values.get("n_more")
        values = {
            "state": TieRespondent.State.ANSWERED,
            "answered_on": day_of(one),
            "n_more": more if more is not None and 0 <= more < 1_000_000 else None,
            "scope": wave.scope,
            **_recruited(one, books),
        }
        row, _made = TieRespondent._base_manager.update_or_create(wave=wave, actor=actor, defaults=values)
        one.record_kind, one.record_id = "networks.tierespondent", str(row.pk)


def _recruited(one: Told, books: _Books) -> dict[str, Any]:
    """Who handed over the coupon with which this one came; without one in a snowball, the chain begins here."""
    from nanduti.surveys.models import Coupon

    code = str(one.values.get("coupon") or "").strip()
    if not code:
        return {"is_seed": False}
    slip = (
        Coupon._base_manager.filter(wave__instrument=one.submission.instrument, code=code)
        .select_related("given_to__establishment")
        .first()
    )
    giver = slip.given_to.establishment if slip and slip.given_to else None
    if giver is None:
        return {"is_seed": True}
    return {"is_seed": False, "recruited_by": books.actor(one.submission, giver)}


def withdraw_respondents(links: Iterable[RecordLink]) -> None:
    """Nobody has answered after all."""
    TieRespondent._base_manager.filter(pk__in=[link.record_id for link in links]).delete()


# --- whom they named


def write_ties(told: list[Told]) -> None:
    """One nomination for each row, with a tie for each kind; said anew, they are written anew."""
    books = _Books(told)
    written: list[Nomination] = []
    former = Nomination._base_manager.filter(pk__in=[t.record_id for t in told if t.record_id])
    named_before = set(former.values_list("named_id", flat=True))
    for one in told:
        try:
            nomination = _nomination(one, books)
        except PersonError as problem:
            one.problem = problem
            continue
        one.record_kind, one.record_id = "networks.nomination", str(nomination.pk)
        written.append(nomination)
    _settle(written, named_before, books)


def _settle(written: list[Nomination], named_before: set[int], books: _Books) -> None:
    """What both ends have told now is confirmed."""
    ends = {end for one in written for end in (one.teller_id, one.named_id)} | named_before
    kinds = {code: kind for known in books.kinds.values() for code, kind in known.items()}
    settle(waves={one.wave_id for one in written}, actors=ends, kinds=kinds)


def _nomination(one: Told, books: _Books) -> Nomination:
    submission, wave = one.submission, books.wave(one)
    teller = books.actor(submission, one.establishment)
    named = _named(one, books)
    if named.pk == teller.pk:
        raise TieToItself(named=named.pseudonym)
    values = {"wave": wave, "teller": teller, "named": named, "row": one.row[:40], "scope": wave.scope}
    nomination = Nomination._base_manager.filter(pk=one.record_id).first() if one.record_id else None
    if nomination is None:
        nomination = Nomination(**values)
    for name, value in values.items():
        setattr(nomination, name, value)
    if nomination.pk:
        nomination.ties.all().delete()
    nomination.save()
    Tie._base_manager.bulk_create(_ties(one, nomination, books))
    return nomination


def _named(one: Told, books: _Books) -> TieActor:
    """The one named: by pseudonym, else by name as not known yet; a code that is nobody's is no reason to drop them."""
    submission = one.submission
    text = str(one.values.get("target") or "").strip()
    record = books.records.get(tidy(text)) if text else None
    if record is not None and _is_here(record, submission, books):
        return books.actor(submission, record)
    name = str(one.values.get("name") or "").strip()
    if not name and not text:
        raise TieToNobody(named="–")
    nickname = f"{NAMED}{text}" if text and not name else ""
    return named_actor(
        programme=submission.programme, cluster=submission.cluster, nickname=nickname, name=name
    )


def _is_here(record: Any, submission: Submission, books: _Books) -> bool:
    """Whether the record may be meant: in a cluster that the programme covers, or in none."""
    cluster = getattr(record, "cluster_id", None)
    return (
        cluster is None or cluster == submission.cluster_id or books.covers(submission.programme_id, cluster)
    )


def _ties(one: Told, nomination: Nomination, books: _Books) -> list[Tie]:
    known = books.kinds_of(one.submission)
    since = _since(one.values.get("since"))
    common = {
        "programme": one.submission.programme, "cluster": one.submission.cluster, "scope": nomination.scope,
        "wave": nomination.wave, "told_by": nomination.teller, "nomination": nomination, "began_on": since,
        "stated_on": day_of(one), "source": one.labels.get("source"),
    }  # fmt: skip
    made = []
    for answer in dict.fromkeys(str(k) for k in one.values.get("kinds") or ()):
        code = REVERSED.get(answer, answer)
        if code not in known:
            continue
        ends = (nomination.teller, nomination.named)
        origin, target = reversed(ends) if answer in REVERSED else ends
        strength = _on_scale(known[code], one.values.get("strength"))
        made.append(Tie(kind=code, origin=origin, target=target, strength=strength, **common))
    trust = _on_scale(known["trusts"], one.values.get("trust"))
    if trust is not None:
        # "No trust at all" is an answer, and no tie.
        state = Tie.State.NONE if trust == known["trusts"].none_at else Tie.State.SAID
        ends = {"origin": nomination.teller, "target": nomination.named}
        made.append(Tie(kind="trusts", strength=trust, state=state, **ends, **common))
    return made


def _on_scale(kind: Kind, value: Any) -> float | None:
    """The strength if it stands on the scale of its kind; what does not is not known."""
    if value is None or not kind.scale:
        return None
    lowest, highest = kind.scale
    return float(value) if lowest <= float(value) <= highest else None


def _since(value: Any) -> date | None:
    text = str(value or "").strip()
    try:
        return date(int(text), 1, 1) if len(text) == 4 else date.fromisoformat(text[:10])
    except ValueError:
        return None


def withdraw_ties(links: Iterable[RecordLink]) -> None:
    """Take back what an answer no longer tells; whoever was only named there is forgotten with it."""
    rows = Nomination._base_manager.filter(pk__in=[link.record_id for link in links])
    ends = list(rows.values_list("wave_id", "teller_id", "named_id"))
    named = {one for _wave, _teller, one in ends}
    programmes = list(
        Programme._base_manager.filter(tie_waves__in={wave for wave, _t, _n in ends}).distinct()
    )
    rows.delete()
    for programme in programmes:
        everybody = {end for _wave, *both in ends for end in both}
        settle(waves={wave for wave, _t, _n in ends}, actors=everybody, kinds=kinds_of(programme))
    left = TieActor._base_manager.filter(pk__in=named, state=TieActor.State.NAMED)
    left.filter(
        nominations_received__isnull=True, nominations_made__isnull=True, ties_in__isnull=True,
        ties_out__isnull=True, asked__isnull=True,
    ).delete()  # fmt: skip


def connect() -> None:
    """Let answers become ties."""
    offer(RESPONDENT)
    offer(TIE)
