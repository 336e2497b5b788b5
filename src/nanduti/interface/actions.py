"""The two verbs of the furniture: choosing a language, stopping work."""

from __future__ import annotations

from datetime import datetime

from nanduti.foundation import work
from nanduti.foundation.audit import action
from nanduti.foundation.models import Job, User


@action("interface.choose_language")
def choose_language(*, user: User, language: str, by: User, at: datetime | None = None) -> User:
    """Keep the language somebody wants to read."""
    user.language = language
    user.save(update_fields=["language"])
    return user


@action("interface.stop_work")
def stop_work(*, job: Job, by: User, at: datetime | None = None) -> Job:
    """Ask work to stop; it does so at the next place where it says how far it is."""
    work.ask_to_stop(job)
    waiting = Job.objects.filter(pk=job.pk, state=Job.State.QUEUED)
    if not waiting.update(state=Job.State.CANCELLED, cancel_asked=True, ended_at=at):
        Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(cancel_asked=True)
    job.refresh_from_db()
    return job
