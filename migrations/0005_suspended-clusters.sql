ALTER TABLE "berth"."clusters" ADD COLUMN "suspended" boolean DEFAULT false NOT NULL;
--> statement-breakpoint
-- Appends a batch of writes to a cluster's log and folds them into its objects.
--
-- The revision is taken under the lock of the cluster's row, so revisions are in commit order without gaps, and
-- everything read here is the state that the writes apply to. Each write is judged by its own preconditions.
--
-- Text columns hold one field per write, each ended by the record separator (U+001E), which cannot occur in JSON text: unlike
-- in text[] or jsonb, nothing in a body needs escaping on the way in. '' stands for absent. `p_segments` are the sizes of consecutive
-- runs of writes; a run is applied as one set, so no write of it may depend on another one of it.
--
-- Returns the revision before the batch, its time, and the writes that were refused: [{i, status, revision, uid}], with
-- i from 0. The others took the revisions that follow, in order. `head` is null if the cluster does not exist. A suspended
-- cluster refuses all of them.
CREATE OR REPLACE FUNCTION berth.commit_writes(
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
  OUT head bigint,
  OUT at timestamptz,
  OUT refused jsonb
)
LANGUAGE plpgsql
-- The plan is made once per connection, possibly while the tables are empty: nothing but lookups by primary key is ever
-- right (which is also what OFFSET 0 below is for).
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
  v_head bigint;
  v_suspended boolean;
  -- One more than writes: what follows the last separator.
  v_count integer := cardinality(v_ops);
  v_first integer := 1;
  v_last integer;
  v_size integer;
  v_applied bigint;
  v_refused jsonb;
  v_removals bigint[];
  v_i bigint;
BEGIN
  IF NOT (v_count = ALL (ARRAY[
    cardinality(v_resources), cardinality(v_namespaces), cardinality(v_names), cardinality(v_uids),
    cardinality(v_expected_revisions), cardinality(v_expected_uids), cardinality(v_within_resources),
    cardinality(v_within_namespaces), cardinality(v_within_names), cardinality(v_terminating), cardinality(v_nodes),
    cardinality(v_bodies)
  ])) THEN
    RAISE EXCEPTION 'a field holds the record separator' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  PERFORM set_config('berth.cluster_id', p_cluster_id, true);
  SELECT c.revision, c.suspended INTO v_head, v_suspended FROM berth.clusters c WHERE c.id = p_cluster_id FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  head := v_head;
  at := date_trunc('milliseconds', clock_timestamp());
  IF v_suspended THEN
    refused := (SELECT jsonb_agg(jsonb_build_object('i', i, 'status', 'suspended')) FROM generate_series(0, v_count - 2) AS i);
    RETURN;
  END IF;

  FOREACH v_size IN ARRAY p_segments LOOP
    v_last := v_first + v_size - 1;
    WITH judged AS MATERIALIZED (
      SELECT
        w.*, o.revision AS old_revision, o.uid AS old_uid, o.body AS old_body,
        CASE
          WHEN w.op = 'create' AND w.within_resource IS NOT NULL AND n.terminating IS NULL THEN 'within-missing'
          WHEN w.op = 'create' AND n.terminating THEN 'within-terminating'
          WHEN w.op = 'create' AND o.uid IS NOT NULL THEN 'exists'
          WHEN w.op = 'create' THEN NULL
          WHEN o.uid IS NULL THEN 'missing'
          WHEN w.expected_uid <> o.uid THEN 'uid'
          WHEN w.expected_revision::bigint <> o.revision THEN 'revision'
        END AS refusal
      FROM unnest(
          v_ops[v_first:v_last], v_resources[v_first:v_last], v_namespaces[v_first:v_last], v_names[v_first:v_last],
          v_uids[v_first:v_last], v_expected_revisions[v_first:v_last], v_expected_uids[v_first:v_last],
          v_within_resources[v_first:v_last], v_within_namespaces[v_first:v_last], v_within_names[v_first:v_last],
          v_terminating[v_first:v_last], v_nodes[v_first:v_last], v_bodies[v_first:v_last]
        ) WITH ORDINALITY AS w (op, resource, namespace, name, uid, expected_revision, expected_uid,
          within_resource, within_namespace, within_name, terminating, node, body, position)
        LEFT JOIN LATERAL (
          SELECT o.revision, o.uid, o.body FROM berth.objects o
          WHERE o.cluster_id = p_cluster_id AND o.resource = w.resource AND o.namespace = w.namespace AND o.name = w.name
          OFFSET 0
        ) o ON true
        LEFT JOIN LATERAL (
          SELECT n.terminating FROM berth.objects n
          WHERE n.cluster_id = p_cluster_id AND n.resource = w.within_resource AND n.namespace = w.within_namespace
            AND n.name = w.within_name
          OFFSET 0
        ) n ON w.within_resource IS NOT NULL
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
      INSERT INTO berth.objects (cluster_id, resource, namespace, name, uid, revision, terminating, node, body)
      SELECT p_cluster_id, a.resource, a.namespace, a.name, a.uid, a.revision, a.terminating = 't', a.node, a.body
      FROM applied a WHERE a.op <> 'delete'
      ON CONFLICT (cluster_id, resource, namespace, name) DO UPDATE SET
        revision = excluded.revision, terminating = excluded.terminating, node = excluded.node, body = excluded.body
    )
    SELECT
      count(*) FILTER (WHERE j.refusal IS NULL),
      jsonb_agg(
        jsonb_build_object('i', v_first - 2 + j.position, 'status', j.refusal, 'revision', j.old_revision, 'uid', j.old_uid)
      ) FILTER (WHERE j.refusal IS NOT NULL),
      array_agg(v_first - 1 + j.position) FILTER (WHERE j.refusal IS NULL AND j.op = 'delete')
    INTO v_applied, v_refused, v_removals FROM judged j;
    -- One by one: a join would leave it to the planner to read every object of the cluster.
    FOREACH v_i IN ARRAY coalesce(v_removals, '{}') LOOP
      DELETE FROM berth.objects o
      WHERE o.cluster_id = p_cluster_id AND o.resource = v_resources[v_i] AND o.namespace = v_namespaces[v_i]
        AND o.name = v_names[v_i];
    END LOOP;
    v_head := v_head + v_applied;
    refused := coalesce(refused || v_refused, v_refused, refused);
    v_first := v_last + 1;
  END LOOP;

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
-- `head` is null if the cluster does not exist; `superseded` if another turn moved the cursor, or committed after the
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
  OUT head bigint,
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
  superseded := v_cursor <> p_expected_cursor OR coalesce(p_base_revision < v_turn_revision, false);
  IF superseded OR suspended THEN
    RETURN;
  END IF;

  IF cardinality(p_segments) > 0 THEN
    v_commit := berth.commit_writes(p_cluster_id, p_segments, p_ops, p_resources, p_namespaces, p_names, p_uids,
      p_expected_revisions, p_expected_uids, p_within_resources, p_within_namespaces, p_within_names, p_terminating,
      p_nodes, p_bodies);
    IF v_commit.refused IS NOT NULL THEN
      RAISE EXCEPTION 'writes were refused' USING ERRCODE = 'BT001', DETAIL = v_commit.refused::text;
    END IF;
    head := v_before + (SELECT sum(size) FROM unnest(p_segments) AS size);
  END IF;

  -- A change by someone else between what the turn saw and what it wrote is still to be seen.
  new_cursor := CASE WHEN p_covers_own_writes AND v_before = p_cursor THEN head ELSE least(p_cursor, v_before) END;
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
