CREATE TABLE "berth"."usage_hours" (
	"cluster_id" text COLLATE "C" NOT NULL,
	"tenant_id" text COLLATE "C" NOT NULL,
	"namespace" text COLLATE "C" NOT NULL,
	"resource" text COLLATE "C" NOT NULL,
	"hour" timestamp with time zone NOT NULL,
	"until" timestamp with time zone NOT NULL,
	"amount" numeric NOT NULL,
	CONSTRAINT "usage_hours_cluster_id_tenant_id_namespace_resource_hour_until_pk" PRIMARY KEY("cluster_id","tenant_id","namespace","resource","hour","until")
);
--> statement-breakpoint
CREATE TABLE "berth"."usage_pieces" (
	"cluster_id" text COLLATE "C" NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "berth"."usage_pieces_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"namespace" text COLLATE "C" NOT NULL,
	"resource" text COLLATE "C" NOT NULL,
	"from_at" timestamp with time zone NOT NULL,
	"to_at" timestamp with time zone NOT NULL,
	"level" numeric,
	"area" numeric,
	"rolled_up" boolean DEFAULT false NOT NULL,
	CONSTRAINT "usage_pieces_cluster_id_id_pk" PRIMARY KEY("cluster_id","id")
);
--> statement-breakpoint
ALTER TABLE "berth"."usage" ADD COLUMN "area" numeric DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "berth"."usage" ADD COLUMN "metered_from" timestamp with time zone DEFAULT clock_timestamp() NOT NULL;--> statement-breakpoint
ALTER TABLE "berth"."usage" ADD COLUMN "metered_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL;--> statement-breakpoint
CREATE INDEX "usage_hours_tenant" ON "berth"."usage_hours" USING btree ("tenant_id","hour");--> statement-breakpoint
CREATE INDEX "usage_hours_until" ON "berth"."usage_hours" USING btree ("until");--> statement-breakpoint
CREATE INDEX "usage_pieces_new" ON "berth"."usage_pieces" USING btree ("to_at") WHERE not rolled_up;--> statement-breakpoint
CREATE INDEX "usage_pieces_to_at" ON "berth"."usage_pieces" USING btree ("to_at");
--> statement-breakpoint
GRANT SELECT, INSERT, DELETE ON berth.usage_pieces TO berth_app;
--> statement-breakpoint
GRANT SELECT, DELETE ON berth.usage_hours TO berth_app;
--> statement-breakpoint
GRANT SELECT, DELETE ON berth.usage TO berth_fleet;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON berth.usage_pieces, berth.usage_hours TO berth_fleet;
--> statement-breakpoint
DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['usage_pieces', 'usage_hours'] LOOP
    EXECUTE format('ALTER TABLE berth.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format(
      'CREATE POLICY own_cluster ON berth.%I TO berth_app USING (cluster_id = current_setting(''berth.cluster_id'', true))',
      v_table);
    EXECUTE format('CREATE POLICY fleet ON berth.%I TO berth_fleet USING (true)', v_table);
  END LOOP;
END
$$;
--> statement-breakpoint
CREATE POLICY fleet ON berth.usage TO berth_fleet USING (true);
--> statement-breakpoint

-- Writes down what a counter came to, whenever it changes or goes. Within five minutes changes are summed up in place, so a
-- busy counter makes two pieces every five minutes, and one that stands still makes none.
CREATE FUNCTION berth.meter_usage() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  -- A clock that was set back stands still.
  v_now timestamptz := greatest(OLD.metered_at, date_trunc('milliseconds', clock_timestamp()));
BEGIN
  IF TG_OP = 'UPDATE' AND date_bin('5 minutes', v_now, 'epoch') = date_bin('5 minutes', OLD.metered_from, 'epoch') THEN
    NEW.area := OLD.area + OLD.used * extract(epoch FROM v_now - OLD.metered_at);
    NEW.metered_at := v_now;
    RETURN NEW;
  END IF;
  INSERT INTO berth.usage_pieces (cluster_id, namespace, resource, from_at, to_at, level, area)
  SELECT OLD.cluster_id, OLD.namespace, OLD.resource, p.from_at, p.to_at, p.level, p.area
  FROM (VALUES (OLD.metered_from, OLD.metered_at, NULL::numeric, OLD.area), (OLD.metered_at, v_now, OLD.used, NULL))
    AS p (from_at, to_at, level, area)
  WHERE p.area > 0 OR p.level > 0 AND p.to_at > p.from_at;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  NEW.area := 0;
  NEW.metered_from := v_now;
  NEW.metered_at := v_now;
  RETURN NEW;
END
$$;
--> statement-breakpoint
CREATE FUNCTION berth.is_metered(p_resource text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
  SELECT p_resource LIKE 'count/%' OR p_resource IN ('running.cpu', 'running.memory', 'requests.storage')
$$;
--> statement-breakpoint
CREATE TRIGGER meter_change BEFORE UPDATE ON berth.usage FOR EACH ROW
WHEN (OLD.used IS DISTINCT FROM NEW.used AND berth.is_metered(OLD.resource)) EXECUTE FUNCTION berth.meter_usage();
--> statement-breakpoint
CREATE TRIGGER meter_end BEFORE DELETE ON berth.usage FOR EACH ROW
WHEN (berth.is_metered(OLD.resource)) EXECUTE FUNCTION berth.meter_usage();
--> statement-breakpoint

-- Moves the counters of a cluster by what objects use before and after a commit, as for `amounts`. What
-- the tenant's plan limits moves along.
CREATE OR REPLACE FUNCTION berth.move_usage(p_cluster_id text, p_tenant_id text, p_has_plan boolean, p_namespaces text[], p_resources text[],
  p_before text[], p_after text[]) RETURNS void
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
  v_moved jsonb;
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
  SELECT jsonb_agg(to_jsonb(m)) FILTER (WHERE p_has_plan) INTO v_moved FROM moved m;
  IF p_has_plan AND v_moved IS NOT NULL THEN
    PERFORM berth.move_tenant_usage(p_tenant_id, v_moved);
  END IF;
END
$$;
--> statement-breakpoint

-- Counts a cluster again from its objects, mends what is wrong, and returns how many counters were.
CREATE OR REPLACE FUNCTION berth.recount(p_cluster_id text) RETURNS integer
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
  PERFORM berth.move_tenant_usage(v_tenant_id, v_wrong);
  v_last := berth.write_quota_status(p_cluster_id,
    ARRAY(SELECT w.namespace FROM jsonb_to_recordset(v_wrong) AS w (namespace text)), v_head,
    date_trunc('milliseconds', clock_timestamp()));
  UPDATE berth.clusters c SET revision = v_last WHERE c.id = p_cluster_id;
  RETURN jsonb_array_length(v_wrong);
END
$$;
--> statement-breakpoint

-- A piece as rows of usage_hours, from `p_from` on: its partial hours, and the whole ones in between as one row.
CREATE FUNCTION berth.piece_hours(p_from_at timestamptz, p_to_at timestamptz, p_level numeric, p_area numeric, p_from timestamptz)
RETURNS TABLE (hour timestamptz, until timestamptz, amount numeric)
LANGUAGE sql STABLE AS $$
  SELECT date_trunc('hour', p_from_at), date_trunc('hour', p_from_at) + interval '1 hour', p_area
  WHERE p_level IS NULL AND p_from_at >= p_from
  UNION ALL
  SELECT date_trunc('hour', r.lower), greatest(r.upper, date_trunc('hour', r.lower) + interval '1 hour'),
    p_level * extract(epoch FROM r.upper - r.lower)
  FROM (SELECT greatest(p_from_at, p_from) AS lower) p
    CROSS JOIN LATERAL (
      SELECT least(p_to_at, date_trunc('hour', p.lower + interval '1 hour' - interval '1 microsecond')) AS first_full,
        greatest(date_trunc('hour', p_to_at), p.lower) AS last_full
    ) f
    CROSS JOIN LATERAL (VALUES (p.lower, f.first_full), (f.first_full, f.last_full), (greatest(f.first_full, f.last_full), p_to_at))
      AS r (lower, upper)
  WHERE p_level IS NOT NULL AND r.upper > r.lower
$$;
--> statement-breakpoint

-- Adds pieces that ended by `p_before` to the hours of their clusters. Returns how many.
CREATE FUNCTION berth.roll_up_usage(p_before timestamptz) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  v_count bigint;
BEGIN
  -- One at a time.
  PERFORM pg_advisory_xact_lock(hashtext('berth.usage hours'));
  WITH piece AS (
    UPDATE berth.usage_pieces p SET rolled_up = true WHERE NOT p.rolled_up AND p.to_at <= p_before
    RETURNING p.cluster_id, p.namespace, p.resource, p.from_at, p.to_at, p.level, p.area
  ), added AS (
    INSERT INTO berth.usage_hours (cluster_id, tenant_id, namespace, resource, hour, until, amount)
    SELECT p.cluster_id, c.tenant_id, p.namespace, p.resource, h.hour, h.until, sum(h.amount)
    FROM piece p JOIN berth.clusters c ON c.id = p.cluster_id
      CROSS JOIN LATERAL berth.piece_hours(p.from_at, p.to_at, p.level, p.area, '-infinity') h
    GROUP BY p.cluster_id, c.tenant_id, p.namespace, p.resource, h.hour, h.until
    ON CONFLICT (cluster_id, tenant_id, namespace, resource, hour, until)
      DO UPDATE SET amount = usage_hours.amount + excluded.amount
  )
  SELECT count(*) INTO v_count FROM piece;
  RETURN v_count;
END
$$;
--> statement-breakpoint

-- Makes the hours from `p_from` on (a whole hour, of which all pieces are still there) again from the pieces. What deleted
-- clusters used has no pieces any more and stays.
CREATE FUNCTION berth.recompute_usage(p_from timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('berth.usage hours'));
  DELETE FROM berth.usage_hours h WHERE h.hour >= p_from AND h.cluster_id <> '';
  -- Rows of several hours are cut. What is left of them may belong to one that is there.
  WITH cut AS (
    DELETE FROM berth.usage_hours h WHERE h.hour < p_from AND h.until > p_from AND h.cluster_id <> '' RETURNING h.*
  )
  INSERT INTO berth.usage_hours (cluster_id, tenant_id, namespace, resource, hour, until, amount)
  SELECT c.cluster_id, c.tenant_id, c.namespace, c.resource, c.hour, p_from,
    sum(c.amount * extract(epoch FROM p_from - c.hour) / extract(epoch FROM c.until - c.hour))
  FROM cut c GROUP BY c.cluster_id, c.tenant_id, c.namespace, c.resource, c.hour
  ON CONFLICT (cluster_id, tenant_id, namespace, resource, hour, until)
    DO UPDATE SET amount = usage_hours.amount + excluded.amount;
  INSERT INTO berth.usage_hours (cluster_id, tenant_id, namespace, resource, hour, until, amount)
  SELECT p.cluster_id, c.tenant_id, p.namespace, p.resource, h.hour, h.until, sum(h.amount)
  FROM berth.usage_pieces p JOIN berth.clusters c ON c.id = p.cluster_id
    CROSS JOIN LATERAL berth.piece_hours(p.from_at, p.to_at, p.level, p.area, p_from) h
  WHERE p.rolled_up AND p.to_at > p_from
  GROUP BY p.cluster_id, c.tenant_id, p.namespace, p.resource, h.hour, h.until;
END
$$;
--> statement-breakpoint

-- Leaves what a cluster used to its tenant, under no cluster, and drops every row of the cluster.
CREATE FUNCTION berth.retire_meters(p_cluster_id text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- It looks over the wall: for the cluster that the transaction names, and for no other.
  IF p_cluster_id IS DISTINCT FROM current_setting('berth.cluster_id', true) THEN
    RAISE EXCEPTION 'the transaction is for another cluster' USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('berth.usage hours'));
  INSERT INTO berth.usage_hours (cluster_id, tenant_id, namespace, resource, hour, until, amount)
  SELECT '', c.tenant_id, '', m.resource, m.hour, m.until, sum(m.amount)
  FROM berth.clusters c CROSS JOIN LATERAL (
    SELECT h.resource, h.hour, h.until, h.amount FROM berth.usage_hours h WHERE h.cluster_id = p_cluster_id
    UNION ALL
    SELECT p.resource, h.hour, h.until, h.amount
    FROM berth.usage_pieces p CROSS JOIN LATERAL berth.piece_hours(p.from_at, p.to_at, p.level, p.area, '-infinity') h
    WHERE p.cluster_id = p_cluster_id AND NOT p.rolled_up
  ) m
  WHERE c.id = p_cluster_id
  GROUP BY c.tenant_id, m.resource, m.hour, m.until
  ON CONFLICT (cluster_id, tenant_id, namespace, resource, hour, until)
    DO UPDATE SET amount = usage_hours.amount + excluded.amount;
  DELETE FROM berth.usage_hours h WHERE h.cluster_id = p_cluster_id;
  DELETE FROM berth.usage_pieces p WHERE p.cluster_id = p_cluster_id;
END
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION berth.roll_up_usage(timestamptz), berth.recompute_usage(timestamptz) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION berth.roll_up_usage(timestamptz), berth.recompute_usage(timestamptz) TO berth_fleet;
--> statement-breakpoint

-- Gives back what a cluster uses of its tenant's limits, the cluster itself included, and drops its counters, meters and
-- quotas. Its row is still there, and locked.
CREATE OR REPLACE FUNCTION berth.forget_usage(p_cluster_id text) RETURNS void
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
  -- Ends the meters: their last pieces are written.
  DELETE FROM berth.usage WHERE cluster_id = p_cluster_id;
  DELETE FROM berth.quotas WHERE cluster_id = p_cluster_id;
  PERFORM berth.retire_meters(p_cluster_id);
END
$$;
--> statement-breakpoint

-- What was used from `p_from` to `p_to` (whole hours, or now): of one tenant, of one cluster, or (null) of all of them. Amounts are
-- amount times seconds, and of requests their number.
CREATE FUNCTION berth.usage_between(p_from timestamptz, p_to timestamptz, p_tenant_id text, p_cluster_id text)
RETURNS TABLE (tenant_id text, cluster_id text, namespace text, resource text, amount numeric)
LANGUAGE sql STABLE AS $$
  WITH cluster AS (
    SELECT c.id, c.tenant_id FROM berth.clusters c
    WHERE (p_tenant_id IS NULL OR c.tenant_id = p_tenant_id) AND (p_cluster_id IS NULL OR c.id = p_cluster_id)
  )
  SELECT m.tenant_id, m.cluster_id, m.namespace, m.resource, sum(m.amount)
  FROM (
    SELECT h.tenant_id, h.cluster_id, h.namespace, h.resource,
      h.amount * extract(epoch FROM least(h.until, greatest(p_to, h.hour + interval '1 hour')) - greatest(h.hour, p_from))
        / extract(epoch FROM h.until - h.hour) AS amount
    FROM berth.usage_hours h
    WHERE h.until > p_from AND h.hour < p_to AND (p_tenant_id IS NULL OR h.tenant_id = p_tenant_id)
      AND (p_cluster_id IS NULL OR h.cluster_id = p_cluster_id)
    UNION ALL
    SELECT c.tenant_id, c.id, p.namespace, p.resource,
      CASE WHEN p.level IS NULL THEN p.area
        ELSE p.level * extract(epoch FROM least(p.to_at, p_to) - greatest(p.from_at, p_from)) END
    FROM cluster c JOIN berth.usage_pieces p ON p.cluster_id = c.id
    WHERE NOT p.rolled_up AND p.to_at > p_from AND p.from_at < p_to AND (p.level IS NOT NULL OR p.from_at >= p_from)
    UNION ALL
    SELECT c.tenant_id, c.id, u.namespace, u.resource,
      CASE WHEN u.metered_from >= p_from AND u.metered_from < p_to THEN u.area ELSE 0 END
        + CASE WHEN u.metered_at < p_to
          THEN u.used * extract(epoch FROM greatest(p_to, p_from) - greatest(u.metered_at, p_from)) ELSE 0 END
    FROM cluster c JOIN berth.usage u ON u.cluster_id = c.id WHERE berth.is_metered(u.resource)
  ) m
  GROUP BY m.tenant_id, m.cluster_id, m.namespace, m.resource HAVING sum(m.amount) > 0
$$;
