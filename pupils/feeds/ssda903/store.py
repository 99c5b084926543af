"""Writes a plan: new rows by COPY, changed rows by one UPDATE each kind. Runs inside the engine's transaction."""

import json
from collections.abc import Iterable

from core.db.copy import copy_rows
from core.db.staging import stage, update_from_stage
from pupils.feeds.ssda903.compare import Plan
from pupils.feeds.ssda903.rows import EPISODE_FIELDS
from pupils.feeds.upns import free_upns
from pupils.models import CareEpisode, FormerUPN, Pupil, ReturnRecord, home_la

_FACT_TYPES = {
    "id": "bigint",
    "upn": "text",
    "upn_unknown_reason": "text",
    "dob": "date",
    "sex": "text",
    "ethnicity": "text",
}
_EPISODE_TYPES = {
    "id": "bigint",
    **{f: "date" if f == "dec" else "text" for f in EPISODE_FIELDS},
    "run_id": "bigint",
}


def write(plan: Plan, *, run_id: int | None) -> None:
    """All of a plan. Nothing is written for rows that are as they were."""
    free_upns({s.pk: s.upn for s in plan.changed if s.pk}, {s.upn for s in (*plan.changed, *plan.new)})
    copy_rows(
        Pupil,
        ["child_id", "upn", "upn_unknown_reason", "uln", "surname", "forename", "known_as", "sort_name", "dob", "sex",
         "ethnicity", "send", "responsible_la"],
        (
            (s.child_id, s.upn, s.upn_unknown_reason, "", "", "", "", "", s.dob, s.sex, s.ethnicity, "", home_la())
            for s in plan.new
        ),
    )  # fmt: skip
    if plan.changed:
        stage("stage_pupil", _FACT_TYPES, ((s.pk, *s.facts()) for s in plan.changed))
        update_from_stage("pupils_pupil", "stage_pupil", [c for c in _FACT_TYPES if c != "id"])
    keys = dict(Pupil.objects.filter(child_id__in=_children(plan)).values_list("child_id", "pk"))
    FormerUPN.objects.bulk_create(
        (FormerUPN(pupil_id=keys[child], upn=upn) for child, upn in dict.fromkeys(plan.former_upns)),
        ignore_conflicts=True,
    )
    _write_episodes(plan, keys, run_id)
    _write_records(plan, keys, run_id)


def _children(plan: Plan) -> list[str]:
    names: Iterable[str] = (
        *(s.child_id for s in plan.new),
        *(child for child, _ in plan.former_upns),
        *(e.child for e in plan.episodes_new),
        *(r.child for r in plan.records_new),
    )
    return list(dict.fromkeys(names))


def _write_episodes(plan: Plan, keys: dict[str, int], run_id: int | None) -> None:
    if plan.episodes_gone:
        CareEpisode.objects.filter(pk__in=plan.episodes_gone).delete()
    if plan.episodes_changed:
        stage("stage_episode", _EPISODE_TYPES, ((pk, *row.values, run_id) for pk, row in plan.episodes_changed))
        update_from_stage("pupils_careepisode", "stage_episode", [c for c in _EPISODE_TYPES if c != "id"])
    copy_rows(
        CareEpisode,
        ["pupil_id", "decom", *EPISODE_FIELDS, "run_id"],
        ((keys[row.child], row.decom, *row.values, run_id) for row in plan.episodes_new),
    )


def _write_records(plan: Plan, keys: dict[str, int], run_id: int | None) -> None:
    if plan.records_changed:
        stage(
            "stage_record",
            {"id": "bigint", "data": "jsonb", "run_id": "bigint"},
            ((pk, json.dumps(row.data), run_id) for pk, row in plan.records_changed),
        )
        update_from_stage("pupils_returnrecord", "stage_record", ["data", "run_id"])
    copy_rows(
        ReturnRecord,
        ["pupil_id", "table", "key", "on", "data", "run_id"],
        (
            (keys[row.child], row.table.layout.name, row.key, row.on, json.dumps(row.data), run_id)
            for row in plan.records_new
        ),
    )
