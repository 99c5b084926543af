"""Jobs of the reports floor: making a run while its page waits, and the draft of each term."""

import datetime as dt

from celery import shared_task
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.calendars import county_year
from core.models import JobRun
from core.rules import Season, academic_year_of, term_code
from reports import services
from reports.models import ReportRun
from reports.rules import draft_day

JOB = "reports.draft_termly_report"


@shared_task(name="reports.make_run")
def make_run(*, run_id: int) -> None:
    """Freeze a run and make its documents; a message that comes twice finds them made."""
    progress = services.report_progress(run_id)
    try:
        services.make_run(run=ReportRun.objects.get(pk=run_id), today=timezone.localdate(), progress=progress)
    except Exception:
        progress(-1, services.STEPS, "Stopped by a fault")
        raise


def due_draft(today: dt.date) -> tuple[int, Season, dt.date] | None:
    """(academic year, season, as-at day) of the term whose drafting day has come and not passed with the term."""
    academic_year = academic_year_of(today)
    calendar = county_year(academic_year)
    for season in Season:
        first_on, last_on = calendar.season(season)
        if first_on <= today <= last_on:
            days = [day for day in calendar.school_days() if first_on <= day <= last_on]
            due_on = draft_day(academic_year, season, days)
            return (academic_year, season, today) if due_on is not None and due_on <= today else None
    return None


@shared_task(name="reports.draft_termly_report")
def draft_termly_report(*, on: str | None = None) -> None:
    """Draft the term's report once its day has come (daily at 04:00); the home page tells the Head.

    One draft a term: the JobRun of the term is written in the same transaction as the frozen run, so that a crash
    leaves neither and the next morning tries again. A term that somebody drafted by hand is left alone.
    `on` (ISO) stands in for today.
    """
    today = dt.date.fromisoformat(on) if on else timezone.localdate()
    due = due_draft(today)
    if due is None:
        return
    academic_year, season, as_at = due
    term = term_code(academic_year, season)
    job, first_on = f"{JOB} {term}", county_year(academic_year).season(season)[0]
    if JobRun.objects.filter(job=job, on=first_on).exists():
        return
    with transaction.atomic():
        try:
            with transaction.atomic():
                done = JobRun.objects.create(job=job, on=first_on)
        except IntegrityError:
            # Another beat was first; its run is the term's.
            return
        if not services.drafts_of(academic_year, season):
            run = services.open_run(term=term, as_at=as_at, actor=None, today=today)
            services.freeze_run(run=run, today=today)
            make_run.delay_on_commit(run_id=run.pk)
        done.finished_at = timezone.now()
        done.save(update_fields=["finished_at"])
