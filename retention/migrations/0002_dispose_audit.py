"""The function that takes a disposed child's rows out of the audit tables (docs/adr/0012).

It runs with the rights of the tables' owner, and the application's role may do nothing there but call it. So it believes
its caller nothing: it takes no table and no row from outside, but finds by itself, in the database's own catalogue, which
history tables belong to tables with a foreign key to a child, and takes out rows of one child only; that of a proposal
which two people approved, neither of them the proposer and one of them a Virtual School Head, whose record is gone
already in the same transaction, and which no hold protects. What it takes out it lists in core_auditdisposal, where
nobody else can write.

`SET search_path` names pg_temp last, so that no temporary table of the caller stands in for one of ours. `lock_timeout`
lies below the server's deadlock_timeout: of two that wait for each other this one gives way, never a page.
"""

from typing import Any

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION retention_dispose_audit(p_proposal bigint, p_certificate text)
RETURNS TABLE (audit_table text, gone bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, {schema}, pg_temp
SET lock_timeout = '800ms'
AS $$
DECLARE
    proposal record;
    approvers bigint[];
    heads bigint;
    queue text[] := ARRAY['pupils_pupil'];
    parent text;
    link record;
    known jsonb;
    doomed jsonb := '{{}}';
    events bigint[];
    owners bigint[];
    key_column text;
    guard name;
BEGIN
    SELECT * INTO proposal FROM retention_disposalproposal WHERE id = p_proposal AND kind = 'child' FOR UPDATE;
    IF NOT FOUND OR proposal.state <> 'approved' THEN
        RAISE EXCEPTION 'nobody approved this disposal' USING ERRCODE = 'insufficient_privilege';
    END IF;
    SELECT array_agg(DISTINCT approver_id), count(DISTINCT approver_id) FILTER (WHERE role = 'vsh')
        INTO approvers, heads
        FROM retention_disposalapproval
        WHERE proposal_id = p_proposal AND approver_id <> proposal.proposed_by_id
            AND role IN ('vsh', 'adviser', 'data_officer');
    IF coalesce(cardinality(approvers), 0) < 2 OR heads < 1 THEN
        RAISE EXCEPTION 'two people did not approve this disposal' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF EXISTS (SELECT 1 FROM pupils_pupil WHERE id = proposal.subject_id) THEN
        RAISE EXCEPTION 'the record is still there' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF p_certificate !~ '^D-[0-9]{{4}}-[0-9]{{4,}}$' OR EXISTS (
        SELECT 1 FROM core_auditdisposal WHERE certificate = p_certificate AND subject_id <> proposal.subject_id
    ) THEN
        RAISE EXCEPTION 'not a certificate of this disposal' USING ERRCODE = 'insufficient_privilege';
    END IF;

    -- Which rows: those whose own key is the child's; below a table without such a key, those of the child's rows.
    known := jsonb_build_object('pupils_pupil', jsonb_build_array(proposal.subject_id));
    IF to_regclass('pupils_pupilevent') IS NOT NULL THEN
        SELECT array_agg(pgh_id) INTO events FROM pupils_pupilevent WHERE id = proposal.subject_id;
        doomed := doomed || jsonb_build_object('pupils_pupilevent', to_jsonb(coalesce(events, '{{}}')));
    END IF;
    WHILE cardinality(queue) > 0 LOOP
        parent := queue[1];
        queue := queue[2:];
        SELECT array_agg(value::bigint) INTO owners FROM jsonb_array_elements_text(known -> parent);
        FOR link IN
            SELECT child.relname::text AS base, col.attname::text AS col
            FROM pg_constraint AS fk
            JOIN pg_class AS child ON child.oid = fk.conrelid
            JOIN pg_attribute AS col ON col.attrelid = fk.conrelid AND col.attnum = fk.conkey[1]
            JOIN pg_attribute AS copy ON copy.attrelid = to_regclass(format('%I', child.relname || 'event'))
                AND copy.attname = col.attname AND NOT copy.attisdropped
            WHERE fk.contype = 'f' AND fk.confrelid = to_regclass(format('%I', parent))
                AND cardinality(fk.conkey) = 1
                AND (parent = 'pupils_pupil' OR NOT EXISTS (
                    SELECT 1 FROM pg_constraint AS direct
                    WHERE direct.contype = 'f' AND direct.conrelid = fk.conrelid
                        AND direct.confrelid = to_regclass('pupils_pupil')
                ))
        LOOP
            EXECUTE format(
                'SELECT array_agg(pgh_id), array_agg(DISTINCT pgh_obj_id) FROM %I WHERE %I = ANY($1)',
                link.base || 'event', link.col
            ) INTO events, owners USING (
                SELECT array_agg(value::bigint) FROM jsonb_array_elements_text(known -> parent)
            );
            CONTINUE WHEN events IS NULL;
            doomed := doomed || jsonb_build_object(
                link.base || 'event', coalesce(doomed -> (link.base || 'event'), '[]') || to_jsonb(events)
            );
            IF NOT coalesce(known -> link.base, '[]') @> to_jsonb(owners) THEN
                known := known || jsonb_build_object(
                    link.base, coalesce(known -> link.base, '[]') || to_jsonb(owners)
                );
                queue := queue || link.base;
            END IF;
        END LOOP;
    END LOOP;

    -- Looks at the child, at rows that were the child's and are gone, and refused tries to open the child's pages.
    events := '{{}}';
    FOR parent IN SELECT jsonb_object_keys(known) LOOP
        SELECT array_agg(DISTINCT value::bigint) INTO owners FROM jsonb_array_elements_text(known -> parent);
        EXECUTE format(
            'SELECT $1 || coalesce(array_agg(e.id), ''{{}}'') FROM core_accessevent AS e'
            ' WHERE e.subject_type = $2 AND e.subject_id = ANY($3)'
            ' AND NOT EXISTS (SELECT 1 FROM %I AS t WHERE t.id = e.subject_id)', parent
        ) INTO events USING events, regexp_replace(parent, '_', '.'), owners;
    END LOOP;
    SELECT events || coalesce(array_agg(id), '{{}}') INTO events FROM core_accessevent
        WHERE action IN ('refused', 'not_found')
            AND detail -> 'url_kwargs' ->> 'pupil_id' = proposal.subject_id::text;
    doomed := doomed || jsonb_build_object('core_accessevent', to_jsonb(events));

    FOR parent IN SELECT jsonb_object_keys(doomed) ORDER BY 1 LOOP
        SELECT array_agg(DISTINCT value::bigint) INTO events FROM jsonb_array_elements_text(doomed -> parent);
        CONTINUE WHEN events IS NULL;
        key_column := CASE parent WHEN 'core_accessevent' THEN 'id' ELSE 'pgh_id' END;
        SELECT tgname INTO STRICT guard FROM pg_trigger
            WHERE tgrelid = to_regclass(format('%I', parent)) AND tgname LIKE 'pgtrigger_append_only_%';
        INSERT INTO core_auditdisposal (
            certificate, subject_type, subject_id, "table", ids, rows, proposed_by, approved_by, at, xid
        )
        SELECT p_certificate, 'pupils.pupil', proposal.subject_id, parent,
            string_agg(
                CASE WHEN first = last THEN first::text ELSE first || '-' || last END, ',' ORDER BY first
            ),
            cardinality(events), proposal.proposed_by_id, to_jsonb(approvers), now(), pg_current_xact_id()
        FROM (
            SELECT min(one) AS first, max(one) AS last
            FROM (SELECT one, one - row_number() OVER (ORDER BY one) AS run FROM unnest(events) AS one) AS numbered
            GROUP BY run
        ) AS spans;
        EXECUTE format('ALTER TABLE %I DISABLE TRIGGER %I', parent, guard);
        EXECUTE format('DELETE FROM %I WHERE %I = ANY($1)', parent, key_column) USING events;
        EXECUTE format('ALTER TABLE %I ENABLE TRIGGER %I', parent, guard);
        audit_table := parent;
        gone := cardinality(events);
        RETURN NEXT;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION retention_dispose_audit(bigint, text) FROM PUBLIC;
"""


def make(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        cursor.execute(FUNCTION.format(schema=cursor.fetchone()[0]))


def drop(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION IF EXISTS retention_dispose_audit(bigint, text)")


class Migration(migrations.Migration):
    dependencies = [("retention", "0001_initial"), ("core", "0007_disposal")]

    operations = [migrations.RunPython(make, drop)]
