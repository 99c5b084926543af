"""Requests for a record and prints of it are part of the record: who asked, and who was given it (Article 15(1)(c))."""

from core.roles import Permission
from core.subject_access import About, RecordPart, Words, leave_out, register
from core.wording import local_date, moment
from rights.models import RecordPrint, SubjectRequest
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
leave_out("rights.RequestEntry", "A copy of the record, made to answer a request.")
leave_out("rights.RequestMark", "Decisions about what a request's package leaves out; the package says why each is.")
leave_out("rights.RequestPackage", "Where the package of a request is stored.")
