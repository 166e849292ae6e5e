-- The canonical form of a Kubernetes quantity: the largest suffix that leaves a whole number, and no less than nanos.
-- https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
CREATE FUNCTION berth.format_quantity(p_amount numeric, p_is_binary boolean) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  v_sign text := CASE WHEN p_amount < 0 THEN '-' ELSE '' END;
  v_size numeric := abs(p_amount);
  v_power integer := 1;
BEGIN
  IF v_size = 0 THEN
    RETURN '0';
  END IF;
  IF p_is_binary AND v_size >= 1024 AND v_size = trunc(v_size) THEN
    WHILE v_size % 1024 = 0 AND v_power < 7 LOOP
      v_size := div(v_size, 1024);
      v_power := v_power + 1;
    END LOOP;
    RETURN v_sign || trunc(v_size)::text || (ARRAY['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'])[v_power];
  END IF;
  v_size := ceil(v_size * 1000000000);
  WHILE v_size % 1000 = 0 AND v_power < 10 LOOP
    v_size := div(v_size, 1000);
    v_power := v_power + 1;
  END LOOP;
  RETURN v_sign || v_size::text || (ARRAY['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'])[v_power];
END
$$;
--> statement-breakpoint

-- What an object adds to counters. `p_usage` is its `usage` as commit_writes documents it, '' for an object that is only
-- counted, null for none.
CREATE FUNCTION berth.amounts(p_resource text, p_usage text)
RETURNS TABLE (class text, counter text, amount numeric, is_binary boolean)
LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(nullif(p_usage, '')::jsonb ->> 'class', ''), 'count/' || p_resource, 1::numeric, false
  WHERE p_usage IS NOT NULL
  UNION ALL
  SELECT u.usage ->> 'class', a.key, a.value::numeric, (u.usage -> 'binary') ? a.key
  FROM (SELECT p_usage::jsonb AS usage WHERE p_usage <> '') u CROSS JOIN LATERAL jsonb_each_text(u.usage -> 'amounts') a
$$;
--> statement-breakpoint

-- Whether scopes ([{any: [tag], none: [tag]}]) select the objects of a class.
CREATE FUNCTION berth.selects(p_scopes jsonb, p_class text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT NOT EXISTS (
    SELECT FROM jsonb_array_elements(p_scopes) AS s (scope)
    WHERE NOT (s.scope -> 'any') ?| string_to_array(p_class, ' ') OR (s.scope -> 'none') ?| string_to_array(p_class, ' ')
  )
$$;
--> statement-breakpoint

-- The limits of quotas, one row for each resource that each of them limits, with what is used of it.
CREATE FUNCTION berth.quota_limits(p_cluster_id text, p_namespaces text[])
RETURNS TABLE (quota text, namespace text, resource text, counter text, hard numeric, quantity text, used numeric,
  is_binary boolean, scopes jsonb)
LANGUAGE sql STABLE AS $$
  SELECT q.name, q.namespace, h.resource, h.counter, h.amount, h.quantity, u.used, u.is_binary, q.rule -> 'scopes'
  FROM berth.quotas q
    CROSS JOIN LATERAL jsonb_to_recordset(q.rule -> 'hard')
      AS h (resource text, counter text, amount numeric, quantity text)
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(u.used), 0) AS used, coalesce(bool_or(u.is_binary), false) AS is_binary
      FROM berth.usage u
      WHERE u.cluster_id = p_cluster_id AND u.namespace = q.namespace AND u.resource = h.counter
        AND berth.selects(q.rule -> 'scopes', u.class)
    ) u
  WHERE q.cluster_id = p_cluster_id AND q.namespace = ANY (p_namespaces)
$$;
--> statement-breakpoint

-- Judges writes in order against the quotas of their namespaces and the plan limits of the tenant: each is given room if,
-- after those before it that were, there is enough. A write that takes less than before, or no more, is always.
--
-- A write is described by the usage of its object before and after, as for `amounts`. Returns the refused ones:
-- {position: {by: 'quota', quota, exceeded} | {by: 'unspecified', quota, missing} | {by: 'plan', tenant, exceeded}}. The caller
-- holds the cluster's row. Plan limits are locked here, all of them in one order, until the transaction ends.
CREATE FUNCTION berth.overuse(
  p_cluster_id text,
  p_tenant_id text,
  p_positions bigint[],
  p_namespaces text[],
  p_resources text[],
  p_before text[],
  p_after text[]
) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  -- Each limit, those of one quota together.
  l_owner text[];
  l_is_plan boolean[];
  l_namespace text[];
  l_resource text[];
  l_counter text[];
  l_hard numeric[];
  l_quantity text[];
  l_used numeric[];
  l_is_binary boolean[];
  l_scopes jsonb[];
  -- Writes that are alike are of one sort; of each sort, what one of them adds to which limit.
  v_sorts bigint[];
  d_sort bigint[];
  d_limit bigint[];
  d_delta numeric[];
  d_is_binary boolean[];
  v_first integer[];
  v_missing jsonb[];
  v_sort integer;
  v_limit integer;
  v_exceeded jsonb;
  v_refusal jsonb;
  v_refused_positions bigint[] := '{}';
  v_refusals jsonb[] := '{}';
  -- The last refusal of each sort, and how many writes had been given room by then.
  v_known jsonb[];
  v_known_at integer[];
  v_given integer := 0;
  v_owner integer;
BEGIN
  IF EXISTS (
    SELECT FROM berth.tenant_limits t WHERE t.tenant_id = p_tenant_id AND t.resource IN (
      SELECT a.counter FROM (
        SELECT DISTINCT m.resource, m.usage
        FROM (SELECT * FROM unnest(p_resources, p_before) UNION ALL SELECT * FROM unnest(p_resources, p_after)) m (resource, usage)
      ) m CROSS JOIN LATERAL berth.amounts(m.resource, m.usage) a
    )
  ) THEN
    PERFORM FROM berth.tenant_usage t WHERE t.tenant_id = p_tenant_id ORDER BY t.resource FOR UPDATE;
  END IF;

  SELECT array_agg(l.owner), array_agg(l.is_plan), array_agg(l.namespace), array_agg(l.resource), array_agg(l.counter),
    array_agg(l.hard), array_agg(l.quantity), array_agg(l.used), array_agg(l.is_binary), array_agg(l.scopes)
  INTO l_owner, l_is_plan, l_namespace, l_resource, l_counter, l_hard, l_quantity, l_used, l_is_binary, l_scopes
  FROM (
    SELECT * FROM (
      SELECT q.quota AS owner, false AS is_plan, q.namespace, q.resource, q.counter, q.hard, q.quantity, q.used, q.is_binary,
        q.scopes
      FROM berth.quota_limits(p_cluster_id, p_namespaces) q
      UNION ALL
      SELECT t.tenant_id, true, NULL, t.resource, t.resource, t.hard, t.quantity, u.used, u.is_binary, '[]'
      FROM berth.tenant_limits t JOIN berth.tenant_usage u ON u.tenant_id = t.tenant_id AND u.resource = t.resource
      WHERE t.tenant_id = p_tenant_id
    ) l
    ORDER BY l.is_plan, l.namespace COLLATE "C", l.owner COLLATE "C", l.resource COLLATE "C"
  ) l;
  IF l_owner IS NULL THEN
    RETURN NULL;
  END IF;

  SELECT array_agg(dense_rank ORDER BY position) INTO v_sorts FROM (
    SELECT m.position, dense_rank() OVER (ORDER BY m.namespace, m.resource, m.before, m.after)
    FROM unnest(p_positions, p_namespaces, p_resources, p_before, p_after) AS m (position, namespace, resource, before, after)
  ) m;
  WITH sort AS MATERIALIZED (
    SELECT DISTINCT m.sort, m.namespace, m.resource, m.before, m.after
    FROM unnest(v_sorts, p_namespaces, p_resources, p_before, p_after) AS m (sort, namespace, resource, before, after)
  ), lim AS MATERIALIZED (
    SELECT l.*, l.ordinality AS place
    FROM unnest(l_owner, l_is_plan, l_namespace, l_resource, l_counter, l_scopes) WITH ORDINALITY
      AS l (owner, is_plan, namespace, resource, counter, scopes)
  ), delta AS MATERIALIZED (
    SELECT s.sort, l.place, sum(a.sign * a.amount) AS delta, bool_or(a.is_binary) AS is_binary
    FROM sort s
      CROSS JOIN LATERAL (
        SELECT 1 AS sign, a.* FROM berth.amounts(s.resource, s.after) a
        UNION ALL SELECT -1, a.* FROM berth.amounts(s.resource, s.before) a
      ) a
      JOIN lim l ON l.counter = a.counter AND (l.is_plan OR l.namespace = s.namespace) AND berth.selects(l.scopes, a.class)
    GROUP BY s.sort, l.place HAVING sum(a.sign * a.amount) <> 0
  ), missing AS MATERIALIZED (
    SELECT DISTINCT ON (s.sort) s.sort, jsonb_build_object('by', 'unspecified', 'quota', l.owner, 'missing',
      jsonb_agg(jsonb_build_object('resource', l.resource, 'containers', u.unspecified -> l.counter) ORDER BY l.place)) AS refusal
    FROM sort s
      CROSS JOIN LATERAL (
        SELECT s.after::jsonb -> 'unspecified' AS unspecified, s.after::jsonb ->> 'class' AS class
        WHERE s.before IS NULL AND s.after <> ''
      ) u
      JOIN lim l ON NOT l.is_plan AND l.namespace = s.namespace AND u.unspecified ? l.counter
        AND berth.selects(l.scopes, u.class)
    GROUP BY s.sort, l.owner ORDER BY s.sort, l.owner COLLATE "C"
  )
  SELECT
    (SELECT array_agg(d.sort ORDER BY d.sort, d.place) FROM delta d),
    (SELECT array_agg(d.place ORDER BY d.sort, d.place) FROM delta d),
    (SELECT array_agg(d.delta ORDER BY d.sort, d.place) FROM delta d),
    (SELECT array_agg(d.is_binary ORDER BY d.sort, d.place) FROM delta d),
    (SELECT array_agg(m.refusal ORDER BY s.sort) FROM sort s LEFT JOIN missing m ON m.sort = s.sort),
    -- Where the deltas of each sort begin, and one more: where those of the last one end.
    (SELECT array_agg(1 + (SELECT count(*) FROM delta d WHERE d.sort < s.sort) ORDER BY s.sort)
      FROM generate_series(1, (SELECT max(sort) FROM sort) + 1) AS s (sort))
  INTO d_sort, d_limit, d_delta, d_is_binary, v_missing, v_first;

  FOR v_i IN 1 .. cardinality(p_positions) LOOP
    v_sort := v_sorts[v_i];
    v_refusal := v_missing[v_sort];
    IF v_refusal IS NULL AND v_known_at[v_sort] = v_given THEN
      v_refusal := v_known[v_sort];
    END IF;
    IF v_refusal IS NULL THEN
      v_exceeded := '[]';
      v_owner := NULL;
      FOR v_d IN v_first[v_sort] .. v_first[v_sort + 1] - 1 LOOP
        v_limit := d_limit[v_d];
        CONTINUE WHEN d_delta[v_d] <= 0 OR l_used[v_limit] + d_delta[v_d] <= l_hard[v_limit];
        -- The first quota without room says so, with all that it has no room for.
        EXIT WHEN v_owner IS NOT NULL
          AND (l_owner[v_limit] <> l_owner[v_owner] OR l_is_plan[v_limit] <> l_is_plan[v_owner]);
        v_owner := v_limit;
        v_exceeded := v_exceeded || jsonb_build_object(
          'resource', l_resource[v_limit],
          'requested', berth.format_quantity(d_delta[v_d], d_is_binary[v_d]),
          'used', berth.format_quantity(l_used[v_limit], l_is_binary[v_limit]),
          'limited', l_quantity[v_limit]);
      END LOOP;
      IF v_owner IS NOT NULL THEN
        v_refusal := jsonb_build_object('exceeded', v_exceeded) || CASE WHEN l_is_plan[v_owner]
          THEN jsonb_build_object('by', 'plan', 'tenant', l_owner[v_owner])
          ELSE jsonb_build_object('by', 'quota', 'quota', l_owner[v_owner]) END;
        v_known[v_sort] := v_refusal;
        v_known_at[v_sort] := v_given;
      END IF;
    END IF;
    IF v_refusal IS NULL THEN
      v_given := v_given + 1;
      FOR v_d IN v_first[v_sort] .. v_first[v_sort + 1] - 1 LOOP
        v_limit := d_limit[v_d];
        l_is_binary[v_limit] := CASE WHEN l_used[v_limit] = 0 THEN d_is_binary[v_d] ELSE l_is_binary[v_limit] END;
        l_used[v_limit] := l_used[v_limit] + d_delta[v_d];
      END LOOP;
    ELSE
      v_refused_positions := v_refused_positions || p_positions[v_i];
      v_refusals := v_refusals || v_refusal;
    END IF;
  END LOOP;
  RETURN (SELECT jsonb_object_agg(r.position, r.refusal) FROM unnest(v_refused_positions, v_refusals) AS r (position, refusal));
END
$$;
--> statement-breakpoint

-- Moves the counters of a cluster by what objects use before and after a commit, as for `amounts`; those that come to 0
-- go. What the tenant's plan limits moves along.
CREATE FUNCTION berth.move_usage(p_cluster_id text, p_tenant_id text, p_has_plan boolean, p_namespaces text[], p_resources text[],
  p_before text[], p_after text[]) RETURNS void
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  v_moved jsonb;
  v_shrinks boolean;
  v_move record;
BEGIN
  WITH changed AS (
    -- Objects that use the same are worked out once.
    SELECT c.namespace, c.resource, c.usage, sum(c.number) AS number
    FROM (
      SELECT a.namespace, a.resource, a.usage, 1 AS number
      FROM unnest(p_namespaces, p_resources, p_after) AS a (namespace, resource, usage)
      UNION ALL
      SELECT b.namespace, b.resource, b.usage, -1
      FROM unnest(p_namespaces, p_resources, p_before) AS b (namespace, resource, usage)
    ) c
    WHERE c.usage IS NOT NULL GROUP BY c.namespace, c.resource, c.usage HAVING sum(c.number) <> 0
  ), moved AS MATERIALIZED (
    SELECT c.namespace, a.counter AS resource, a.class, sum(c.number * a.amount) AS delta, bool_or(a.is_binary) AS is_binary
    FROM changed c CROSS JOIN LATERAL berth.amounts(c.resource, c.usage) a
    GROUP BY c.namespace, a.counter, a.class HAVING sum(c.number * a.amount) <> 0
  ), counted AS (
    INSERT INTO berth.usage (cluster_id, namespace, resource, class, used, is_binary)
    SELECT p_cluster_id, m.namespace, m.resource, m.class, m.delta, m.is_binary FROM moved m
    ON CONFLICT (cluster_id, namespace, resource, class) DO UPDATE SET used = usage.used + excluded.used
  )
  SELECT bool_or(m.delta < 0), jsonb_agg(to_jsonb(m)) FILTER (WHERE p_has_plan OR m.delta < 0)
  INTO v_shrinks, v_moved FROM moved m;
  IF v_shrinks THEN
    FOR v_move IN
      SELECT m.namespace, m.class, m.resource
      FROM jsonb_to_recordset(v_moved) AS m (namespace text, class text, resource text, delta numeric) WHERE m.delta < 0
    LOOP
      DELETE FROM berth.usage u
      WHERE u.cluster_id = p_cluster_id AND u.namespace = v_move.namespace AND u.resource = v_move.resource
        AND u.class = v_move.class AND u.used = 0;
    END LOOP;
  END IF;
  IF p_has_plan AND v_moved IS NOT NULL THEN
    PERFORM berth.move_tenant_usage(p_tenant_id, v_moved);
  END IF;
END
$$;
--> statement-breakpoint

-- Keeps the rules of quotas as the writes at these positions leave them. Returns the namespaces in which they hold.
CREATE FUNCTION berth.write_quota_rules(p_cluster_id text, p_ops text[], p_resources text[], p_namespaces text[], p_names text[],
  p_rules text[], p_positions bigint[]) RETURNS text[]
LANGUAGE plpgsql AS $$
DECLARE
  v_i bigint;
  v_namespaces text[] := '{}';
BEGIN
  FOREACH v_i IN ARRAY p_positions LOOP
    v_namespaces := v_namespaces || p_namespaces[v_i];
    IF p_ops[v_i] = 'delete' THEN
      DELETE FROM berth.quotas q
      WHERE q.cluster_id = p_cluster_id AND q.namespace = p_namespaces[v_i] AND q.name = p_names[v_i];
    ELSE
      INSERT INTO berth.quotas (cluster_id, namespace, name, resource, rule)
      VALUES (p_cluster_id, p_namespaces[v_i], p_names[v_i], p_resources[v_i], p_rules[v_i]::jsonb)
      ON CONFLICT (cluster_id, namespace, name) DO UPDATE SET rule = excluded.rule;
    END IF;
  END LOOP;
  UPDATE berth.clusters c SET has_quotas = EXISTS (SELECT FROM berth.quotas q WHERE q.cluster_id = p_cluster_id)
  WHERE c.id = p_cluster_id;
  RETURN v_namespaces;
END
$$;
--> statement-breakpoint

-- Moves what a tenant uses of limited resources, by [{resource, delta, is_binary}].
CREATE FUNCTION berth.move_tenant_usage(p_tenant_id text, p_moved jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_move record;
  v_is_locked boolean := false;
BEGIN
  FOR v_move IN
    SELECT t.resource, m.delta, m.is_binary
    FROM berth.tenant_limits t JOIN (
      SELECT m.resource, sum(m.delta) AS delta, bool_or(m.is_binary) AS is_binary
      FROM jsonb_to_recordset(p_moved) AS m (resource text, delta numeric, is_binary boolean) GROUP BY m.resource
    ) m ON m.resource = t.resource
    WHERE t.tenant_id = p_tenant_id AND m.delta <> 0
  LOOP
    IF NOT v_is_locked THEN
      PERFORM FROM berth.tenant_usage t WHERE t.tenant_id = p_tenant_id ORDER BY t.resource FOR UPDATE;
      v_is_locked := true;
    END IF;
    UPDATE berth.tenant_usage t SET used = t.used + v_move.delta,
      is_binary = CASE WHEN t.used = 0 THEN v_move.is_binary ELSE t.is_binary END
    WHERE t.tenant_id = p_tenant_id AND t.resource = v_move.resource;
  END LOOP;
END
$$;
--> statement-breakpoint

-- Writes the status of the quotas of these namespaces where it is not what is used, one entry of the log each, after the
-- revision `p_head`. Returns the revision of the last one.
CREATE FUNCTION berth.write_quota_status(p_cluster_id text, p_namespaces text[], p_head bigint, p_at timestamptz) RETURNS bigint
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  v_quota record;
  v_head bigint := p_head;
  v_body text;
BEGIN
  FOR v_quota IN
    SELECT o.resource, o.namespace, o.name, o.uid, o.revision, o.body, coalesce(s.status, '{}') AS status
    FROM berth.quotas q
      CROSS JOIN LATERAL (
        SELECT o.* FROM berth.objects o
        WHERE o.cluster_id = p_cluster_id AND o.resource = q.resource AND o.namespace = q.namespace AND o.name = q.name
        OFFSET 0
      ) o
      LEFT JOIN (
        SELECT l.namespace, l.quota, '{"hard":{' || string_agg(to_json(l.resource) || ':' || to_json(l.quantity), ','
            ORDER BY l.resource COLLATE "C") || '},"used":{' || string_agg(to_json(l.resource) || ':"'
            || berth.format_quantity(l.used, l.is_binary) || '"', ',' ORDER BY l.resource COLLATE "C") || '}}' AS status
        FROM berth.quota_limits(p_cluster_id, p_namespaces) l GROUP BY l.namespace, l.quota
      ) s ON s.namespace = q.namespace AND s.quota = q.name
    WHERE q.cluster_id = p_cluster_id AND q.namespace = ANY (p_namespaces)
      AND (o.body::json -> 'status')::text IS DISTINCT FROM coalesce(s.status, '{}')
    ORDER BY q.namespace, q.name
  LOOP
    v_head := v_head + 1;
    -- `json`, unlike `jsonb`, leaves every member as it was written.
    SELECT '{' || string_agg(to_json(m.key) || ':' || m.value, ',' ORDER BY m.ordinality) || ',"status":' || v_quota.status || '}'
      INTO v_body FROM json_each(v_quota.body::json) WITH ORDINALITY AS m WHERE m.key <> 'status';
    INSERT INTO berth.log (cluster_id, revision, at, op, resource, namespace, name, uid, before_revision, before_body, after_body)
    VALUES (p_cluster_id, v_head, p_at, 'update', v_quota.resource, v_quota.namespace, v_quota.name, v_quota.uid,
      v_quota.revision, v_quota.body, v_body);
    UPDATE berth.objects o SET revision = v_head, body = v_body
    WHERE o.cluster_id = p_cluster_id AND o.resource = v_quota.resource AND o.namespace = v_quota.namespace
      AND o.name = v_quota.name;
  END LOOP;
  RETURN v_head;
END
$$;
--> statement-breakpoint

-- What the preconditions of writes say, as commit_writes documents them, and the state that each finds.
CREATE FUNCTION berth.judge_writes(
  p_cluster_id text, p_ops text[], p_resources text[], p_namespaces text[], p_names text[], p_uids text[],
  p_expected_revisions text[], p_expected_uids text[], p_within_resources text[], p_within_namespaces text[],
  p_within_names text[], p_terminating text[], p_nodes text[], p_bodies text[], p_usages text[], p_quotas text[]
) RETURNS TABLE (op text, resource text, namespace text, name text, uid text, terminating text, node text, body text, usage text,
  quota text, "position" bigint, old_revision bigint, old_uid text, old_body text, old_usage text, refusal text)
LANGUAGE sql STABLE AS $$
  SELECT
    w.op, w.resource, w.namespace, w.name, w.uid, w.terminating, w.node, w.body, w.usage, w.quota, w.position,
    o.revision, o.uid, o.body, o.usage,
    CASE
      WHEN w.op = 'create' AND w.within_resource IS NOT NULL AND n.terminating IS NULL THEN 'within-missing'
      WHEN w.op = 'create' AND n.terminating THEN 'within-terminating'
      WHEN w.op = 'create' AND o.uid IS NOT NULL THEN 'exists'
      WHEN w.op = 'create' THEN NULL
      WHEN o.uid IS NULL THEN 'missing'
      WHEN w.expected_uid <> o.uid THEN 'uid'
      WHEN w.expected_revision::bigint <> o.revision THEN 'revision'
    END
  FROM unnest(p_ops, p_resources, p_namespaces, p_names, p_uids, p_expected_revisions, p_expected_uids, p_within_resources,
      p_within_namespaces, p_within_names, p_terminating, p_nodes, p_bodies, p_usages, p_quotas
    ) WITH ORDINALITY AS w (op, resource, namespace, name, uid, expected_revision, expected_uid,
      within_resource, within_namespace, within_name, terminating, node, body, usage, quota, position)
    LEFT JOIN LATERAL (
      SELECT o.revision, o.uid, o.body, o.usage FROM berth.objects o
      WHERE o.cluster_id = p_cluster_id AND o.resource = w.resource AND o.namespace = w.namespace AND o.name = w.name
      OFFSET 0
    ) o ON true
    LEFT JOIN LATERAL (
      SELECT n.terminating FROM berth.objects n
      WHERE n.cluster_id = p_cluster_id AND n.resource = w.within_resource AND n.namespace = w.within_namespace
        AND n.name = w.within_name
      OFFSET 0
    ) n ON w.within_resource IS NOT NULL
$$;
--> statement-breakpoint

DROP FUNCTION berth.commit_writes(text, integer[], text, text, text, text, text, text, text, text, text, text, text, text, text);
--> statement-breakpoint
-- Appends a batch of writes to a cluster's log and folds them into its objects.
--
-- The revision is taken under the lock of the cluster's row, so revisions are in commit order without gaps, and
-- everything read here is the state that the writes apply to. Each write is judged by its own preconditions, then by quotas
-- and plan limits. A suspended cluster refuses all of them.
--
-- Text columns hold one field per write, each ended by the record separator (U+001E), which cannot occur in JSON text: unlike
-- in text[] or jsonb, nothing in a body needs escaping on the way in. '' stands for absent. `p_segments` are the sizes of consecutive
-- runs of writes; a run is applied as one set, so no write of it may depend on another one of it: on its object, on a namespace
-- that it makes, or on a quota that it changes.
--
-- `p_usages`: {class, amounts: {counter: amount}, binary: [counter], unspecified?: {counter: [container]}}, amounts as plain
-- decimals. `p_quotas`: {scopes: [{any: [tag], none: [tag]}], hard: [{resource, counter, amount, quantity}]}.
--
-- Returns the revision before the batch, its time, and the writes that were refused: [{i, status, revision, uid, refusal}],
-- with i from 0. The others took the revisions that follow, in order; after them come those of quotas whose status
-- changed, up to `last`. `head` is null if the cluster does not exist.
CREATE FUNCTION berth.commit_writes(
  p_cluster_id text,
  p_segments integer[],
  p_ops text,
  p_resources text,
  p_namespaces text,
  p_names text,
  p_uids text,
  p_expected_revisions text,
  p_expected_uids text,
  p_within_resources text,
  p_within_namespaces text,
  p_within_names text,
  p_terminating text,
  p_nodes text,
  p_bodies text,
  p_usages text,
  p_quotas text,
  OUT head bigint,
  OUT last bigint,
  OUT at timestamptz,
  OUT refused jsonb
)
LANGUAGE plpgsql
-- The plan is made once per connection, possibly while the tables are empty: nothing but lookups by primary key is ever
-- right (which is also what OFFSET 0 in judge_writes is for).
SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan SET work_mem = '64MB'
AS $$
DECLARE
  v_ops text[] := string_to_array(p_ops, E'\x1e');
  v_resources text[] := string_to_array(p_resources, E'\x1e');
  v_namespaces text[] := string_to_array(p_namespaces, E'\x1e');
  v_names text[] := string_to_array(p_names, E'\x1e');
  v_uids text[] := string_to_array(p_uids, E'\x1e');
  v_expected_revisions text[] := string_to_array(p_expected_revisions, E'\x1e', '');
  v_expected_uids text[] := string_to_array(p_expected_uids, E'\x1e', '');
  v_within_resources text[] := string_to_array(p_within_resources, E'\x1e', '');
  v_within_namespaces text[] := string_to_array(p_within_namespaces, E'\x1e');
  v_within_names text[] := string_to_array(p_within_names, E'\x1e');
  v_terminating text[] := string_to_array(p_terminating, E'\x1e');
  v_nodes text[] := string_to_array(p_nodes, E'\x1e', '');
  v_bodies text[] := string_to_array(p_bodies, E'\x1e');
  v_usages text[] := string_to_array(p_usages, E'\x1e', '');
  v_quotas text[] := string_to_array(p_quotas, E'\x1e', '');
  v_head bigint;
  v_suspended boolean;
  v_tenant_id text;
  -- One more than writes: what follows the last separator.
  v_count integer := cardinality(v_ops);
  v_first integer := 1;
  v_last integer;
  v_size integer;
  v_applied bigint;
  v_refused jsonb;
  v_removals bigint[];
  v_i bigint;
  v_has_quotas boolean;
  v_has_plan boolean;
  v_changes record;
  v_overuse jsonb;
  v_ruled bigint[];
  v_namespaces_moved text[];
  v_resources_moved text[];
  v_before text[];
  v_after text[];
  v_is_plain boolean;
  v_touched text[] := '{}';
BEGIN
  IF NOT (v_count = ALL (ARRAY[
    cardinality(v_resources), cardinality(v_namespaces), cardinality(v_names), cardinality(v_uids),
    cardinality(v_expected_revisions), cardinality(v_expected_uids), cardinality(v_within_resources),
    cardinality(v_within_namespaces), cardinality(v_within_names), cardinality(v_terminating), cardinality(v_nodes),
    cardinality(v_bodies), cardinality(v_usages), cardinality(v_quotas)
  ])) THEN
    RAISE EXCEPTION 'a field holds the record separator' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  PERFORM set_config('berth.cluster_id', p_cluster_id, true);
  SELECT c.revision, c.suspended, c.tenant_id, c.has_quotas, c.has_plan
  INTO v_head, v_suspended, v_tenant_id, v_has_quotas, v_has_plan
  FROM berth.clusters c WHERE c.id = p_cluster_id FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  head := v_head;
  last := v_head;
  at := date_trunc('milliseconds', clock_timestamp());
  IF v_suspended THEN
    refused := (SELECT jsonb_agg(jsonb_build_object('i', i, 'status', 'suspended')) FROM generate_series(0, v_count - 2) AS i);
    RETURN;
  END IF;

  FOREACH v_size IN ARRAY p_segments LOOP
    v_last := v_first + v_size - 1;
    v_overuse := NULL;
    IF v_has_quotas OR v_has_plan THEN
      SELECT array_agg(j.position ORDER BY j.position) AS positions, array_agg(j.namespace ORDER BY j.position) AS namespaces,
        array_agg(j.resource ORDER BY j.position) AS resources,
        array_agg(CASE WHEN j.op <> 'create' THEN coalesce(j.old_usage, '') END ORDER BY j.position) AS before,
        array_agg(CASE WHEN j.op <> 'delete' THEN coalesce(j.usage, '') END ORDER BY j.position) AS after
      INTO v_changes
      FROM berth.judge_writes(p_cluster_id,
        v_ops[v_first:v_last], v_resources[v_first:v_last], v_namespaces[v_first:v_last], v_names[v_first:v_last],
        v_uids[v_first:v_last], v_expected_revisions[v_first:v_last], v_expected_uids[v_first:v_last],
        v_within_resources[v_first:v_last], v_within_namespaces[v_first:v_last], v_within_names[v_first:v_last],
        v_terminating[v_first:v_last], v_nodes[v_first:v_last], v_bodies[v_first:v_last], v_usages[v_first:v_last],
        v_quotas[v_first:v_last]) j
      WHERE j.refusal IS NULL AND (j.op <> 'update' OR j.usage IS DISTINCT FROM j.old_usage);
      IF v_changes.positions IS NOT NULL THEN
        v_overuse := berth.overuse(p_cluster_id, v_tenant_id, v_changes.positions, v_changes.namespaces, v_changes.resources,
          v_changes.before, v_changes.after);
      END IF;
    END IF;
    WITH judged AS MATERIALIZED (
      SELECT
        j.op, j.resource, j.namespace, j.name, j.uid, j.terminating, j.node, j.body, j.usage, j.quota, j.position,
        j.old_revision, j.old_uid, j.old_body, j.old_usage, v_overuse -> j.position::text AS overuse,
        coalesce(j.refusal, CASE WHEN v_overuse ? j.position::text THEN 'quota' END) AS refusal
      FROM berth.judge_writes(p_cluster_id,
        v_ops[v_first:v_last], v_resources[v_first:v_last], v_namespaces[v_first:v_last], v_names[v_first:v_last],
        v_uids[v_first:v_last], v_expected_revisions[v_first:v_last], v_expected_uids[v_first:v_last],
        v_within_resources[v_first:v_last], v_within_namespaces[v_first:v_last], v_within_names[v_first:v_last],
        v_terminating[v_first:v_last], v_nodes[v_first:v_last], v_bodies[v_first:v_last], v_usages[v_first:v_last],
        v_quotas[v_first:v_last]) j
    ), applied AS MATERIALIZED (
      SELECT *, v_head + row_number() OVER (ORDER BY position) AS revision FROM judged WHERE refusal IS NULL
    ), logged AS (
      INSERT INTO berth.log (cluster_id, revision, at, op, resource, namespace, name, uid, before_revision, before_body,
        after_body, last_body)
      SELECT p_cluster_id, a.revision, commit_writes.at, a.op, a.resource, a.namespace, a.name, coalesce(a.old_uid, a.uid),
        a.old_revision, a.old_body,
        CASE WHEN a.op <> 'delete' THEN a.body END, CASE WHEN a.op = 'delete' THEN a.body END
      FROM applied a
    ), folded AS (
      INSERT INTO berth.objects (cluster_id, resource, namespace, name, uid, revision, terminating, node, body, usage)
      SELECT p_cluster_id, a.resource, a.namespace, a.name, a.uid, a.revision, a.terminating = 't', a.node, a.body, a.usage
      FROM applied a WHERE a.op <> 'delete'
      ON CONFLICT (cluster_id, resource, namespace, name) DO UPDATE SET
        revision = excluded.revision, terminating = excluded.terminating, node = excluded.node, body = excluded.body,
        usage = excluded.usage
    )
    SELECT
      count(*) FILTER (WHERE j.refusal IS NULL),
      jsonb_agg(
        jsonb_build_object('i', v_first - 2 + j.position, 'status', j.refusal, 'revision', j.old_revision, 'uid', j.old_uid,
          'refusal', j.overuse)
      ) FILTER (WHERE j.refusal IS NOT NULL),
      array_agg(v_first - 1 + j.position) FILTER (WHERE j.refusal IS NULL AND j.op = 'delete'),
      array_agg(v_first - 1 + j.position) FILTER (WHERE j.refusal IS NULL AND j.quota IS NOT NULL),
      array_agg(j.namespace) FILTER (WHERE j.moves), array_agg(j.resource) FILTER (WHERE j.moves),
      array_agg(j.before) FILTER (WHERE j.moves), array_agg(j.after) FILTER (WHERE j.moves),
      -- Whether all of them are new, of one kind and only counted.
      coalesce(bool_and(j.before IS NULL AND j.after = '') FILTER (WHERE j.moves), false)
        AND min(j.namespace) = max(j.namespace) AND min(j.resource) = max(j.resource)
    INTO v_applied, v_refused, v_removals, v_ruled, v_namespaces_moved, v_resources_moved, v_before, v_after, v_is_plain
    FROM (
      SELECT j.*, CASE WHEN j.op <> 'create' THEN coalesce(j.old_usage, '') END AS before,
        CASE WHEN j.op <> 'delete' THEN coalesce(j.usage, '') END AS after,
        j.refusal IS NULL AND (j.op <> 'update' OR j.usage IS DISTINCT FROM j.old_usage) AS moves
      FROM judged j
    ) j;
    -- One by one: a join would leave it to the planner to read every object of the cluster.
    FOREACH v_i IN ARRAY coalesce(v_removals, '{}') LOOP
      DELETE FROM berth.objects o
      WHERE o.cluster_id = p_cluster_id AND o.resource = v_resources[v_i] AND o.namespace = v_namespaces[v_i]
        AND o.name = v_names[v_i];
    END LOOP;
    IF v_ruled IS NOT NULL THEN
      v_touched := v_touched || berth.write_quota_rules(p_cluster_id, v_ops, v_resources, v_namespaces, v_names, v_quotas, v_ruled);
      v_has_quotas := true;
    END IF;
    IF v_is_plain AND NOT v_has_quotas AND NOT v_has_plan THEN
      INSERT INTO berth.usage (cluster_id, namespace, resource, class, used, is_binary)
      VALUES (p_cluster_id, v_namespaces_moved[1], 'count/' || v_resources_moved[1], '', cardinality(v_namespaces_moved), false)
      ON CONFLICT (cluster_id, namespace, resource, class) DO UPDATE SET used = usage.used + excluded.used;
    ELSIF v_namespaces_moved IS NOT NULL THEN
      PERFORM berth.move_usage(p_cluster_id, v_tenant_id, v_has_plan, v_namespaces_moved, v_resources_moved, v_before, v_after);
      IF v_has_quotas THEN
        v_touched := v_touched || v_namespaces_moved;
      END IF;
    END IF;
    v_head := v_head + v_applied;
    refused := coalesce(refused || v_refused, v_refused, refused);
    v_first := v_last + 1;
  END LOOP;

  IF cardinality(v_touched) > 0 THEN
    v_head := berth.write_quota_status(p_cluster_id, v_touched, v_head, at);
  END IF;
  last := v_head;
  IF v_head > head THEN
    UPDATE berth.clusters c SET revision = v_head WHERE c.id = p_cluster_id;
  END IF;
END
$$;
--> statement-breakpoint

DROP FUNCTION berth.commit_turn(text, bigint, bigint, bigint, boolean, jsonb, integer[], text, text, text, text, text, text, text, text,
  text, text, text, text, text);
--> statement-breakpoint
-- Commits everything that one turn did, or nothing.
--
-- `p_effects`: {clearTimers: [{key, dueAt}], setTimers: [{key, dueAt}], outbox: [{topic, payload}],
-- claims: [{node, podUid, cpuMillis, memoryBytes}], releases: [podUid]}. The other arguments are those of commit_writes.
--
-- `own_head` is the revision of the turn's last write, `head` that of the log: quotas whose status changed come after the
-- turn's writes, and are news to it. `head` is null if the cluster does not exist; `superseded` if another turn moved the cursor, or committed after the
-- revision `p_base_revision` (null: not checked) that this turn decided from; `suspended` if the cluster has no turns.
-- Raises BT001 with the refused writes, BT002 with {node, cpuMillis, memoryBytes, pods} (the room left) as its detail.
CREATE FUNCTION berth.commit_turn(
  p_cluster_id text,
  p_expected_cursor bigint,
  p_cursor bigint,
  p_base_revision bigint,
  p_covers_own_writes boolean,
  p_effects jsonb,
  p_segments integer[],
  p_ops text,
  p_resources text,
  p_namespaces text,
  p_names text,
  p_uids text,
  p_expected_revisions text,
  p_expected_uids text,
  p_within_resources text,
  p_within_namespaces text,
  p_within_names text,
  p_terminating text,
  p_nodes text,
  p_bodies text,
  p_usages text,
  p_quotas text,
  OUT head bigint,
  OUT own_head bigint,
  OUT new_cursor bigint,
  OUT superseded boolean,
  OUT suspended boolean
)
LANGUAGE plpgsql AS $$
DECLARE
  v_before bigint;
  v_cursor bigint;
  v_turn_revision bigint;
  v_commit record;
BEGIN
  PERFORM set_config('berth.cluster_id', p_cluster_id, true);
  SELECT c.revision, c.cursor, c.turn_revision, c.suspended INTO v_before, v_cursor, v_turn_revision, suspended
  FROM berth.clusters c WHERE c.id = p_cluster_id FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  head := v_before;
  own_head := v_before;
  superseded := v_cursor <> p_expected_cursor OR coalesce(p_base_revision < v_turn_revision, false);
  IF superseded OR suspended THEN
    RETURN;
  END IF;

  IF cardinality(p_segments) > 0 THEN
    v_commit := berth.commit_writes(p_cluster_id, p_segments, p_ops, p_resources, p_namespaces, p_names, p_uids,
      p_expected_revisions, p_expected_uids, p_within_resources, p_within_namespaces, p_within_names, p_terminating,
      p_nodes, p_bodies, p_usages, p_quotas);
    IF v_commit.refused IS NOT NULL THEN
      RAISE EXCEPTION 'writes were refused' USING ERRCODE = 'BT001', DETAIL = v_commit.refused::text;
    END IF;
    head := v_commit.last;
    own_head := v_before + (SELECT sum(size) FROM unnest(p_segments) AS size);
  END IF;

  -- A change by someone else between what the turn saw and what it wrote is still to be seen.
  new_cursor := CASE WHEN p_covers_own_writes AND v_before = p_cursor THEN own_head ELSE least(p_cursor, v_before) END;
  UPDATE berth.clusters c SET cursor = new_cursor, turn_revision = head WHERE c.id = p_cluster_id;

  DELETE FROM berth.timers t USING jsonb_to_recordset(p_effects -> 'clearTimers') AS e (key text, "dueAt" timestamptz)
  WHERE t.cluster_id = p_cluster_id AND t.key = e.key AND t.due_at = e."dueAt";
  INSERT INTO berth.timers (cluster_id, key, due_at)
  SELECT p_cluster_id, e.key, e."dueAt"
  FROM jsonb_to_recordset(p_effects -> 'setTimers') AS e (key text, "dueAt" timestamptz)
  ON CONFLICT (cluster_id, key) DO UPDATE SET due_at = excluded.due_at, dispatched_at = NULL
    WHERE timers.due_at <> excluded.due_at;

  INSERT INTO berth.outbox (cluster_id, topic, payload)
  SELECT p_cluster_id, e.message ->> 'topic', coalesce(e.message -> 'payload', 'null')
  FROM jsonb_array_elements(p_effects -> 'outbox') WITH ORDINALITY AS e (message, position)
  ORDER BY e.position;

  IF jsonb_array_length(p_effects -> 'claims') + jsonb_array_length(p_effects -> 'releases') > 0 THEN
    PERFORM berth.move_claims(p_cluster_id, p_effects -> 'claims', p_effects -> 'releases');
  END IF;
END
$$;
--> statement-breakpoint

-- Gives back what a cluster uses of its tenant's limits, the cluster itself included, and drops its counters and quotas. Its row is
-- still there, and locked.
CREATE FUNCTION berth.forget_usage(p_cluster_id text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_tenant_id text;
BEGIN
  SELECT c.tenant_id INTO v_tenant_id FROM berth.clusters c WHERE c.id = p_cluster_id;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  PERFORM berth.move_tenant_usage(v_tenant_id, (
    SELECT jsonb_agg(to_jsonb(m)) FROM (
      SELECT u.resource, -u.used AS delta, u.is_binary FROM berth.usage u WHERE u.cluster_id = p_cluster_id
      UNION ALL SELECT 'clusters', -1, false
    ) m
  ));
  DELETE FROM berth.usage WHERE cluster_id = p_cluster_id;
  DELETE FROM berth.quotas WHERE cluster_id = p_cluster_id;
END
$$;
--> statement-breakpoint

-- Counts a cluster that the transaction has made for the tenant. Returns why there may be none: {by: 'plan', tenant, exceeded}.
-- Limits that are set at the same time count it or are counted against: see set_tenant_limits.
CREATE FUNCTION berth.take_cluster(p_cluster_id text, p_tenant_id text) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_limit record;
BEGIN
  PERFORM set_config('berth.cluster_id', p_cluster_id, true);
  PERFORM pg_advisory_xact_lock_shared(hashtextextended('berth.tenant ' || p_tenant_id, 0));
  PERFORM FROM berth.tenant_usage u WHERE u.tenant_id = p_tenant_id ORDER BY u.resource FOR UPDATE;
  SELECT t.hard, t.quantity, u.used INTO v_limit
  FROM berth.tenant_limits t JOIN berth.tenant_usage u ON u.tenant_id = t.tenant_id AND u.resource = t.resource
  WHERE t.tenant_id = p_tenant_id AND t.resource = 'clusters';
  IF v_limit.used + 1 > v_limit.hard THEN
    RETURN jsonb_build_object('by', 'plan', 'tenant', p_tenant_id, 'exceeded', jsonb_build_array(jsonb_build_object(
      'resource', 'clusters', 'requested', '1', 'used', berth.format_quantity(v_limit.used, false),
      'limited', v_limit.quantity)));
  END IF;
  PERFORM berth.move_tenant_usage(p_tenant_id, '[{"resource": "clusters", "delta": 1, "is_binary": false}]');
  UPDATE berth.clusters c SET has_plan = EXISTS (SELECT FROM berth.tenant_limits t WHERE t.tenant_id = p_tenant_id)
  WHERE c.id = p_cluster_id;
  RETURN NULL;
END
$$;
--> statement-breakpoint

-- Replaces the limits of a tenant: [{resource, amount, quantity}]. What is used of a resource that was not limited before is counted
-- here, while no cluster of the tenant can commit and none can be made.
CREATE FUNCTION berth.set_tenant_limits(p_tenant_id text, p_limits jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('berth.tenant ' || p_tenant_id, 0));
  PERFORM FROM berth.clusters c WHERE c.tenant_id = p_tenant_id ORDER BY c.id FOR UPDATE;
  PERFORM FROM berth.tenant_usage u WHERE u.tenant_id = p_tenant_id ORDER BY u.resource FOR UPDATE;
  DELETE FROM berth.tenant_limits t WHERE t.tenant_id = p_tenant_id;
  INSERT INTO berth.tenant_limits (tenant_id, resource, hard, quantity)
  SELECT p_tenant_id, l.resource, l.amount, l.quantity
  FROM jsonb_to_recordset(p_limits) AS l (resource text, amount numeric, quantity text);
  DELETE FROM berth.tenant_usage u
  WHERE u.tenant_id = p_tenant_id
    AND NOT EXISTS (SELECT FROM berth.tenant_limits t WHERE t.tenant_id = p_tenant_id AND t.resource = u.resource);
  INSERT INTO berth.tenant_usage (tenant_id, resource, used, is_binary)
  SELECT p_tenant_id, t.resource, coalesce(n.used, 0), coalesce(n.is_binary, false)
  FROM berth.tenant_limits t LEFT JOIN (
    SELECT u.resource, sum(u.used) AS used, bool_or(u.is_binary) AS is_binary
    FROM berth.clusters c JOIN berth.usage u ON u.cluster_id = c.id WHERE c.tenant_id = p_tenant_id GROUP BY u.resource
    UNION ALL SELECT 'clusters', count(*), false FROM berth.clusters c WHERE c.tenant_id = p_tenant_id
  ) n ON n.resource = t.resource
  WHERE t.tenant_id = p_tenant_id
  ON CONFLICT DO NOTHING;
  UPDATE berth.clusters c SET has_plan = jsonb_array_length(p_limits) > 0
  WHERE c.tenant_id = p_tenant_id AND c.has_plan <> (jsonb_array_length(p_limits) > 0);
END
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION berth.set_tenant_limits(text, jsonb) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION berth.set_tenant_limits(text, jsonb) TO berth_fleet;
--> statement-breakpoint

-- Counts a cluster again from its objects, mends what is wrong, and returns how many counters were.
CREATE FUNCTION berth.recount(p_cluster_id text) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  v_tenant_id text;
  v_head bigint;
  v_last bigint;
  v_wrong jsonb;
BEGIN
  PERFORM set_config('berth.cluster_id', p_cluster_id, true);
  SELECT c.tenant_id, c.revision INTO v_tenant_id, v_head FROM berth.clusters c WHERE c.id = p_cluster_id FOR UPDATE;
  SELECT jsonb_agg(to_jsonb(d)) INTO v_wrong FROM (
    SELECT coalesce(n.namespace, u.namespace) AS namespace, coalesce(n.resource, u.resource) AS resource,
      coalesce(n.class, u.class) AS class, coalesce(n.used, 0) - coalesce(u.used, 0) AS delta,
      coalesce(n.is_binary, u.is_binary) AS is_binary
    FROM (
      SELECT o.namespace, a.counter AS resource, a.class, sum(o.number * a.amount) AS used, bool_or(a.is_binary) AS is_binary
      FROM (
        SELECT o.namespace, o.resource, o.usage, count(*) AS number FROM berth.objects o
        WHERE o.cluster_id = p_cluster_id GROUP BY o.namespace, o.resource, o.usage
      ) o CROSS JOIN LATERAL berth.amounts(o.resource, coalesce(o.usage, '')) a
      GROUP BY o.namespace, a.counter, a.class HAVING sum(o.number * a.amount) <> 0
    ) n FULL JOIN (SELECT * FROM berth.usage u WHERE u.cluster_id = p_cluster_id) u
      ON u.namespace = n.namespace AND u.resource = n.resource AND u.class = n.class
  ) d WHERE d.delta <> 0;
  IF v_wrong IS NULL THEN
    RETURN 0;
  END IF;
  INSERT INTO berth.usage (cluster_id, namespace, resource, class, used, is_binary)
  SELECT p_cluster_id, w.namespace, w.resource, w.class, w.delta, w.is_binary
  FROM jsonb_to_recordset(v_wrong) AS w (namespace text, resource text, class text, delta numeric, is_binary boolean)
  ON CONFLICT (cluster_id, namespace, resource, class) DO UPDATE SET used = usage.used + excluded.used;
  DELETE FROM berth.usage u WHERE u.cluster_id = p_cluster_id AND u.used = 0;
  PERFORM berth.move_tenant_usage(v_tenant_id, v_wrong);
  v_last := berth.write_quota_status(p_cluster_id,
    ARRAY(SELECT w.namespace FROM jsonb_to_recordset(v_wrong) AS w (namespace text)), v_head,
    date_trunc('milliseconds', clock_timestamp()));
  UPDATE berth.clusters c SET revision = v_last WHERE c.id = p_cluster_id;
  RETURN jsonb_array_length(v_wrong);
END
$$;
--> statement-breakpoint

-- Removes every row of a cluster, and notes where its log ended.
CREATE OR REPLACE FUNCTION berth.delete_cluster(p_cluster_id text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('berth.cluster_id', p_cluster_id, true);
  INSERT INTO berth.former_clusters (id, revision)
  SELECT c.id, c.revision FROM berth.clusters c WHERE c.id = p_cluster_id FOR UPDATE
  ON CONFLICT (id) DO UPDATE SET revision = excluded.revision;
  -- Limits before nodes, as turns lock them.
  PERFORM berth.forget_usage(p_cluster_id);
  PERFORM berth.move_claims(p_cluster_id, '[]',
    (SELECT coalesce(jsonb_agg(n.pod_uid), '[]') FROM berth.node_claims n WHERE n.cluster_id = p_cluster_id));
  DELETE FROM berth.objects WHERE cluster_id = p_cluster_id;
  DELETE FROM berth.log WHERE cluster_id = p_cluster_id;
  DELETE FROM berth.timers WHERE cluster_id = p_cluster_id;
  DELETE FROM berth.outbox WHERE cluster_id = p_cluster_id;
  DELETE FROM berth.heartbeats WHERE cluster_id = p_cluster_id;
  DELETE FROM berth.signing_keys WHERE cluster_id = p_cluster_id;
  DELETE FROM berth.clusters WHERE id = p_cluster_id;
END
$$;
