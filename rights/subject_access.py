"""Requests for a record and prints of it are part of the record: who asked, and who was given it (Article 15(1)(c))."""

from core.recipients import CARE_CIRCLE
from core.roles import Permission
from core.subject_access import About, RecordPart, Words, leave_out, register
from core.wording import local_date, moment
from rights.models import Consent, NoticeGiven, RecordPrint, SubjectRequest
from rights.rules import Asker

P = Permission


def _own_words(request: SubjectRequest) -> About:
    return About.PERSON if request.asked_by == Asker.PERSON else About.CHECK


register(
    RecordPart(
        key="subject-request",
        label="Somebody asked for the record",
        model=SubjectRequest,
        order=110,
        permission=P.ANSWER_RIGHTS_REQUESTS,
        related=("made_by",),
        on=lambda row: row.received_on,
        fields=(
            Words(name="asked_by", label="Who asked"),
            Words(name="asker_name", label="Name", about=About.OTHERS),
            Words(name="authority", label="Why they may ask", about=About.OTHERS),
            Words(name="channel", label="How it came"),
            Words(name="received_on", label="Received"),
            Words(name="asked_for", label="What was asked for", about=_own_words),
            Words(name="confirmed_on", label="Identity confirmed"),
            Words(name="confirmed_how", label="How", about=_own_words),
            Words(name="extended_because", label="Why it was extended"),
            Words(name="closed_on", label="Answered"),
            Words(name="sent_how", label="How it was given"),
            Words(name="closed_because", label="Why it was closed", about=_own_words),
            Words(name="made_by", label="Recorded by"),
        ),
    ),
    RecordPart(
        key="print",
        label="The record was printed",
        model=RecordPrint,
        order=111,
        permission=P.EXPORT_PUPILS,
        related=("made_by",),
        on=lambda row: local_date(row.made_at or row.begun_at),
        fields=(
            Words(name="recipient", label="For"),
            Words(name="recipient_name", label="Name", about=About.CHECK),
            Words(name="made_at", label="Made", words=lambda row: moment(row.made_at, "Begun, not made")),
            Words(name="made_by", label="Made by"),
            Words(
                name="let_in",
                label="Why protected details were let in",
                about=About.CHECK,
                words=lambda row: "; ".join(row.let_in.values()),
            ),
        ),
    ),
)
register(
    RecordPart(
        key="consent",
        label="Consent",
        model=Consent,
        order=112,
        permission=P.SEE_CARE_DETAIL,
        to=CARE_CIRCLE,
        related=("purpose", "notice", "recorded_by"),
        on=lambda row: row.on,
        fields=(
            Words(name="purpose", label="What was asked"),
            Words(name="detail", label="What exactly"),
            Words(name="answer", label="Answer"),
            Words(name="given_by", label="Given by"),
            Words(name="giver_name", label="Their name", about=About.OTHERS),
            Words(name="on", label="On"),
            Words(name="how", label="How"),
            Words(name="until", label="Until"),
            Words(name="notice", label="Privacy notice shown"),
            Words(name="recorded_by", label="Recorded by"),
        ),
    ),
    RecordPart(
        key="notice",
        label="A privacy notice was given",
        model=NoticeGiven,
        order=113,
        permission=P.SEE_CARE_DETAIL,
        to=CARE_CIRCLE,
        related=("notice", "recorded_by"),
        on=lambda row: row.on,
        fields=(
            Words(name="notice", label="Notice"),
            Words(name="on", label="On"),
            Words(name="how", label="How"),
            Words(name="recorded_by", label="Recorded by"),
        ),
    ),
)
leave_out("rights.RequestEntry", "A copy of the record, made to answer a request.")
leave_out("rights.RequestMark", "Decisions about what a request's package leaves out; the package says why each is.")
leave_out("rights.RequestPackage", "Where the package of a request is stored.")
