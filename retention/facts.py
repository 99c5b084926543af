"""What the tables say of each record's days, and what periods are set: the input of the rules, for many at once."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator

from django.db.models import Max

from core.disposal import blocked
from incentives.models import SchemeLetter
from pupils.models import CareEpisode, Pupil
from pupils.rules import ADOPTED_REASONS, DIED_REASONS
from retention.models import RetentionHold, RetentionPeriod
from retention.rules import HOLD_LABELS, HoldKind, Judgement, Period, Policy, RecordClass, RecordFacts, judge_record

AT_ONCE = 1_000


def current_policy() -> Policy:
    """The newest period of each class."""
    rows = RetentionPeriod.objects.order_by("record_class", "-set_at", "-pk").distinct("record_class")
    return Policy({RecordClass(r.record_class): Period(years=r.years, is_copy=r.is_copy) for r in rows})


def facts_of(pupil_ids: Collection[int], *, today: dt.date) -> dict[int, RecordFacts]:
    """Of the children that are there; three queries."""
    episodes: dict[int, list[CareEpisode]] = defaultdict(list)
    for episode in CareEpisode.objects.filter(pupil__in=pupil_ids).only("pupil", "decom", "dec", "rec"):
        episodes[episode.pupil_id].append(episode)
    letters = SchemeLetter.objects.filter(pupil__in=pupil_ids).values_list("pupil_id").annotate(last=Max("sent_on"))
    paid = dict(letters)
    births = Pupil.objects.filter(pk__in=pupil_ids).values_list("pk", "dob")
    return {pk: _facts(dob, episodes[pk], paid.get(pk), today) for pk, dob in births}


def _facts(
    dob: dt.date | None, episodes: list[CareEpisode], last_payment_on: dt.date | None, today: dt.date
) -> RecordFacts:
    died = [e for e in episodes if e.rec in DIED_REASONS]
    adopted = [e for e in episodes if e.rec in ADOPTED_REASONS]
    return RecordFacts(
        dob=dob,
        in_care=any(e.dec is None or e.dec > today for e in episodes),
        ever_looked_after=bool(episodes),
        died=bool(died),
        died_on=max((e.dec for e in died if e.dec), default=None),
        adopted=bool(adopted),
        # One adoption without its day may be the later one: then no day is known.
        adopted_on=max(e.dec for e in adopted if e.dec) if adopted and all(e.dec for e in adopted) else None,
        last_payment_on=last_payment_on,
    )


def judge_children(pupil_ids: Collection[int], *, today: dt.date) -> dict[int, Judgement]:
    """How each record stands; holds are another question (`held`)."""
    policy = current_policy()
    return {pk: judge_record(facts, policy, today=today) for pk, facts in facts_of(pupil_ids, today=today).items()}


def judge_all(*, today: dt.date) -> Iterator[tuple[int, Judgement]]:
    """Every child's record, some thousand rows at a time."""
    keys = list(Pupil.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), AT_ONCE):
        yield from judge_children(keys[start : start + AT_ONCE], today=today).items()


def held(pupil_ids: Collection[int]) -> dict[int, str]:
    """{child: why the record must stay}: holds in force, and what other apps say (core.disposal)."""
    found = blocked(pupil_ids)
    holds = RetentionHold.objects.in_force().filter(pupil__in=pupil_ids).order_by("pk")
    return found | {h.pupil_id: HOLD_LABELS[HoldKind(h.kind)] for h in holds}
