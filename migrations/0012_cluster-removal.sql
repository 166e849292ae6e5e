CREATE TABLE "berth"."revision_floor" (
	"is_only" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"revision" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "objects_terminating" ON "berth"."objects" USING btree ("cluster_id","resource") WHERE terminating;
--> statement-breakpoint
-- One row that every deletion moves: room on its page keeps its updates out of the index.
ALTER TABLE berth.revision_floor SET (fillfactor = 10);
--> statement-breakpoint
INSERT INTO berth.revision_floor (revision) SELECT coalesce(max(f.revision) + 1, 0) FROM berth.former_clusters f;
--> statement-breakpoint
DELETE FROM berth.former_clusters;
--> statement-breakpoint
ALTER TABLE "berth"."former_clusters" ADD COLUMN "tenant_id" text COLLATE "C" NOT NULL;
--> statement-breakpoint
ALTER TABLE berth.revision_floor ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
-- Of no cluster.
CREATE POLICY shared ON berth.revision_floor TO berth_app USING (true);
--> statement-breakpoint
GRANT SELECT, UPDATE ON berth.revision_floor TO berth_app;
--> statement-breakpoint
CREATE POLICY fleet ON berth.former_clusters FOR SELECT TO berth_fleet USING (true);
--> statement-breakpoint
GRANT SELECT ON berth.former_clusters TO berth_fleet;
--> statement-breakpoint

-- Ends a cluster for everybody at once: without its row nothing can be read, written or signed in it. Its other rows are
-- for remove_cluster_rows. Waits for the commit that is in flight.
CREATE FUNCTION berth.begin_removal(p_cluster_id text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('berth.cluster_id', p_cluster_id, true);
  INSERT INTO berth.former_clusters (id, tenant_id, revision)
  SELECT c.id, c.tenant_id, c.revision FROM berth.clusters c WHERE c.id = p_cluster_id FOR UPDATE;
  PERFORM berth.forget_usage(p_cluster_id);
  DELETE FROM berth.signing_keys WHERE cluster_id = p_cluster_id;
  DELETE FROM berth.clusters WHERE id = p_cluster_id;
END
$$;
--> statement-breakpoint

-- Hands at most p_limit records of requests over to the fleet's own cluster: they outlive the cluster, and are no later
-- one's of its id. They stand in the namespace of their tenant there. Numbered anew, because what was a revision there is another one's here.
-- SECURITY DEFINER: nobody else changes a record; and this only for a cluster that is being removed.
CREATE FUNCTION berth.hand_over_audit(p_cluster_id text, p_limit integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_moved integer;
BEGIN
  UPDATE berth.audit a SET cluster_id = 'system', former_cluster = p_cluster_id, namespace = f.tenant_id,
    seq = nextval('berth.audit_seq')
  FROM berth.former_clusters f, (
    SELECT r.at, r.seq FROM berth.audit r WHERE r.cluster_id = p_cluster_id ORDER BY r.at, r.seq LIMIT p_limit
  ) moved
  WHERE f.id = p_cluster_id AND a.cluster_id = p_cluster_id AND a.at = moved.at AND a.seq = moved.seq;
  GET DIAGNOSTICS v_moved = ROW_COUNT;
  RETURN v_moved;
END
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION berth.hand_over_audit(text, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION berth.hand_over_audit(text, integer) TO berth_app;
--> statement-breakpoint

-- Removes at most about p_limit rows of a cluster that is being removed, and returns how many; 0 when none is left. Every
-- table with a cluster_id counts, so that a new one is not forgotten.
CREATE FUNCTION berth.remove_cluster_rows(p_cluster_id text, p_limit integer) RETURNS integer
LANGUAGE plpgsql
-- As in commit_writes: nothing but lookups by index is ever right.
SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
  v_pods jsonb;
  v_table regclass;
  v_removed integer;
BEGIN
  PERFORM set_config('berth.cluster_id', p_cluster_id, true);
  IF NOT EXISTS (SELECT FROM berth.former_clusters f WHERE f.id = p_cluster_id) THEN
    RETURN 0;
  END IF;

  -- Room on nodes is given back, not only forgotten.
  SELECT jsonb_agg(c.pod_uid) INTO v_pods
  FROM (SELECT n.pod_uid FROM berth.node_claims n WHERE n.cluster_id = p_cluster_id LIMIT p_limit) c;
  IF v_pods IS NOT NULL THEN
    PERFORM berth.move_claims(p_cluster_id, '[]', v_pods);
    RETURN jsonb_array_length(v_pods);
  END IF;

  -- Revisions have no gaps.
  DELETE FROM berth.log l
  WHERE l.cluster_id = p_cluster_id AND l.revision < p_limit + (
    SELECT first.revision FROM berth.log first WHERE first.cluster_id = p_cluster_id ORDER BY first.revision LIMIT 1
  );
  GET DIAGNOSTICS v_removed = ROW_COUNT;
  IF v_removed > 0 THEN
    RETURN v_removed;
  END IF;

  v_removed := berth.hand_over_audit(p_cluster_id, p_limit);
  IF v_removed > 0 THEN
    RETURN v_removed;
  END IF;

  FOR v_table IN
    SELECT c.oid::regclass FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'cluster_id'
    WHERE c.relnamespace = 'berth'::regnamespace AND c.relkind = 'r' AND NOT c.relispartition
    ORDER BY c.relname
  LOOP
    EXECUTE format(
      'DELETE FROM %1$s t WHERE t.cluster_id = $1
        AND t.ctid = ANY (ARRAY(SELECT r.ctid FROM %1$s r WHERE r.cluster_id = $1 LIMIT $2))', v_table)
    USING p_cluster_id, p_limit;
    GET DIAGNOSTICS v_removed = ROW_COUNT;
    IF v_removed > 0 THEN
      RETURN v_removed;
    END IF;
  END LOOP;
  RETURN 0;
END
$$;
--> statement-breakpoint

-- Ends the removal of a cluster of which no row is left; its id can be had again.
CREATE FUNCTION berth.end_removal(p_cluster_id text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_revision bigint;
BEGIN
  PERFORM set_config('berth.cluster_id', p_cluster_id, true);
  DELETE FROM berth.former_clusters f WHERE f.id = p_cluster_id RETURNING f.revision INTO v_revision;
  UPDATE berth.revision_floor SET revision = v_revision + 1 WHERE revision <= v_revision;
END
$$;
--> statement-breakpoint
DROP FUNCTION berth.delete_cluster(text);
--> statement-breakpoint

-- As before; and of a cluster that is being removed nothing is read.
CREATE OR REPLACE FUNCTION berth.read_objects(
  p_cluster_id text,
  p_resources text[],
  p_namespaces text[],
  p_names text[]
) RETURNS TABLE (place bigint, uid text, revision bigint, body text)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
  PERFORM set_config('berth.cluster_id', p_cluster_id, true);
  RETURN QUERY
    SELECT k.position - 1, o.uid, o.revision, o.body
    FROM unnest(p_resources, p_namespaces, p_names) WITH ORDINALITY AS k (resource, namespace, name, position)
      CROSS JOIN LATERAL (
        SELECT o.uid, o.revision, o.body FROM berth.objects o
        WHERE o.cluster_id = p_cluster_id AND o.resource = k.resource AND o.namespace = k.namespace AND o.name = k.name
        OFFSET 0
      ) o
    WHERE EXISTS (SELECT FROM berth.clusters c WHERE c.id = p_cluster_id);
END
$$;
