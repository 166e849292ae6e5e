-- Commits everything that one turn did, or nothing.
--
-- `p_effects`: {clearTimers: [{key, dueAt}], setTimers: [{key, dueAt}], outbox: [{topic, payload}],
-- claims: [{node, podUid, cpuMillis, memoryBytes}], releases: [podUid]}. The other arguments are those of commit_writes.
--
-- `head` is null if the cluster does not exist; `superseded` if another turn moved the cursor, or committed after the
-- revision `p_base_revision` (null: not checked) that this turn decided from. Raises BT001 with the
-- refused writes, BT002 with {node, cpuMillis, memoryBytes, pods} (the room left) as its detail.
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
  OUT superseded boolean
)
LANGUAGE plpgsql AS $$
DECLARE
  v_before bigint;
  v_cursor bigint;
  v_turn_revision bigint;
  v_commit record;
BEGIN
  PERFORM set_config('berth.cluster_id', p_cluster_id, true);
  SELECT c.revision, c.cursor, c.turn_revision INTO v_before, v_cursor, v_turn_revision
  FROM berth.clusters c WHERE c.id = p_cluster_id FOR UPDATE;
  IF NOT FOUND THEN
    RETURN;
  END IF;
  head := v_before;
  superseded := v_cursor <> p_expected_cursor OR coalesce(p_base_revision < v_turn_revision, false);
  IF superseded THEN
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
--> statement-breakpoint

-- Ends the claims of pods and makes new ones; a pod that already has a claim exchanges it. Node rows are changed in the
-- order of their names, so that turns of different clusters cannot deadlock.
CREATE FUNCTION berth.move_claims(p_cluster_id text, p_claims jsonb, p_releases jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_node record;
  v_room jsonb;
BEGIN
  FOR v_node IN
    WITH claim AS MATERIALIZED (
      SELECT DISTINCT ON (c."podUid") c.node, c."podUid" AS pod_uid, c."cpuMillis" AS cpu, c."memoryBytes" AS memory
      FROM jsonb_to_recordset(p_claims) AS c (node text, "podUid" text, "cpuMillis" bigint, "memoryBytes" bigint)
    ), ended AS (
      SELECT pod_uid FROM claim UNION SELECT value FROM jsonb_array_elements_text(p_releases)
    ), former AS MATERIALIZED (
      SELECT n.pod_uid, n.node, n.cpu_millis AS cpu, n.memory_bytes AS memory
      FROM ended, LATERAL (
        SELECT n.* FROM berth.node_claims n WHERE n.cluster_id = p_cluster_id AND n.pod_uid = ended.pod_uid OFFSET 0
      ) n
    ), deleted AS (
      DELETE FROM berth.node_claims n
      WHERE n.cluster_id = p_cluster_id
        AND n.pod_uid = ANY (ARRAY(SELECT f.pod_uid FROM former f WHERE f.pod_uid NOT IN (SELECT c.pod_uid FROM claim c)))
    ), written AS (
      INSERT INTO berth.node_claims (cluster_id, pod_uid, node, cpu_millis, memory_bytes)
      SELECT p_cluster_id, c.pod_uid, c.node, c.cpu, c.memory FROM claim c
      ON CONFLICT (cluster_id, pod_uid) DO UPDATE SET
        node = excluded.node, cpu_millis = excluded.cpu_millis, memory_bytes = excluded.memory_bytes
    )
    SELECT node, sum(cpu) AS cpu, sum(memory) AS memory, sum(pods) AS pods, bool_or(pods > 0) AS has_claims
    FROM (
      SELECT c.node, c.cpu, c.memory, 1 AS pods FROM claim c
      UNION ALL SELECT f.node, -f.cpu, -f.memory, -1 FROM former f
    ) moved
    GROUP BY node ORDER BY node
  LOOP
    UPDATE berth.node_capacity n SET
      claimed_cpu_millis = n.claimed_cpu_millis + v_node.cpu,
      claimed_memory_bytes = n.claimed_memory_bytes + v_node.memory,
      claimed_pods = n.claimed_pods + v_node.pods
    WHERE n.node = v_node.node
      AND (v_node.cpu <= 0 OR n.claimed_cpu_millis + v_node.cpu <= n.cpu_millis)
      AND (v_node.memory <= 0 OR n.claimed_memory_bytes + v_node.memory <= n.memory_bytes)
      AND (v_node.pods <= 0 OR n.claimed_pods + v_node.pods <= n.pods);
    -- A node that was taken out has no row to give room back to.
    IF NOT FOUND AND v_node.has_claims THEN
      SELECT jsonb_build_object('cpuMillis', n.cpu_millis - n.claimed_cpu_millis,
          'memoryBytes', n.memory_bytes - n.claimed_memory_bytes, 'pods', n.pods - n.claimed_pods)
        INTO v_room FROM berth.node_capacity n WHERE n.node = v_node.node;
      RAISE EXCEPTION 'a node has no room left' USING ERRCODE = 'BT002',
        DETAIL = jsonb_build_object('node', v_node.node) || coalesce(v_room, '{"cpuMillis": 0, "memoryBytes": 0, "pods": 0}');
    END IF;
  END LOOP;
END
$$;
--> statement-breakpoint

-- Removes every row of a cluster, and notes where its log ended.
CREATE FUNCTION berth.delete_cluster(p_cluster_id text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('berth.cluster_id', p_cluster_id, true);
  INSERT INTO berth.former_clusters (id, revision)
  SELECT c.id, c.revision FROM berth.clusters c WHERE c.id = p_cluster_id FOR UPDATE
  ON CONFLICT (id) DO UPDATE SET revision = excluded.revision;
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
