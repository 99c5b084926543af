"""The picture of a delivery against the tables: what is new, what changes, what goes, what a person should look at."""

import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core import rules as time_rules
from core.feeds.base import Change, Difference, Problems, Severity
from pupils import rules
from pupils.feeds.ssda903.merge import FACTS, Picture
from pupils.feeds.ssda903.rows import EPISODE_FIELDS, EpisodeRow, HeaderFacts, RecordRow, school_age_reason
from pupils.feeds.upns import tell_kept
from pupils.models import CareEpisode, FormerUPN, Pupil, ReturnRecord

UNDER_FOUR = "PN0"
ADULT = 18
_DEC = EPISODE_FIELDS.index("dec")


@dataclass(frozen=True, slots=True)
class _Span:
    """A stored episode's dates."""

    decom: date
    dec: date | None


@dataclass
class PupilState:
    """The facts of a child that the return knows about, as stored or as they will be."""

    child_id: str
    pk: int | None = None
    upn: str = ""
    upn_unknown_reason: str = ""
    dob: date | None = None
    sex: str = Pupil.Sex.UNKNOWN.value
    ethnicity: str = ""
    former: frozenset[str] = frozenset()

    def facts(self) -> tuple[Any, ...]:
        return (self.upn, self.upn_unknown_reason, self.dob, self.sex, self.ethnicity)


@dataclass
class Plan:
    """What `apply` writes. Children are named by child id, for the new ones have no key yet."""

    new: list[PupilState] = field(default_factory=list)
    changed: list[PupilState] = field(default_factory=list)
    former_upns: list[tuple[str, str]] = field(default_factory=list)
    episodes_new: list[EpisodeRow] = field(default_factory=list)
    episodes_changed: list[tuple[int, EpisodeRow]] = field(default_factory=list)
    episodes_gone: list[int] = field(default_factory=list)
    records_new: list[RecordRow] = field(default_factory=list)
    records_changed: list[tuple[int, RecordRow]] = field(default_factory=list)


class Comparison:
    """One delivery against the tables. Call `run()` once."""

    def __init__(self, picture: Picture, problems: Problems, *, today: date) -> None:
        self.picture, self.problems, self.today = picture, problems, today
        self.plan, self.difference = Plan(), Difference()
        self.children = picture.named
        self.stored: dict[str, PupilState] = {}
        self.after: dict[str, PupilState] = {}
        self.joining: set[str] = set()
        self.leaving = 0

    def run(self) -> tuple[Plan, Difference]:
        self._load_pupils()
        for child in self.children:
            self.after[child] = self._facts_of(child)
        self._settle_upns()
        for child in self.children:
            self._plan_child(child)
        self._plan_episodes()
        self._plan_records()
        self._tell_todays_roll()
        self._list_absences()
        return self.plan, self.difference

    # ------------------------------------------------------------ children

    def _load_pupils(self) -> None:
        former: dict[int, set[str]] = defaultdict(set)
        for pk, upn in FormerUPN.objects.filter(pupil__child_id__in=list(self.children)).values_list("pupil_id", "upn"):
            former[pk].add(upn)
        rows = Pupil.objects.filter(child_id__in=list(self.children)).values_list(
            "pk", "child_id", "upn", "upn_unknown_reason", "dob", "sex", "ethnicity"
        )
        for pk, child_id, upn, reason, dob, sex, ethnicity in rows:
            self.stored[child_id] = PupilState(
                child_id, pk, upn, reason, dob, sex, ethnicity, frozenset(former.get(pk, ()))
            )

    def _facts_of(self, child: str) -> PupilState:
        """The child's facts after the delivery; the UPN is settled later."""
        old = self.stored.get(child) or PupilState(child)
        new = PupilState(**{f: getattr(old, f) for f in PupilState.__dataclass_fields__})
        facts = self.picture.facts.get(child)
        if facts is None:
            new.dob = new.dob or self._dob_elsewhere(child)
            return new
        for name in ("dob", "sex", "ethnicity"):
            value = getattr(facts, name)
            if value is None:
                continue
            before = getattr(old, name)
            if rules.is_worse(name, current=before, given=value):
                source = self.picture.sources[child][name]
                self._tell_kept(source, name, before, value)
                continue
            if before and before != value and not (name == "sex" and before == Pupil.Sex.UNKNOWN):
                self._tell_changed(child, name, before, value)
            setattr(new, name, value)
        self._wish_upn(child, old, new)
        if new.dob is None:
            self.problems.warn(
                "DOB_MISSING", f"The date of birth of child {child} is not known.",
                advice="Fill it in at the source.", **facts.table.where(facts.source, "DOB"),
            )  # fmt: skip
        return new

    def _dob_elsewhere(self, child: str) -> date | None:
        return next((r.dob for k, r in self.picture.records.items() if k[0] == child and r.dob), None)

    def _tell_changed(self, child: str, name: str, before: object, after: object) -> None:
        source = self.picture.sources[child][name]
        self.problems.warn(
            "FACT_CHANGED",
            f"{FACTS[name]} of child {child} is {before} on the roll and {after} here; the new one was used.",
            advice="Check which is right.",
            **source.table.where(source.source, FACTS[name]),
        )
        self.difference.tell(Change(subject=child, what=FACTS[name], before=str(before), after=str(after)))

    def _wish_upn(self, child: str, old: PupilState, new: PupilState) -> None:
        facts = self.picture.facts[child]
        if facts.upn_unknown_reason and facts.upn is None and not old.upn:
            self._unknown_reason(child, new)
        if facts.upn is None:
            self._tell_unreadable_upn(facts, old)
            return
        change = rules.upn_change(current=old.upn, former=old.former, given=facts.upn)
        if change in {rules.UpnChange.FIRST, rules.UpnChange.REPLACE}:
            new.upn = facts.upn
        elif change is rules.UpnChange.KEEP_VALID:
            self._tell_kept(self.picture.sources[child]["upn"], "upn", old.upn, facts.upn)
        elif change in {rules.UpnChange.KEEP_NEWER, rules.UpnChange.KEEP_PERMANENT}:
            source = self.picture.sources[child]["upn"]
            why = "one that the child had before" if change is rules.UpnChange.KEEP_NEWER else "a temporary one"
            self.problems.warn(
                "UPN_OLDER", f"The UPN of child {child} is {why}; the roll keeps the newer one.",
                advice="Give the care system the child's present UPN.", **source.table.where(source.source, "UPN"),
            )  # fmt: skip
            if change is rules.UpnChange.KEEP_PERMANENT and facts.upn not in old.former:
                self.plan.former_upns.append((child, facts.upn))

    def _tell_kept(self, source: HeaderFacts, name: str, before: str, given: str) -> None:
        where = source.table.where(source.source, FACTS[name])
        tell_kept(self.problems, name, child=source.child, stored=before, given=given, where=where)

    def _tell_unreadable_upn(self, facts: HeaderFacts, old: PupilState) -> None:
        """A cell that is no UPN at all was left out when it was read; here the one that stays is named."""
        cell = facts.source.cells.get("UPN", "")
        if cell and rules.is_worse("upn", current=old.upn, given=cell) and not facts.upn_unknown_reason:
            self._tell_kept(facts, "upn", old.upn, cell)

    def _unknown_reason(self, child: str, new: PupilState) -> None:
        facts = self.picture.facts[child]
        source = self.picture.sources[child]["upn_unknown_reason"]
        if school_age_reason(facts, self.picture.latest or self.today):
            self.problems.warn(
                "UN1_AT_SCHOOL_AGE", f"UN1 means not of school age, but child {child} is; it was left out.",
                advice="Ask the school for the UPN.", **source.table.where(source.source, "UPN"),
            )  # fmt: skip
            return
        new.upn_unknown_reason = str(facts.upn_unknown_reason)

    def _settle_upns(self) -> None:
        """By rules.settle_upns; both rows of a UPN that two children have are named."""
        wishes = {c: s.upn for c, s in self.after.items() if s.upn and s.upn != self._old(c).upn}
        holders = Pupil.objects.filter(upn__in=wishes.values()).values_list("upn", "child_id")
        settled = rules.settle_upns(
            wishes=wishes,
            stored={child: self._old(child).upn for child in wishes},
            taken={upn: child for upn, child in holders if child not in wishes},
        )
        for child, holder in settled.refused.items():
            self._tell_taken(self.after[child], holder)
            self.after[child].upn = settled.upns[child]
        for state in self.after.values():
            old = self._old(state.child_id)
            if state.upn:
                state.upn_unknown_reason = ""
            if old.upn and state.upn != old.upn:
                self._tell_changed(state.child_id, "upn", old.upn, state.upn)
                self.plan.former_upns.append((state.child_id, old.upn))

    def _old(self, child: str) -> PupilState:
        return self.stored.get(child) or PupilState(child)

    def _tell_taken(self, state: PupilState, holder: str) -> None:
        mine = self.picture.sources[state.child_id]["upn"]
        theirs = self.picture.sources.get(holder, {}).get("upn")
        other = f"child {holder}" + (f" ({theirs.source.file} row {theirs.source.number})" if theirs else "")
        advice = "Find out from the school whose UPN it is."
        self.problems.add(
            "UPN_TWICE",
            f"Child {state.child_id} has the same UPN as {other}. It was not stored for child {state.child_id}; "
            "the rest of the row was used.",
            advice=advice,
            severity=Severity.WARNING,
            **mine.table.where(mine.source, "UPN"),
        )
        if theirs:
            self.problems.add(
                "UPN_TWICE",
                f"Child {holder} has the same UPN as child {state.child_id} ({mine.source.file} row "
                f"{mine.source.number}). Child {holder} keeps it.",
                advice=advice,
                severity=Severity.WARNING,
                **theirs.table.where(theirs.source, "UPN"),
            )

    def _plan_child(self, child: str) -> None:
        old, new = self.stored.get(child), self.after[child]
        facts = self.picture.facts.get(child)
        if old is None:
            self.plan.new.append(new)
            self.difference.added += 1
            self.difference.tell(Change(subject=child, what="child", after="new on the roll"))
        elif old.facts() != new.facts():
            self.plan.changed.append(new)
            self.difference.changed += 1
        elif not any(c == child for c, _ in self.plan.former_upns):
            return
        if facts is not None:
            facts.source.fate = "applied"

    # ------------------------------------------------------------ episodes

    def _plan_episodes(self) -> None:
        stored: dict[str, dict[date, tuple[int, tuple[Any, ...]]]] = defaultdict(dict)
        rows = CareEpisode.objects.filter(pupil__child_id__in=list(self.children)).values_list(
            "pk", "pupil__child_id", "decom", *EPISODE_FIELDS
        )
        for pk, child, decom, *values in rows:
            stored[child][decom] = (pk, tuple(values))
        for child, episodes in self.picture.episodes.items():
            self._plan_episodes_of(child, episodes, stored.get(child, {}))
        for child in self.children:
            if not self.picture.episodes.get(child) and not stored.get(child):
                self._tell_no_episode(child)

    def _plan_episodes_of(
        self, child: str, episodes: Mapping[date, EpisodeRow], stored: Mapping[date, tuple[int, tuple[Any, ...]]]
    ) -> None:
        first = min(episodes)
        for decom, row in episodes.items():
            before = stored.get(decom)
            if before is None:
                self.plan.episodes_new.append(row)
                self.difference.added += 1
            elif before[1] != row.values:
                self.plan.episodes_changed.append((before[0], row))
                self.difference.changed += 1
                self._example_episode(child, row, before[1])
            else:
                continue
            row.source.fate = "applied"
        gone = {d: pk for d, (pk, _) in stored.items() if d >= first and d not in episodes}
        self._plan_gone(child, episodes[first], gone)
        earlier = {d: values for d, (_, values) in stored.items() if d < first}
        self._tell_overlaps(child, episodes, earlier)
        staying = gone if child in self.picture.held_episodes else {}
        kept = [_Span(d, stored[d][1][_DEC]) for d in (*earlier, *staying)]
        self._compare_today(child, list(episodes.values()), kept, [_Span(d, v[_DEC]) for d, (_, v) in stored.items()])
        dob = self.after[child].dob
        if dob is not None and first < dob:
            row = episodes[first]
            self.problems.warn(
                "DECOM_BEFORE_BIRTH", f"The first episode of child {child} begins before the child was born.",
                advice="Correct the date of birth or the episode.", **row.table.where(row.source, "DECOM"),
            )  # fmt: skip

    def _compare_today(
        self, child: str, sent: Sequence[EpisodeRow], kept: Sequence["_Span"], stored: Sequence["_Span"]
    ) -> None:
        """Whether the child comes onto today's roll or leaves it; somebody of 18 or over with an open episode."""
        before = rules.looked_after_on(stored, self.today)
        after = rules.looked_after_on([*sent, *kept], self.today)
        if after and not before:
            self.joining.add(child)
        self.leaving += before and not after
        dob = self.after[child].dob
        row = next((r for r in sent if rules.looked_after_on([r], self.today)), None)
        if row is not None and dob is not None and time_rules.age_on(dob, self.today) >= ADULT:
            self.problems.warn(
                "OVER_18_OPEN",
                f"Child {child} is 18 or over, but this episode has no end by today: the child counts as looked after.",
                advice="Fill in DEC and REC at the source, or correct the date of birth.",
                **row.table.where(row.source, "DEC"),
            )

    def _tell_todays_roll(self) -> None:
        for number, one, many in ((len(self.joining), "joins", "join"), (self.leaving, "leaves", "leave")):
            if number:
                who = f"1 child {one}" if number == 1 else f"{number:,} children {many}"
                self.difference.summary.append(f"{who} the roll today.")

    def _example_episode(self, child: str, row: EpisodeRow, before: tuple[Any, ...]) -> None:
        for name, old, new in zip(EPISODE_FIELDS, before, row.values, strict=True):
            if old != new:
                what = f"episode of {row.decom:%d/%m/%Y}: {name}"
                self.difference.tell(Change(subject=child, what=what, before=str(old or ""), after=str(new or "")))

    def _plan_gone(self, child: str, first: EpisodeRow, gone: Mapping[date, int]) -> None:
        waits = child in self.picture.held_episodes
        for decom, pk in sorted(gone.items()):
            if waits:
                self.problems.warn(
                    "REMOVAL_WAITS",
                    f"The episode of child {child} from {decom:%d/%m/%Y} is not among the usable rows; it stays until "
                    "the held rows of this child are put right.",
                    file=first.source.file, value=child,
                )  # fmt: skip
                continue
            self.plan.episodes_gone.append(pk)
            self.difference.removed += 1
            what = f"episode of {decom:%d/%m/%Y}"
            self.difference.tell(Change(subject=child, what=what, before="on the roll", after="removed"))
            self.problems.warn(
                "EPISODE_REMOVED",
                f"The return no longer has the episode of child {child} from {decom:%d/%m/%Y}; it is taken out.",
                file=first.source.file, value=child, advice="Check with the care team if this is a surprise.",
            )  # fmt: skip

    def _tell_overlaps(
        self, child: str, episodes: Mapping[date, EpisodeRow], earlier: Mapping[date, tuple[Any, ...]]
    ) -> None:
        """Kept as sent, and told: overlaps (also with an earlier episode that stays) and gaps after X1."""
        dec_at, rec_at = EPISODE_FIELDS.index("dec"), EPISODE_FIELDS.index("rec")
        timeline = sorted(
            [(d, v, None) for d, v in earlier.items()] + [(d, r.values, r) for d, r in episodes.items()],
            key=lambda item: item[0],
        )
        for (decom, values, own), (start, _, row) in itertools.pairwise(timeline):
            if row is None:
                continue
            dec = values[dec_at]
            if dec is None or dec > start:
                until = f"until {dec:%d/%m/%Y}" if dec else "without an end"
                stays = "" if own else " (from an earlier return, which stays)"
                self.problems.warn(
                    "OVERLAP" if own else "OVERLAPS_EARLIER",
                    f"Child {child} has an episode from {decom:%d/%m/%Y} {until}{stays}, which overlaps this one.",
                    advice="Correct the dates in the care system.", **row.table.where(row.source, "DECOM"),
                )  # fmt: skip
            elif values[rec_at] == rules.EPISODE_CONTINUES and dec < start:
                self.problems.warn(
                    "GAP_AFTER_X1",
                    f"Child {child}'s episode before this one ends on {dec:%d/%m/%Y} with X1, but this one begins "
                    "later.",
                    advice="Correct the dates in the care system.", **row.table.where(row.source, "DECOM"),
                )  # fmt: skip

    def _tell_no_episode(self, child: str) -> None:
        facts = self.picture.facts.get(child)
        if facts is not None:
            self.problems.note(
                "NO_EPISODE", f"Child {child} has a header row but no episode: not on the roll.",
                **facts.table.where(facts.source, "CHILD"),
            )  # fmt: skip

    # ------------------------------------------------------------ other tables

    def _plan_records(self) -> None:
        stored: dict[tuple[str, str, str], tuple[int, dict[str, str]]] = {}
        rows = ReturnRecord.objects.filter(pupil__child_id__in=list(self.children)).values_list(
            "pk", "pupil__child_id", "table", "key", "data"
        )
        for pk, child, table, key, data in rows:
            stored[child, table, key] = (pk, data)
        headers = {child: facts.source for child, facts in self.picture.facts.items()}
        for key, row in self.picture.records.items():
            self._check_record(row)
            before = stored.get(key)
            if before is None:
                self.plan.records_new.append(row)
                self.difference.added += 1
            elif {**before[1], **row.data} != before[1]:
                row.data = {**before[1], **row.data}
                self.plan.records_changed.append((before[0], row))
                self.difference.changed += 1
            else:
                continue
            row.source.fate = "applied"
            if not row.source.counted and row.child in headers:
                headers[row.child].fate = "applied"

    def _check_record(self, row: RecordRow) -> None:
        dob = self.after[row.child].dob
        if row.dob and dob and row.dob != dob:
            self.problems.warn(
                "DOB_DIFFERS", f"The date of birth is not the one that child {row.child} has in the header.",
                advice="Check which is right.", **row.table.where(row.source, "DOB"),
            )  # fmt: skip
        code = row.data.get("REVIEW_CODE", "")
        if not code or dob is None or row.on is None:
            return
        of_four = time_rules.age_on(dob, row.on) >= 4
        if of_four == (code == UNDER_FOUR):
            age = "four or over" if of_four else "under four"
            self.problems.warn(
                "REVIEW_CODE_AGE", f"{code} does not fit: child {row.child} was {age} at the review.",
                advice="Correct the code or the date at the source.", **row.table.where(row.source, "REVIEW_CODE"),
            )  # fmt: skip

    # ------------------------------------------------------------ who is missing

    def _list_absences(self) -> None:
        self._tell_no_header()
        if not self.picture.episodes:
            return
        until = self.picture.latest or self.today
        absent = _open_children(until, self.picture.mentioned)
        self.difference.left = len(absent)
        if absent:
            self.difference.summary.append(
                f"{len(absent)} children looked after on the roll are not in this return; nothing of theirs changes."
            )
        for child in absent:
            self.problems.note(
                "NOT_IN_RETURN", f"Child {child} is looked after on the roll, but this return does not name the child.",
                value=child, advice="If the child has left care, the episode's end is missing.",
            )  # fmt: skip

    def _tell_no_header(self) -> None:
        for child, episodes in self.picture.episodes.items():
            known = child in self.stored and not self.picture.has_header
            if child in self.picture.facts or not episodes or known:
                continue
            row = episodes[min(episodes)]
            where = row.table.where(row.source, "CHILD")
            if child in self.joining and child not in self.stored:
                self.problems.warn(
                    "NO_HEADER", f"Child {child} has an open episode but no header row, and is not known here: the "
                    "child joins the roll today with what the episodes tell.",
                    advice="Check the child id; send the header row of the child.", **where,
                )  # fmt: skip
                continue
            self.problems.note(
                "NO_HEADER", f"Child {child} has episodes but no header row; the roll has what the episodes tell.",
                **where,
            )  # fmt: skip


def _open_children(on: date, named: Collection[str]) -> list[str]:
    """Children with an episode open on a day, whom the delivery does not name."""
    children: Iterable[str] = (
        CareEpisode.objects.open_on(on).values_list("pupil__child_id", flat=True).distinct().order_by("pupil__child_id")
    )
    return [child for child in children if child not in named]
