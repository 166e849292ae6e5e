-- Rows up to a page stay in their row, uncompressed: bodies are read and sent far more often than the disk is full,
-- and the default of 2 kB would compress almost every one of them inside the commit.
ALTER TABLE berth.objects SET (toast_tuple_target = 8160, fillfactor = 90);
--> statement-breakpoint
-- Rows that are overwritten in place all the time: room on the page keeps their updates out of the indexes.
ALTER TABLE berth.clusters SET (fillfactor = 50);
--> statement-breakpoint
ALTER TABLE berth.node_capacity SET (fillfactor = 50);
--> statement-breakpoint
ALTER TABLE berth.heartbeats SET (fillfactor = 50);
--> statement-breakpoint

-- Ten minutes of log each, from the slice of `p_from` to the slice of `p_to`. A partition is made apart and attached,
-- because that, unlike PARTITION OF, does not stop readers and writers of the log.
-- SECURITY DEFINER: the roles that may write the log do not own it.
CREATE FUNCTION berth.ensure_log_partitions(p_from timestamptz, p_to timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_lower timestamptz := date_bin('10 minutes', p_from, 'epoch');
  v_name text;
BEGIN
  WHILE v_lower <= p_to LOOP
    v_name := 'log_' || to_char(v_lower AT TIME ZONE 'UTC', 'YYYYMMDD"t"HH24MI');
    IF to_regclass('berth.' || v_name) IS NULL THEN
      -- Only one process makes or drops partitions at a time. Who waited reads the table itself: the catalog cache, which
      -- to_regclass asks, may not have heard of the partition yet.
      PERFORM pg_advisory_xact_lock(hashtext('berth.log partitions'));
      IF NOT EXISTS (SELECT FROM pg_class WHERE relname = v_name AND relnamespace = 'berth'::regnamespace) THEN
        EXECUTE format('CREATE TABLE berth.%I (LIKE berth.log INCLUDING ALL) WITH (toast_tuple_target = 8160)', v_name);
        EXECUTE format('ALTER TABLE berth.log ATTACH PARTITION berth.%I FOR VALUES FROM (%L) TO (%L)',
          v_name, v_lower, v_lower + interval '10 minutes');
      END IF;
    END IF;
    v_lower := v_lower + interval '10 minutes';
  END LOOP;
END
$$;
--> statement-breakpoint

-- Drops the partitions that end at or before `p_before`, oldest first, and records what each cluster lost with them.
-- Cluster rows are locked before the log, as every writer does; a busy log is left for the next time.
CREATE FUNCTION berth.drop_log_partitions(p_before timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  v_partition record;
  v_dropped integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('berth.log partitions'));
  FOR v_partition IN
    SELECT c.relname
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'berth.log'::regclass
      AND to_timestamp(c.relname, '"log_"YYYYMMDD"t"HH24MI')::timestamp AT TIME ZONE 'UTC' + interval '10 minutes' <= p_before
    ORDER BY c.relname
  LOOP
    EXECUTE format(
      'WITH lost AS (SELECT cluster_id, max(revision) AS revision FROM berth.%I GROUP BY cluster_id),
        locked AS (
          SELECT c.id, lost.revision FROM berth.clusters c JOIN lost ON lost.cluster_id = c.id ORDER BY c.id FOR UPDATE OF c
        )
      UPDATE berth.clusters c SET compacted_revision = greatest(c.compacted_revision, locked.revision)
      FROM locked WHERE c.id = locked.id', v_partition.relname);
    EXECUTE format('DROP TABLE berth.%I', v_partition.relname);
    v_dropped := v_dropped + 1;
  END LOOP;
  RETURN v_dropped;
END
$$;
--> statement-breakpoint

-- Roles belong to the server, not to the database: another database may have made them, or make them right now.
-- berth_app: the work of one cluster, which it must name in `berth.cluster_id`; without, it sees nothing.
-- berth_fleet: what runs over all clusters (sweep, dispatcher, deliveries, node agents, retention), and only that.
DO $$
DECLARE
  v_role text;
BEGIN
  FOREACH v_role IN ARRAY ARRAY['berth_app', 'berth_fleet'] LOOP
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = v_role) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', v_role);
      END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;
    END;
    IF NOT pg_has_role(current_user, v_role, 'SET') THEN
      EXECUTE format('GRANT %I TO CURRENT_USER WITH SET TRUE, INHERIT FALSE', v_role);
    END IF;
  END LOOP;
END
$$;
--> statement-breakpoint
GRANT USAGE ON SCHEMA berth TO berth_app, berth_fleet;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA berth TO berth_app;
--> statement-breakpoint
GRANT SELECT ON berth.clusters, berth.objects TO berth_fleet;
--> statement-breakpoint
GRANT SELECT, UPDATE ON berth.timers TO berth_fleet;
--> statement-breakpoint
GRANT SELECT, UPDATE, DELETE ON berth.outbox TO berth_fleet;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON berth.node_capacity TO berth_fleet;
--> statement-breakpoint
REVOKE ALL ON FUNCTION berth.ensure_log_partitions(timestamptz, timestamptz), berth.drop_log_partitions(timestamptz) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION berth.ensure_log_partitions(timestamptz, timestamptz) TO berth_app, berth_fleet;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION berth.drop_log_partitions(timestamptz) TO berth_fleet;
--> statement-breakpoint

DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['objects', 'log', 'timers', 'outbox', 'heartbeats', 'signing_keys', 'node_claims'] LOOP
    EXECUTE format('ALTER TABLE berth.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format(
      'CREATE POLICY own_cluster ON berth.%I TO berth_app USING (cluster_id = current_setting(''berth.cluster_id'', true))',
      v_table);
  END LOOP;
  FOREACH v_table IN ARRAY ARRAY['clusters', 'objects', 'timers', 'outbox'] LOOP
    EXECUTE format('CREATE POLICY fleet ON berth.%I TO berth_fleet USING (true)', v_table);
  END LOOP;
END
$$;
--> statement-breakpoint
ALTER TABLE berth.clusters ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY own_cluster ON berth.clusters TO berth_app USING (id = current_setting('berth.cluster_id', true));
--> statement-breakpoint
ALTER TABLE berth.former_clusters ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY own_cluster ON berth.former_clusters TO berth_app USING (id = current_setting('berth.cluster_id', true));
--> statement-breakpoint
ALTER TABLE berth.node_capacity ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
-- Nodes belong to the fleet; every cluster may claim room on them.
CREATE POLICY shared ON berth.node_capacity TO berth_app, berth_fleet USING (true);
--> statement-breakpoint
-- Only now, so that no role gets a grant on a partition: it would lead past the policies of the log.
SELECT berth.ensure_log_partitions(now(), now() + interval '20 minutes');
