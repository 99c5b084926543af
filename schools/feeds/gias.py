"""The register of schools and its links: a blank cell changes nothing, a school that is absent stays."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.db.copy import copy_rows
from core.db.staging import stage, update_from_stage
from core.feeds.base import (
    Change,
    Checked,
    Counts,
    Difference,
    FeedContext,
    FeedRefused,
    Problems,
    SourceFile,
    refuse_unless_rows,
)  # fmt: skip
from core.feeds.columns import Column, HeadingMatch, Row, headings_fit, match_headings, parse_rows, require_headings
from core.feeds.reading import RawTable, read_table
from schools import rules
from schools.feeds.gias_columns import LINKS, REGISTER, is_registers_own
from schools.models import School, SchoolLink

FIELDS = (
    "laestab", "la_code", "la_name", "name", "kind", "phase", "status", "is_open", "opened_on", "closed_on",
    "low_age", "high_age", "gender", "ofsted_rating", "ofsted_on", "head_name", "street", "town", "postcode",
    "telephone", "website",
)  # fmt: skip
_TYPES = {"is_open": "boolean", "opened_on": "date", "closed_on": "date", "ofsted_on": "date"} | dict.fromkeys(
    ("low_age", "high_age"), "smallint"
)
Facts = dict[str, Any]
LinkKey = tuple[str, str, str]


@dataclass(frozen=True)
class LinkFacts:
    """A link as a row tells it."""

    row: Row
    name: str = ""
    established_on: date | None = None


@dataclass
class Plan:
    """What `apply` writes: schools by URN, links by (URN, linked URN, type)."""

    new: dict[str, Facts] = field(default_factory=dict)
    changed: dict[int, Facts] = field(default_factory=dict)
    links_new: dict[LinkKey, LinkFacts] = field(default_factory=dict)
    links_changed: dict[int, tuple[str, Any]] = field(default_factory=dict)


@dataclass
class Delivery:
    """All rows read, and what became of each (keyed by identity).

    `listed_links` are those of the register's own last column, by the row that lists them.
    """

    schools: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
    listed_links: dict[LinkKey, Row] = field(default_factory=dict)
    fates: dict[int, str] = field(default_factory=dict)

    def counts(self) -> Counts:
        fates = Counter(self.fates[id(row)] for row in (*self.schools, *self.links))
        return Counts(
            read=sum(fates.values()), applied=fates["applied"], unchanged=fates["unchanged"],
            held=fates["held"], ignored=fates["ignored"],
        )  # fmt: skip


def check(files: Sequence[SourceFile], context: FeedContext) -> Checked:
    """Raises FeedRefused when a file is neither the register nor its links."""
    problems, difference, plan = Problems(), Difference(), Plan()
    context.progress(0, 3, "Reading the files")
    delivery = _read(files, problems)
    refuse_unless_rows(len(delivery.schools) + len(delivery.links), files)
    context.progress(1, 3, "Comparing with the register")
    _plan_schools(delivery, plan, problems, difference)
    _plan_links(delivery, plan, problems, difference)
    return Checked(counts=delivery.counts(), problems=problems, difference=difference, payload=plan)


def apply(checked: Checked, context: FeedContext) -> None:
    """New schools by COPY, changed ones by one UPDATE; their history is kept by the database."""
    plan: Plan = checked.payload
    copy_rows(
        School,
        ["urn", *FIELDS],
        ((urn, *(_column_value(facts, f) for f in FIELDS)) for urn, facts in plan.new.items()),
    )
    if plan.changed:
        types = {"id": "bigint", **{f: _TYPES.get(f, "text") for f in FIELDS}}
        rows = ((pk, *(_column_value(facts, f) for f in FIELDS)) for pk, facts in plan.changed.items())
        stage("stage_school", types, rows)
        update_from_stage("schools_school", "stage_school", FIELDS)
    _write_links(plan)
    context.progress(3, 3, "Done")


def _column_value(facts: Facts, name: str) -> Any:
    value = facts.get(name)
    if value is None and name not in _TYPES:
        return ""
    return True if value is None and name == "is_open" else value


# ---------------------------------------------------------------- reading


def _read(files: Sequence[SourceFile], problems: Problems) -> Delivery:
    delivery = Delivery()
    fits_links, fits_register = headings_fit(LINKS), headings_fit(REGISTER)
    unlike: list[RawTable] = []
    for source in files:
        table = read_table(source, lambda cells: fits_links(cells) or fits_register(cells))
        if fits_links(table.headings):
            match = require_headings(table, LINKS, problems)
            delivery.links += _rows(table, match, LINKS, problems, delivery)
        elif fits_register(table.headings):
            match = _register_headings(table, problems)
            spill = _take_links(table)
            rows = _rows(table, match, REGISTER, problems, delivery)
            delivery.schools += rows
            _keep_links(rows, spill, delivery)
        else:
            unlike.append(table)
    for table in unlike:
        match = match_headings(table.headings, REGISTER)
        alone = not delivery.schools and not delivery.links
        if alone or match.positions.keys() & {"URN", "EstablishmentName"}:
            require_headings(table, REGISTER, problems)
        problems.note("NOT_REGISTER", "This file is no list of schools and was left out.", file=table.file)
    return delivery


def _take_links(table: RawTable) -> Mapping[int, tuple[str, ...]]:
    """The download's last column lists links, several of them unquoted: those extra cells are its own, no shift."""
    if table.headings[-1].strip().casefold() != "linked establishments":
        return {}
    table.overflow = frozenset()
    return table.spill


def _keep_links(rows: Sequence[Row], spill: Mapping[int, tuple[str, ...]], delivery: Delivery) -> None:
    for row in rows:
        cells = (row["Linked establishments"] or "", *spill.get(row.number, ()))
        for found in (link for cell in cells for link in rules.parse_links(cell)):
            if not row.held:
                delivery.listed_links[row["URN"], *found] = row


def _rows(
    table: RawTable, match: HeadingMatch, columns: Sequence[Column], problems: Problems, delivery: Delivery
) -> list[Row]:
    """The parsed rows, each with its fate so far: held, ignored (a repetition) or unchanged."""
    rows = list(parse_rows(table, match, columns, problems))
    for row in rows:
        missing = next((c.name for c in columns if c.required and row[c.name] is None and not row.held), None)
        if missing is not None:
            row.held = True
            problems.add(
                "MISSING_VALUE", f"The row has no {missing}.", advice="Fill it in and send the row again.",
                **row.where(missing),
            )  # fmt: skip
        delivery.fates[id(row)] = "held" if row.held else "unchanged"
    _settle_repetitions(rows, columns, problems, delivery)
    return rows


def _settle_repetitions(rows: Sequence[Row], columns: Sequence[Column], problems: Problems, delivery: Delivery) -> None:
    """The same key twice in one file: a repetition is ignored, a contradiction holds both rows."""
    groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        if not row.held:
            groups[tuple(row[n] for n in ("URN", "LinkURN", "LinkType"))].append(row)
    for group in groups.values():
        if len(group) == 1:
            continue
        named = " and ".join(str(row.number) for row in group)
        same = all(row.values == group[0].values for row in group)
        for row in group[1:] if same else group:
            delivery.fates[id(row)] = "ignored" if same else "held"
            row.held = True
            if same:
                problems.note("DUPLICATE_ROW", f"Rows {named} are the same; the first was used.", **row.where("URN"))
            else:
                problems.add(
                    "URN_TWICE", f"Rows {named} say different things of one URN; none of them was used.",
                    advice="Keep the right one and send the file again.", **row.where("URN"),
                )  # fmt: skip


def _register_headings(table: RawTable, problems: Problems) -> HeadingMatch:
    """The register has some 90 columns that are not used: one notice for all, and one for each that is not its own."""
    match = match_headings(table.headings, REGISTER)
    if match.twice:
        raise FeedRefused.because(
            "COLUMN_TWICE",
            f"Two columns mean the same; the second is headed {match.twice[0]}.",
            file=table.file,
            advice="Remove one of them and send the file again.",
        )
    own = [heading for heading in match.extra if is_registers_own(heading)]
    if own:
        problems.note(
            "COLUMNS_NOT_USED", f"{len(own)} other columns of the register are not used here.",
            file=table.file, row=table.heading_row,
        )  # fmt: skip
    for heading in match.extra:
        if heading not in own:
            problems.note(
                "EXTRA_COLUMN", f"The column {heading} is not used and was ignored.",
                file=table.file, row=table.heading_row, column=heading,
            )  # fmt: skip
    return match


# ---------------------------------------------------------------- schools


def _facts(row: Row) -> Facts:
    """The filled cells of a row as fields of School."""
    facts = {f: row[f] for f in FIELDS if row[f] not in (None, "")}
    facts["name"] = row["EstablishmentName"]
    if laestab := rules.laestab_of(row["la_code"] or "", row["number"] or ""):
        facts["laestab"] = laestab
    head = " ".join(part for part in (row["head_title"], row["head_first"], row["head_last"]) if part)
    if row["head_last"]:
        facts["head_name"] = head[:120]
    if "status" in facts:
        facts["is_open"] = rules.is_open_status(facts["status"])
    return facts


def _plan_schools(delivery: Delivery, plan: Plan, problems: Problems, difference: Difference) -> None:
    said: dict[str, Facts] = defaultdict(dict)
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in delivery.schools:
        if not row.held:
            said[row["URN"]] |= _facts(row)
            rows[row["URN"]].append(row)
            _check_dates(row, problems)
    stored = {s["urn"]: s for s in School.objects.filter(urn__in=list(said)).values("pk", "urn", *FIELDS)}
    for urn, facts in said.items():
        before = stored.get(urn)
        changes = {n: v for n, v in facts.items() if before is None or _differs(before[n], v)}
        if before is None:
            plan.new[urn] = facts
            difference.added += 1
            difference.tell(Change(subject=urn, what="school", after=facts["name"]))
        elif changes:
            plan.changed[before["pk"]] = {**{f: before[f] for f in FIELDS}, **changes}
            difference.changed += 1
            for name, value in changes.items():
                difference.tell(Change(subject=urn, what=name, before=str(before[name] or ""), after=str(value)))
        if changes:
            for row in rows[urn]:
                delivery.fates[id(row)] = "applied"


def _differs(before: Any, after: Any) -> bool:
    if isinstance(before, str) and isinstance(after, str):
        return not rules.same_text(before, after)
    return bool(before != after)


def _check_dates(row: Row, problems: Problems) -> None:
    if row["opened_on"] and row["closed_on"] and row["closed_on"] < row["opened_on"]:
        problems.warn(
            "CLOSED_BEFORE_OPENED", "The school closes before it opens; it was kept as sent.",
            advice="Check the register.", **row.where("closed_on"),
        )  # fmt: skip


# ---------------------------------------------------------------- links


def _wanted_links(delivery: Delivery, known: Collection[str], problems: Problems) -> dict[LinkKey, LinkFacts]:
    """Links of both files: the links file tells name and date, the register's list only that there is one."""
    wanted = {key: LinkFacts(row) for key, row in delivery.listed_links.items()}
    for row in delivery.links:
        if row.held:
            continue
        if row["URN"] not in known:
            delivery.fates[id(row)] = "held"
            problems.add(
                "SCHOOL_UNKNOWN", "The school of this link is not in the register here.",
                advice="Load the register first, then the links.", **row.where("URN"),
            )  # fmt: skip
            continue
        key = (row["URN"], row["LinkURN"], row["LinkType"][: rules.LINK_TYPE_LENGTH])
        wanted[key] = LinkFacts(row, (row["LinkName"] or "")[:150], row["LinkEstablishedDate"])
    return wanted


def _plan_links(delivery: Delivery, plan: Plan, problems: Problems, difference: Difference) -> None:
    known = set(School.objects.values_list("urn", flat=True)) | plan.new.keys()
    wanted = _wanted_links(delivery, known, problems)
    stored = {
        (urn, linked, kind): (pk, name, on)
        for pk, urn, linked, kind, name, on in SchoolLink.objects.filter(
            school__urn__in={key[0] for key in wanted}
        ).values_list("pk", "school__urn", "linked_urn", "link_type", "linked_name", "established_on")
    }
    for key, facts in wanted.items():
        before = stored.get(key)
        if before is None:
            plan.links_new[key] = facts
            difference.added += 1
        else:
            name, on = facts.name or before[1], facts.established_on or before[2]
            if rules.same_text(name, before[1]) and on == before[2]:
                continue
            plan.links_changed[before[0]] = (name, on)
            difference.changed += 1
        delivery.fates[id(facts.row)] = "applied"


def _write_links(plan: Plan) -> None:
    keys = dict(School.objects.filter(urn__in={key[0] for key in plan.links_new}).values_list("urn", "pk"))
    copy_rows(
        SchoolLink,
        ["school_id", "linked_urn", "linked_name", "link_type", "established_on"],
        (
            (keys[urn], linked, facts.name, kind, facts.established_on)
            for (urn, linked, kind), facts in plan.links_new.items()
        ),
    )
    if plan.links_changed:
        stage(
            "stage_link",
            {"id": "bigint", "linked_name": "text", "established_on": "date"},
            ((pk, name, on) for pk, (name, on) in plan.links_changed.items()),
        )
        update_from_stage("schools_schoollink", "stage_link", ["linked_name", "established_on"])
