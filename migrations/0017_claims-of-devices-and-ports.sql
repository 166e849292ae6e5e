ALTER TABLE "berth"."node_capacity" ADD COLUMN "others" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "berth"."node_capacity" ADD COLUMN "claimed_others" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "berth"."node_capacity" ADD COLUMN "claimed_ports" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "berth"."node_claims" ADD COLUMN "others" jsonb;--> statement-breakpoint
ALTER TABLE "berth"."node_claims" ADD COLUMN "host_ports" text[];
--> statement-breakpoint

-- What of other resources ({name: amount}) is claimed once claims have come (sign 1) and gone (-1): `p_moved` is [{sign, others}].
-- Null if more of one comes than goes, and there is not enough.
CREATE FUNCTION berth.others_after(p_allocatable jsonb, p_claimed jsonb, p_moved jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN NOT coalesce(bool_or(a.added > 0 AND a.claimed > coalesce((p_allocatable ->> a.name)::numeric, 0)), false)
    THEN coalesce(jsonb_object_agg(a.name, a.claimed) FILTER (WHERE a.claimed <> 0), '{}') END
  FROM (
    SELECT c.name, sum(c.amount) AS claimed, sum(c.amount) FILTER (WHERE c.is_moved) AS added
    FROM (
      SELECT c.key AS name, c.value::numeric AS amount, false AS is_moved FROM jsonb_each_text(p_claimed) c
      UNION ALL
      SELECT o.key, m.sign * o.value::numeric, true
      FROM jsonb_to_recordset(p_moved) AS m (sign integer, others jsonb) CROSS JOIN LATERAL jsonb_each_text(m.others) o
    ) c
    GROUP BY c.name
  ) a
$$;
--> statement-breakpoint

-- Whether two ports of a host, `<protocol>/<port>/<ip>`, are in each other's way.
CREATE FUNCTION berth.ports_collide(p_left text, p_right text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT split_part(p_left, '/', 1) = split_part(p_right, '/', 1) AND split_part(p_left, '/', 2) = split_part(p_right, '/', 2)
    AND (split_part(p_left, '/', 3) IN (split_part(p_right, '/', 3), '0.0.0.0') OR split_part(p_right, '/', 3) = '0.0.0.0')
$$;
--> statement-breakpoint

-- The ports that are taken once claims have gone and come: `p_moved` is [{sign, hostPorts}]. Null if two pods would have the same.
CREATE FUNCTION berth.ports_after(p_claimed text[], p_moved jsonb) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  v_taken text[];
  v_wanted text[];
BEGIN
  -- No two pods have the same one.
  v_taken := ARRAY(
    SELECT unnest(p_claimed)
    EXCEPT
    SELECT unnest(m."hostPorts") FROM jsonb_to_recordset(p_moved) AS m (sign integer, "hostPorts" text[]) WHERE m.sign < 0
  );
  FOR v_wanted IN
    SELECT m."hostPorts" FROM jsonb_to_recordset(p_moved) AS m (sign integer, "hostPorts" text[])
    WHERE m.sign > 0 AND m."hostPorts" IS NOT NULL
  LOOP
    IF EXISTS (
      SELECT FROM unnest(v_taken) AS t (port) CROSS JOIN unnest(v_wanted) AS w (port) WHERE berth.ports_collide(t.port, w.port)
    ) THEN
      RETURN NULL;
    END IF;
    v_taken := v_taken || v_wanted;
  END LOOP;
  RETURN v_taken;
END
$$;
--> statement-breakpoint

-- As before; and claims hold other resources and ports of the host, too: {node, podUid, cpuMillis, memoryBytes, others, hostPorts}, the
-- last two null for most pods, which then cost no more than before. BT002 has the name of the node as its detail.
CREATE OR REPLACE FUNCTION berth.move_claims(p_cluster_id text, p_claims jsonb, p_releases jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_node record;
BEGIN
  FOR v_node IN
    WITH claim AS MATERIALIZED (
      SELECT DISTINCT ON (c."podUid") c.node, c."podUid" AS pod_uid, c."cpuMillis" AS cpu, c."memoryBytes" AS memory,
        c.others, c."hostPorts" AS ports
      FROM jsonb_to_recordset(p_claims) AS c (node text, "podUid" text, "cpuMillis" bigint, "memoryBytes" bigint, others jsonb,
        "hostPorts" text[])
    ), ended AS (
      SELECT pod_uid FROM claim UNION SELECT value FROM jsonb_array_elements_text(p_releases)
    ), former AS MATERIALIZED (
      SELECT n.pod_uid, n.node, n.cpu_millis AS cpu, n.memory_bytes AS memory, n.others, n.host_ports AS ports
      FROM ended, LATERAL (
        SELECT n.* FROM berth.node_claims n WHERE n.cluster_id = p_cluster_id AND n.pod_uid = ended.pod_uid OFFSET 0
      ) n
    ), deleted AS (
      DELETE FROM berth.node_claims n
      WHERE n.cluster_id = p_cluster_id
        AND n.pod_uid = ANY (ARRAY(SELECT f.pod_uid FROM former f WHERE f.pod_uid NOT IN (SELECT c.pod_uid FROM claim c)))
    ), written AS (
      INSERT INTO berth.node_claims (cluster_id, pod_uid, node, cpu_millis, memory_bytes, others, host_ports)
      SELECT p_cluster_id, c.pod_uid, c.node, c.cpu, c.memory, c.others, c.ports FROM claim c
      ON CONFLICT (cluster_id, pod_uid) DO UPDATE SET
        node = excluded.node, cpu_millis = excluded.cpu_millis, memory_bytes = excluded.memory_bytes, others = excluded.others,
        host_ports = excluded.host_ports
    )
    SELECT node, sum(cpu) AS cpu, sum(memory) AS memory, sum(pods) AS pods, bool_or(pods > 0) AS has_claims,
      jsonb_agg(jsonb_build_object('sign', pods, 'others', others, 'hostPorts', ports))
        FILTER (WHERE others IS NOT NULL OR ports IS NOT NULL) AS extras
    FROM (
      SELECT c.node, c.cpu, c.memory, 1 AS pods, c.others, c.ports FROM claim c
      UNION ALL SELECT f.node, -f.cpu, -f.memory, -1, f.others, f.ports FROM former f
    ) moved
    GROUP BY node ORDER BY node
  LOOP
    -- Where the row has to be waited for, all of this is judged again by what it has become.
    UPDATE berth.node_capacity n SET
      claimed_cpu_millis = n.claimed_cpu_millis + v_node.cpu,
      claimed_memory_bytes = n.claimed_memory_bytes + v_node.memory,
      claimed_pods = n.claimed_pods + v_node.pods,
      claimed_others = CASE WHEN v_node.extras IS NULL THEN n.claimed_others
        ELSE berth.others_after(n.others, n.claimed_others, v_node.extras) END,
      claimed_ports = CASE WHEN v_node.extras IS NULL THEN n.claimed_ports
        ELSE berth.ports_after(n.claimed_ports, v_node.extras) END
    WHERE n.node = v_node.node
      AND (v_node.cpu <= 0 OR n.claimed_cpu_millis + v_node.cpu <= n.cpu_millis)
      AND (v_node.memory <= 0 OR n.claimed_memory_bytes + v_node.memory <= n.memory_bytes)
      AND (v_node.pods <= 0 OR n.claimed_pods + v_node.pods <= n.pods)
      AND (v_node.extras IS NULL OR (
        berth.others_after(n.others, n.claimed_others, v_node.extras) IS NOT NULL
        AND berth.ports_after(n.claimed_ports, v_node.extras) IS NOT NULL));
    -- A node that was taken out has no row to give room back to.
    IF NOT FOUND AND v_node.has_claims THEN
      RAISE EXCEPTION 'a node has no room left' USING ERRCODE = 'BT002', DETAIL = v_node.node;
    END IF;
  END LOOP;
END
$$;
