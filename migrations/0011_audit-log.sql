CREATE TABLE "berth"."audit" (
	"cluster_id" text COLLATE "C" NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"seq" bigint NOT NULL,
	"former_cluster" text COLLATE "C",
	"username" text COLLATE "C" NOT NULL,
	"verb" text COLLATE "C" NOT NULL,
	"resource" text COLLATE "C" NOT NULL,
	"namespace" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"code" integer NOT NULL,
	"event" text NOT NULL,
	CONSTRAINT "audit_cluster_id_at_seq_pk" PRIMARY KEY("cluster_id","at","seq")
) PARTITION BY RANGE ("at");
--> statement-breakpoint
-- What has no revision is numbered downwards, over all clusters: records of one moment stay apart when they are handed over.
CREATE SEQUENCE berth.audit_seq INCREMENT BY -1 MINVALUE -9007199254740991 MAXVALUE -1 START WITH -1 CACHE 50;
--> statement-breakpoint
ALTER TABLE berth.audit ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY own_cluster ON berth.audit TO berth_app USING (cluster_id = current_setting('berth.cluster_id', true));
--> statement-breakpoint
-- Append-only: no role that a process works under changes or removes a record.
GRANT SELECT, INSERT ON berth.audit TO berth_app;
--> statement-breakpoint
GRANT USAGE ON SEQUENCE berth.audit_seq TO berth_app;
--> statement-breakpoint

-- A day each, as ensure_log_partitions.
CREATE FUNCTION berth.ensure_audit_partitions(p_from timestamptz, p_to timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  v_lower timestamptz := date_bin('1 day', p_from, 'epoch');
  v_name text;
BEGIN
  WHILE v_lower <= p_to LOOP
    v_name := 'audit_' || to_char(v_lower AT TIME ZONE 'UTC', 'YYYYMMDD');
    IF to_regclass('berth.' || v_name) IS NULL THEN
      PERFORM pg_advisory_xact_lock(hashtext('berth.audit partitions'));
      IF NOT EXISTS (SELECT FROM pg_class WHERE relname = v_name AND relnamespace = 'berth'::regnamespace) THEN
        EXECUTE format('CREATE TABLE berth.%I (LIKE berth.audit INCLUDING ALL)', v_name);
        EXECUTE format('ALTER TABLE berth.audit ATTACH PARTITION berth.%I FOR VALUES FROM (%L) TO (%L)',
          v_name, v_lower, v_lower + interval '1 day');
      END IF;
    END IF;
    v_lower := v_lower + interval '1 day';
  END LOOP;
END
$$;
--> statement-breakpoint

-- Drops the days that end at or before `p_before`. Returns how many.
CREATE FUNCTION berth.drop_audit_partitions(p_before timestamptz) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '2s' AS $$
DECLARE
  v_partition record;
  v_dropped integer := 0;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('berth.audit partitions'));
  FOR v_partition IN
    SELECT c.relname
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'berth.audit'::regclass
      AND to_timestamp(c.relname, '"audit_"YYYYMMDD')::timestamp AT TIME ZONE 'UTC' + interval '1 day' <= p_before
  LOOP
    EXECUTE format('DROP TABLE berth.%I', v_partition.relname);
    v_dropped := v_dropped + 1;
  END LOOP;
  RETURN v_dropped;
END
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION berth.ensure_audit_partitions(timestamptz, timestamptz), berth.drop_audit_partitions(timestamptz) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION berth.ensure_audit_partitions(timestamptz, timestamptz) TO berth_app, berth_fleet;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION berth.drop_audit_partitions(timestamptz) TO berth_fleet;
--> statement-breakpoint

-- Adds the records of the writes that applied, in the transaction of the commit whose outcome the other arguments are (see
-- commit_writes). `p_records` holds a field for each write, as the commit's own columns do, '' for a write without a
-- record; or is '' itself. A record's fields are parted by the unit separator (U+001F): username, verb, resource, namespace,
-- name, code, event.
CREATE FUNCTION berth.record_audit(p_cluster_id text, p_head bigint, p_at timestamptz, p_refused jsonb, p_records text)
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_refused bigint[] := ARRAY(SELECT (x.refusal ->> 'i')::bigint FROM jsonb_array_elements(p_refused) AS x (refusal));
BEGIN
  IF p_records = '' OR p_head IS NULL THEN
    RETURN;
  END IF;
  INSERT INTO berth.audit (cluster_id, at, seq, username, verb, resource, namespace, name, code, event)
  SELECT p_cluster_id, p_at, r.revision, r.f[1], r.f[2], r.f[3], r.f[4], r.f[5], r.f[6]::integer, r.f[7]
  FROM (
    SELECT w.record, string_to_array(w.record, E'\x1f') AS f, p_head + row_number() OVER (ORDER BY w.position) AS revision
    FROM unnest(string_to_array(p_records, E'\x1e')) WITH ORDINALITY AS w (record, position)
    WHERE w.position - 1 <> ALL (v_refused)
  ) r
  WHERE r.record <> '';
END
$$;
--> statement-breakpoint

-- Adds records of requests that wrote nothing. `p_records`: each ended by the record separator (U+001E), its time in front of
-- the fields of record_audit. False for a cluster that does not exist: then nothing is added.
CREATE FUNCTION berth.append_audit(p_cluster_id text, p_records text) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM set_config('berth.cluster_id', p_cluster_id, true);
  IF NOT EXISTS (SELECT FROM berth.clusters c WHERE c.id = p_cluster_id) THEN
    RETURN false;
  END IF;
  INSERT INTO berth.audit (cluster_id, at, seq, username, verb, resource, namespace, name, code, event)
  SELECT p_cluster_id, r.f[1]::timestamptz, nextval('berth.audit_seq'), r.f[2], r.f[3], r.f[4], r.f[5], r.f[6], r.f[7]::integer,
    r.f[8]
  FROM (
    SELECT string_to_array(w.record, E'\x1f') AS f FROM unnest(string_to_array(p_records, E'\x1e')) AS w (record)
    WHERE w.record <> ''
  ) r;
  RETURN true;
END
$$;
--> statement-breakpoint
SELECT berth.ensure_audit_partitions(now(), now() + interval '1 day');
