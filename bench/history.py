"""Eight years of incidents as SQL: what is drawn for each of them, and the statements that make rows of it.

Every draw is a hash of the incident's number and of what is drawn, so the same size has the same history. What is
common is common: two thirds concern availability, half are S3, a sixth of the services has half of the incidents.
The newest forty are open, whatever the size.
"""

OPEN, LOOKING_BACK = 40, 20

# A draw from [0, 1) for an incident's number and a subject; minutes that mostly lie near `middle` and sometimes far
# above it; one of several, the first most often; a row's key.
FUNCTIONS = """
CREATE FUNCTION pg_temp.draw(n bigint, subject int) RETURNS float8 LANGUAGE sql IMMUTABLE AS
$$ SELECT (hashint8extended(n, subject) & 1073741823)::float8 / 1073741824 $$;
CREATE FUNCTION pg_temp.about(n bigint, subject int, middle float8, spread float8) RETURNS interval
LANGUAGE sql IMMUTABLE AS $$ SELECT make_interval(secs => least(2592000, 60 * middle * exp(spread *
    sqrt(-2 * ln(1 - pg_temp.draw(n, subject))) * cos(6.2831853 * pg_temp.draw(n, subject + 500))))) $$;
CREATE FUNCTION pg_temp.pick(choices text[], n bigint, subject int) RETURNS text LANGUAGE sql IMMUTABLE AS
$$ SELECT choices[floor(power(array_length(choices, 1) + 1, pg_temp.draw(n, subject)))::int] $$;
CREATE FUNCTION pg_temp.key(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT md5(kind || n)::uuid $$;
"""

# One row an incident; `place` counts from the newest. Parameters: count, now, words, services, service names, people.
DRAWN = """
CREATE TEMPORARY TABLE drawn AS
WITH given AS (
    SELECT %(count)s::bigint AS count, %(now)s::timestamptz AS now, %(words)s::text[] AS words,
           %(services)s::uuid[] AS services, %(names)s::text[] AS names, %(people)s::uuid[] AS people
), numbered AS (
    SELECT n, count - n AS place, n <= count / 20 AS is_imported, pg_temp.key('incident', n) AS id, given.*,
           floor(power(61, pg_temp.draw(n, 1)))::int AS service,
           CASE WHEN count - n < 40 THEN now - interval '3 days' * ((count - n + 0.5) / 40)
                ELSE now - interval '3 days' - interval '2919 days' * (1 - power(n::float8 / count, 0.8)) END
               AS declared_at
    FROM given, generate_series(1, given.count) AS n
), kinds AS (
    SELECT *,
        CASE WHEN is_imported THEN 'availability' ELSE (ARRAY['availability', 'quality', 'internal', 'security',
            'drill', 'data', 'unsure'])[1 + width_bucket(pg_temp.draw(n, 2), ARRAY[.62, .76, .86, .90, .94, .97])] END
            AS type,
        CASE WHEN is_imported THEN '' ELSE (ARRAY['S1', 'S2', 'S3', 'S4'])
            [1 + width_bucket(pg_temp.draw(n, 3), ARRAY[.02, .14, .60])] END AS severity,
        CASE WHEN place < 40 THEN (ARRAY['triage', 'identification', 'mitigation', 'remediation'])[1 + place %% 4]
             WHEN place < 60 THEN 'post_incident'
             WHEN is_imported OR pg_temp.draw(n, 4) < .93 THEN 'closed'
             WHEN pg_temp.draw(n, 4) < .97 OR n = 1 THEN 'declined' ELSE 'merged' END AS phase
    FROM numbered
), times AS (
    SELECT *,
        declared_at - pg_temp.about(n, 5, 4, 1) AS detected_at,
        declared_at + pg_temp.about(n, 6, 5, 1.1) AS acknowledged_at,
        declared_at - pg_temp.about(n, 5, 4, 1) - pg_temp.about(n, 7, 6, 1.2) AS impact_at,
        declared_at + pg_temp.about(n, 6, 5, 1.1) + pg_temp.about(n, 8, 25, 1.3) AS identified_at
    FROM kinds
), later AS (
    SELECT *, identified_at + pg_temp.about(n, 9, 20, 1.2) AS mitigated_at,
        identified_at + pg_temp.about(n, 9, 20, 1.2) + pg_temp.about(n, 10, 40, 1.2) AS resolved_at,
        identified_at + pg_temp.about(n, 9, 20, 1.2) + pg_temp.about(n, 10, 40, 1.2) + pg_temp.about(n, 11, 2880, .7)
            AS closed_at
    FROM times
)
SELECT n, place, is_imported, id, declared_at, type, severity, phase, detected_at, acknowledged_at, impact_at,
    identified_at, mitigated_at, resolved_at, closed_at,
    phase IN ('closed', 'post_incident') AS is_done,
    type = 'security' OR pg_temp.draw(n, 12) < .01 AS is_restricted,
    type = 'availability' AND NOT is_imported AND severity < 'S4' AND phase = 'closed' AND pg_temp.draw(n, 13) < .25
        AS is_public,
    pg_temp.draw(n, 14) < .05 AND NOT is_imported AND phase = 'closed' AS is_near_miss,
    6 + floor(9 * pg_temp.draw(n, 15))::int AS events,
    people[1 + floor(100 * pg_temp.draw(n, 16))::int] AS person,
    people[1 + floor(100 * pg_temp.draw(n, 17))::int] AS other,
    CASE WHEN pg_temp.draw(n, 18) < .7 THEN ARRAY[services[service]]
         ELSE ARRAY[services[service], services[1 + (service + 10) %% 60]] END AS services,
    names[service] || ' ' || pg_temp.pick(ARRAY['fails', 'is slow', 'times out', 'answers with errors',
        'loses requests', 'shows stale data', 'is down', 'rejects sign-ins'], n, 19)
        || ' for ' || pg_temp.pick(ARRAY['some customers', 'everybody', 'new accounts', 'one region', 'large shops',
        'mobile users', 'integrations'], n, 20) || ', ' || pg_temp.pick(words, n, 21)
        -- A word that stood in many long ago, and in none since.
        || CASE WHEN n BETWEEN count / 20 AND count / 10 THEN ' on the mainframe' ELSE '' END AS title,
    'We see ' || pg_temp.pick(words, n, 22) || ' and ' || pg_temp.pick(words, n, 23) || ' since the change of '
        || pg_temp.pick(words, n, 24) || '; ' || pg_temp.pick(words, n, 25) || ' looks healthy.' AS what
FROM later;
ALTER TABLE drawn ADD COLUMN reference text;
UPDATE drawn SET reference = CASE WHEN is_restricted THEN 'INC-' || substr(md5('r' || n), 1, 8) ELSE 'INC-' || n END;
CREATE INDEX ON drawn (place);
ANALYZE drawn;
"""

# Table of the model → its source and the columns that it gives; every other column stands at the model's default.
ROWS: dict[str, tuple[str, dict[str, str]]] = {
    "incidents.Incident": (
        "drawn",
        {
            "id": "id",
            "reference": "reference",
            # What the triggers would keep, which stand aside.
            "words": "incidents_words(reference, title, what, services)",
            "title": "title",
            "what": "what",
            "type": "type",
            "visibility": "CASE WHEN is_restricted THEN 'restricted' ELSE 'organisation' END",
            "phase": "phase",
            "disposition": "CASE WHEN is_near_miss THEN 'near_miss' ELSE 'real' END",
            "merged_into_id": "CASE WHEN phase = 'merged' THEN pg_temp.key('incident', n - 1) END",
            "severity": "severity",
            "initial_severity": "severity",
            "peak_severity": "severity",
            "severity_confirmed_at": "CASE WHEN NOT is_imported AND place % 4 > 0 THEN acknowledged_at END",
            "priority": "CASE severity WHEN 'S1' THEN 'P1' WHEN 'S2' THEN 'P1' WHEN 'S3' THEN 'P2' ELSE 'P3' END",
            "posture": "CASE WHEN is_public THEN 'post' WHEN place < 20 THEN 'undecided' ELSE 'not_required' END",
            "declared_by_id": "CASE WHEN NOT is_imported THEN person END",
            "declared_through": "CASE WHEN is_imported THEN 'import' ELSE 'web' END",
            "detected_at": "CASE WHEN NOT is_imported THEN detected_at END",
            "declared_at": "declared_at",
            "acknowledged_at": "CASE WHEN NOT is_imported AND (place >= 40 OR place % 4 > 0) THEN acknowledged_at END",
            "mitigated_at": "CASE WHEN is_done AND NOT is_imported THEN mitigated_at END",
            "resolved_at": "CASE WHEN is_done THEN resolved_at END",
            "closed_at": "CASE WHEN phase NOT IN ('post_incident') AND place >= 40 THEN closed_at END",
            "is_imported": "is_imported",
            "external_id": "CASE WHEN is_imported THEN 'x' || n END",
            "cadence_id": "1",
            "version": "events",
            "last_position": "events",
        },
    ),
    "incidents.Incident_services": (
        "drawn, unnest(services) AS service",
        # The time is what a trigger would keep.
        {"incident_id": "id", "service_id": "service", "declared_at": "declared_at"},
    ),
    "incidents.Member": (
        "drawn WHERE is_restricted",
        {"incident_id": "id", "person_id": "person", "granted_at": "declared_at"},
    ),
    "incidents.ImpactWindow": (
        "drawn WHERE NOT is_near_miss AND phase NOT IN ('declined', 'merged')",
        {
            "incident_id": "id",
            "started_at": "impact_at",
            "ended_at": "CASE WHEN is_done THEN mitigated_at END",
            "is_estimated": "n % 9 = 0",
        },
    ),
    "incidents.PhaseEntry": (
        """drawn, LATERAL (VALUES
            ('identification', declared_at, identified_at, is_done),
            ('mitigation', identified_at, mitigated_at, is_done AND NOT is_imported),
            ('remediation', mitigated_at, resolved_at, is_done AND NOT is_imported),
            ('post_incident', resolved_at, CASE WHEN phase = 'closed' THEN closed_at END, is_done AND NOT is_imported),
            ('closed', closed_at, NULL, phase = 'closed'),
            (phase, declared_at, NULL, NOT is_done)) AS entry (name, entered_at, left_at, is_entered)
        WHERE is_entered""",
        {"incident_id": "id", "phase": "name", "entered_at": "entered_at", "left_at": "left_at"},
    ),
    "incidents.Event": (
        "drawn, generate_series(1, events) AS position",
        {
            "incident_id": "id",
            "position": "position",
            "kind": """(ARRAY['declared', 'paged', 'acknowledged', 'confirmed', 'transitioned', 'updated', 'situation',
                'joined', 'posture', 'updated', 'transitioned', 'impact', 'updated', 'transitioned'])[position]""",
            "actor_id": "CASE WHEN is_imported THEN NULL WHEN position % 2 = 0 THEN person ELSE other END",
            "occurred_at": "declared_at + pg_temp.about(n, 30, 3, 1) * (position - 1)",
            "recorded_at": "declared_at + pg_temp.about(n, 30, 3, 1) * (position - 1)",
            "body": "CASE WHEN position IN (6, 10, 13) THEN what WHEN position = 1 THEN title ELSE '' END",
            "data": """CASE WHEN position = 1 THEN jsonb_build_object('type', type, 'severity', severity)
                WHEN position = 4 THEN jsonb_build_object('severity', severity)
                WHEN position = 12 THEN jsonb_build_object('ended_at', mitigated_at)
                ELSE (ARRAY['{}', '{"role": "engineer", "name": "Grace Okafor"}', '{"role": "engineer"}', '{}',
                    '{"from": "identification", "to": "mitigation"}', '{"audiences": ["responders"]}', '{}', '{}',
                    '{"posture": "not_required"}', '{"audiences": ["stakeholders"]}',
                    '{"from": "mitigation", "to": "remediation"}', '{}', '{}',
                    '{"from": "remediation", "to": "post_incident"}'])[position]::jsonb END""",
            "body_digest": "repeat(md5(n::text), 2)",
            "previous_hash": "CASE WHEN position = 1 THEN '' ELSE repeat(md5(n || '-' || position - 1), 2) END",
            "hash": "repeat(md5(n || '-' || position), 2)",
        },
    ),
    "incidents.Engagement": (
        """drawn, LATERAL (VALUES ('engineer', person, 1), ('incident_manager', other, 2)) AS asked (role, who, k)
        WHERE NOT is_imported AND (k = 1 OR severity < 'S3') AND person <> other""",
        {
            "id": "pg_temp.key('engaged' || k, n)",
            "incident_id": "id",
            "role": "role",
            "person_id": "who",
            "state": "CASE WHEN place >= 60 THEN 'released' WHEN place % 4 = 0 THEN 'paged' ELSE 'acknowledged' END",
            "created_at": "declared_at",
            "rings_at": "declared_at",
            "acknowledged_at": "CASE WHEN place >= 60 OR place % 4 > 0 THEN acknowledged_at END",
            "joined_at": "CASE WHEN place >= 60 OR place % 4 > 0 THEN acknowledged_at END",
            "released_at": "CASE WHEN place >= 60 THEN resolved_at END",
        },
    ),
    # The open ones owe two things each, some of them late and none of them due for the ticker.
    "incidents.Obligation": (
        """drawn, LATERAL (VALUES ('confirmation', '', 15, 1), ('public_update', 'public', 30, 2))
            AS owed (duty, audience, minutes, k)
        WHERE NOT is_imported AND (k = 1 OR is_public OR place < 40)""",
        {
            "id": "pg_temp.key('owed' || k, n)",
            "incident_id": "id",
            "duty": "duty",
            "audience": "audience",
            "owner_role": "CASE k WHEN 1 THEN 'lead' ELSE 'communications' END",
            "created_at": "declared_at",
            "due_at": """CASE WHEN place < 40 AND place % 4 > 0 THEN now() + interval '60 days'
                ELSE declared_at + make_interval(mins => minutes) END""",
            "next_at": "CASE WHEN place < 40 AND place % 4 > 0 THEN now() + interval '60 days' END",
            "satisfied_at": "CASE WHEN place >= 40 THEN acknowledged_at + pg_temp.about(n, 31 + k, 8, .8) END",
        },
    ),
    "reviews.Review": (
        "drawn WHERE phase = 'closed' AND severity IN ('S1', 'S2')",
        {
            "incident_id": "id",
            "text": "what",
            "author_id": "person",
            "written_at": "closed_at",
            "updated_at": "closed_at",
        },
    ),
    "statuspage.PublicIncident": (
        "drawn WHERE is_public",
        {
            "id": "n",
            "public_id": "substr(md5('public' || n), 1, 12)",
            "page_id": "(SELECT min(id) FROM statuspage_page)",
            "name": "title",
            "state": "'resolved'",
            "impact": "'minor'",
            "started_at": "impact_at",
            "monitoring_at": "mitigated_at",
            "resolved_at": "resolved_at",
            "created_at": "acknowledged_at",
            "updated_at": "resolved_at",
        },
    ),
    "statuspage.Bulletin": (
        """drawn, LATERAL (VALUES ('investigating', acknowledged_at, 1), ('identified', identified_at, 2),
            ('resolved', resolved_at, 3)) AS said (state, at, k)
        WHERE is_public""",
        {
            "public_id": "substr(md5('said' || n || '-' || k), 1, 12)",
            "public_incident_id": "n",
            "state": "state",
            "body": "what",
            "display_at": "at",
            "created_at": "at",
            "updated_at": "at",
            "author_id": "person",
        },
    ),
    "incidents.PublicLink": ("drawn WHERE is_public", {"incident_id": "id", "public_incident_id": "n"}),
}
