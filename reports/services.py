"""The termly report's use cases: make, word, approve, issue, withdraw, and the documents of each state."""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from attainment.rules import NiCode
from core.actor import acting_as
from core.audit import Access, record_access
from core.models import User
from core.rules import Season
from pupils.matching import present_keys
from pupils.models import Pupil
from pupils.rules import Basis
from pupils.rules.names import fold
from reports import permissions, termly
from reports.models import IndicatorTarget, ReportDocument, ReportRun
from reports.rules import Audience, ReportState, TransitionRefused

Progress = Callable[[int, int, str], None]
STEPS = 3
"""Freezing the figures and the two documents, for the progress bar."""


class ChangedMeanwhile(Exception):
    """Somebody changed the report since the person looked at it."""


class NamesAChild(ValueError):
    """The text names a child of the report; the message does not repeat the name."""


def _quiet(done: int, total: int, text: str) -> None:
    """Nobody watches."""


def progress_key(run_id: int) -> str:
    """Where the cache keeps how far the making of a run is."""
    return f"report-progress-{run_id}"


def report_progress(run_id: int) -> Progress:
    """Progress through the cache, for the page that waits."""

    def report(done: int, total: int, text: str) -> None:
        cache.set(progress_key(run_id), {"done": done, "total": total, "text": text}, 3600)

    return report


def _locked(run: ReportRun) -> ReportRun:
    return ReportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)


def _decided(run: ReportRun, actor: User | None, what: str, **detail: Any) -> None:
    record_access(
        None, Access.DECIDED, user=actor, subject=run, screen=f"report {what}", detail={"state": run.state, **detail}
    )


# ---------------------------------------------------------------- making a run


def open_run(*, term: str, as_at: dt.date, actor: User | None, today: dt.date, basis: Basis | None = None) -> ReportRun:
    """A new run whose figures are still to be frozen (`freeze_run`). `actor` None is the system.

    Raises NotAllowed; ValueError in words for a wrong term, and for a day outside it or in the future.
    """
    permissions.check_can_draft(actor)
    scope = termly.scope_for(term, as_at=as_at, today=today, basis=basis)
    with transaction.atomic(), acting_as(actor):
        run = ReportRun.objects.create(
            academic_year=scope.academic_year,
            season=scope.season.value,
            as_at=as_at,
            title=termly.title_of(scope),
            parameters={"basis": scope.basis.value},
            made_by=actor,
        )
        _decided(run, actor, "drafted", term=run.term, as_at=as_at.isoformat())
    return run


def freeze_run(*, run: ReportRun, today: dt.date) -> ReportRun:
    """Take the snapshot of a run, once: a run that is frozen already stays as it is."""
    with transaction.atomic(), acting_as(run.made_by):
        row = _locked(run)
        if row.is_frozen:
            return row
        scope = termly.scope_for(row.term, as_at=row.as_at, today=today, basis=Basis(row.parameters["basis"]))
        snapshot = termly.take_snapshot(scope)
        row.parameters, row.definitions = snapshot.parameters, snapshot.definitions
        row.figures, row.cohorts = snapshot.figures, snapshot.cohorts
        row.decisions_wanted = row.decisions_wanted or "\n".join(snapshot.suggestions)
        row.frozen_at = timezone.now()
        row.save()
    return row


def make_run(*, run: ReportRun, today: dt.date, progress: Progress = _quiet) -> ReportRun:
    """Freeze and make the documents. What was done before an interruption is not done again."""
    progress(0, STEPS, "Reading the figures")
    run = freeze_run(run=run, today=today)
    make_documents(run=run, progress=progress)
    progress(STEPS, STEPS, "Ready")
    return run


def draft_report(
    *, term: str, as_at: dt.date, actor: User | None, today: dt.date, basis: Basis | None = None
) -> ReportRun:
    """A new run with its figures frozen and both documents made, in one go."""
    run = open_run(term=term, as_at=as_at, actor=actor, today=today, basis=basis)
    return make_run(run=run, today=today)


def drafts_of(academic_year: int, season: Season) -> bool:
    """Whether the term has a report that was not withdrawn, whoever made it."""
    rows = ReportRun.objects.of_term(academic_year, season.value)
    return rows.exclude(state=ReportState.WITHDRAWN.value).exists()


# ---------------------------------------------------------------- documents


def _document_state(run: ReportRun) -> ReportState:
    """Documents differ only by being approved or not."""
    return ReportState.APPROVED if run.is_final else ReportState.DRAFT


def make_documents(*, run: ReportRun, progress: Progress = _quiet) -> list[ReportDocument]:
    """Both PDFs of a run in its present state, stored with their sha256; those that exist are not made again."""
    from reports.documents import termly as document

    if not run.is_frozen:
        raise TransitionRefused("The report is still being made.")
    found: list[ReportDocument] = []
    while len(found) < len(Audience):
        audience = list(Audience)[len(found)]
        run = ReportRun.objects.get(pk=run.pk)
        state = _document_state(run)
        known = existing_documents(run).get(audience)
        if known is None:
            progress(len(found) + 1, STEPS, f"Making the {audience.value} version")
            known = _store(run, state, document.make(run, audience))
        if known is None:
            # Somebody wrote other words while this was laid out: all is made once more with those.
            found = []
            continue
        found.append(known)
    return found


def existing_documents(run: ReportRun) -> dict[Audience, ReportDocument]:
    """The documents of a run's present state whose files are there."""
    rows = run.documents.filter(state=_document_state(run).value)
    return {Audience(row.audience): row for row in rows if path_of(row).is_file()}


def _store(run: ReportRun, state: ReportState, made: Any) -> ReportDocument | None:
    """Write the file, then the row: a row never names a file that is not there.

    None when the report is no longer the one that was laid out.
    """
    sha256 = hashlib.sha256(made.content).hexdigest()
    name = f"reports/{run.pk}/{run.term}-{made.audience.value}-{state.value}-{sha256[:12]}.pdf"
    path = Path(settings.DOCUMENTS_DIR) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(made.content)
    part.replace(path)
    with transaction.atomic():
        now = _locked(run)
        if (_document_state(now), termly.fingerprint(now)) != (state, termly.fingerprint(run)):
            return None
        row, _ = ReportDocument.objects.update_or_create(
            run=run,
            audience=made.audience.value,
            state=state.value,
            defaults={"sha256": sha256, "path": name, "pages": made.pages, "size": len(made.content)},
        )
    return row


def path_of(document: ReportDocument) -> Path:
    """Where the file lies."""
    return Path(settings.DOCUMENTS_DIR) / document.path


def document_of(run: ReportRun, audience: Audience) -> ReportDocument | None:
    """The document to read of a run: of its present state; of a withdrawn one the last that there is."""
    rows = run.documents.filter(audience=audience.value)
    if run.state == ReportState.WITHDRAWN:
        return rows.order_by("-made_at", "-pk").first()
    return rows.filter(state=_document_state(run).value).first()


def read_document(document: ReportDocument) -> bytes:
    """The stored file. ValueError when it is not what was stored."""
    content = path_of(document).read_bytes()
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise ValueError("The stored document is not the one that was made.")
    return content


def write_files(*, run: ReportRun, folder: Path) -> dict[str, str]:
    """restricted.pdf, public.pdf and figures.json of a run into a folder; name -> path."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for document in make_documents(run=run):
        path = folder / f"{document.audience}.pdf"
        path.write_bytes(read_document(document))
        files[path.name] = str(path)
    path = folder / "figures.json"
    figures = termly.figures_document(run, Audience.RESTRICTED)
    path.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    files[path.name] = str(path)
    return files


# ---------------------------------------------------------------- words and decisions


def _plain_words(text: str) -> str:
    """As names are compared: folded, without commas and the like between the words."""
    return " ".join(re.findall(r"\w+", fold(text)))


def check_names_nobody(run: ReportRun, text: str) -> None:
    """NamesAChild when the text holds the full name, UPN or child id of a child of the report.

    A first name alone cannot be told from a common word; the form says so.
    """
    words = _plain_words(text)
    if not words:
        return
    ids = {pk for pks in run.cohorts.values() for pk in pks}
    padded = f" {words} "
    rows = Pupil.objects.filter(pk__in=present_keys(ids)).values_list(
        "child_id", "upn", "forename", "known_as", "surname"
    )
    for child_id, upn, forename, known_as, surname in rows.iterator(chunk_size=2000):
        firsts = [first for first in (forename, known_as) if first and surname]
        names = [name for first in firsts for name in (f"{first} {surname}", f"{surname} {first}")]
        numbers = [number for number in (upn, child_id) if len(number) >= 5]
        if any(f" {_plain_words(word)} " in padded for word in (*names, *numbers)):
            raise NamesAChild("The text names a child or holds a child's number. Reports name no child: take it out.")


def word_report(*, run: ReportRun, commentary: str, decisions_wanted: str, actor: User) -> ReportRun:
    """Write the commentary and the decisions wanted of a draft; its documents are to be made anew.

    Raises NotAllowed, TransitionRefused, NamesAChild.
    """
    with transaction.atomic(), acting_as(actor):
        row = _locked(run)
        permissions.check_can_word(actor, row)
        check_names_nobody(row, f"{commentary}\n{decisions_wanted}")
        if (row.commentary, row.decisions_wanted) == (commentary, decisions_wanted):
            return row
        row.commentary, row.decisions_wanted = commentary, decisions_wanted
        row.save(update_fields=["commentary", "decisions_wanted"])
        row.documents.filter(state=ReportState.DRAFT.value).delete()
        _decided(row, actor, "worded")
    return row


def approve_report(*, run: ReportRun, actor: User, seen: str | None = None) -> ReportRun:
    """Approve what was seen: `seen` is the fingerprint of the report when the person looked at it.

    The final documents, without the watermark, are made next (`make_documents`). Raises NotAllowed,
    TransitionRefused, ChangedMeanwhile.
    """
    with transaction.atomic(), acting_as(actor):
        row = _locked(run)
        permissions.check_can_approve(actor, row)
        if seen is not None and seen != termly.fingerprint(row):
            raise ChangedMeanwhile("The report was changed since you opened this page. Read it again, then approve.")
        row.state = ReportState.APPROVED.value
        row.approved_by, row.approved_at = actor, timezone.now()
        row.save(update_fields=["state", "approved_by", "approved_at"])
        _decided(row, actor, "approved", fingerprint=termly.fingerprint(row))
    return row


def issue_report(*, run: ReportRun, actor: User) -> ReportRun:
    """Let the boards read the public version of an approved report. Raises NotAllowed, TransitionRefused."""
    with transaction.atomic(), acting_as(actor):
        row = _locked(run)
        permissions.check_can_issue(actor, row)
        if row.documents.filter(state=ReportState.APPROVED.value).count() < len(Audience):
            raise TransitionRefused("The documents of the approved report are still being made. Try again shortly.")
        row.state = ReportState.ISSUED.value
        row.issued_by, row.issued_at = actor, timezone.now()
        row.save(update_fields=["state", "issued_by", "issued_at"])
        _decided(row, actor, "issued")
    return row


def withdraw_report(*, run: ReportRun, actor: User | None, because: str) -> ReportRun:
    """Take a report out of use, with the reason; nothing of it is deleted. Raises NotAllowed, TransitionRefused,
    ValueError without a reason."""
    if not because.strip():
        raise ValueError("Enter why the report is withdrawn.")
    with transaction.atomic(), acting_as(actor):
        row = _locked(run)
        permissions.check_can_withdraw(actor, row)
        before = row.state
        row.state = ReportState.WITHDRAWN.value
        row.withdrawn_by, row.withdrawn_at = actor, timezone.now()
        row.withdrawn_because = because.strip()[:300]
        row.save(update_fields=["state", "withdrawn_by", "withdrawn_at", "withdrawn_because"])
        _decided(row, actor, "withdrawn", was=before)
    return row


def headlines_of(run: ReportRun) -> Mapping[str, Any]:
    """The restricted headline figures of a frozen run."""
    return termly.headline_figures(run.figures)


# ---------------------------------------------------------------- targets

SUBMITTED_ON = dt.date(2009, 11, 27)
PLAN = "Action plan of 15 October 2009"
PLAN_TARGETS: tuple[tuple[NiCode, int, dict[str, Decimal | dt.date]], ...] = (
    (NiCode.NI_99, 2008, {"stated_outcome": Decimal(33)}),
    (NiCode.NI_100, 2008, {"stated_outcome": Decimal(28)}),
    (NiCode.NI_99, 2009, {"prediction": Decimal("33.3"), "awaited_on": SUBMITTED_ON}),
    (NiCode.NI_100, 2009, {"prediction": Decimal("33.3"), "awaited_on": SUBMITTED_ON}),
    (NiCode.NI_101, 2009, {"prediction": Decimal("6.34"), "awaited_on": SUBMITTED_ON}),
    (NiCode.NI_99, 2010, {"target": Decimal(43)}),
    (NiCode.NI_100, 2010, {"target": Decimal(53)}),
    (NiCode.NI_101, 2010, {"target": Decimal(19)}),
)
"""The founding plan's own numbers; it states no 2008 outcome for NI 101."""


def set_target(
    *,
    code: NiCode,
    year: int,
    actor: User | None,
    prediction: Decimal | None = None,
    target: Decimal | None = None,
    stated_outcome: Decimal | None = None,
    awaited_on: dt.date | None = None,
    note: str = "",
) -> IndicatorTarget:
    """Enter what is foretold and aimed at for an indicator and year, in per cent; what stood there is replaced.

    `actor` None is the system (the plan's own numbers at set-up). Raises PermissionDenied.
    """
    if actor is not None:
        permissions.check_can_set_targets(actor)
    with transaction.atomic(), acting_as(actor):
        row, _ = IndicatorTarget.objects.update_or_create(
            code=NiCode(code).value,
            assessment_year=year,
            defaults={
                "prediction": prediction,
                "target": target,
                "stated_outcome": stated_outcome,
                "awaited_on": awaited_on,
                "note": note,
            },
        )
        if actor is not None:
            record_access(None, Access.DECIDED, user=actor, subject=row, screen="indicator target set")
    return row


def load_plan_targets(*, actor: User | None = None) -> list[IndicatorTarget]:
    """Enter the founding plan's numbers where nobody has entered others yet. Again: nothing changes."""
    known = set(IndicatorTarget.objects.values_list("code", "assessment_year"))
    return [
        set_target(code=code, year=year, actor=actor, note=PLAN, **values)  # type: ignore[arg-type]
        for code, year, values in PLAN_TARGETS
        if (code.value, year) not in known
    ]
