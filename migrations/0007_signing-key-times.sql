ALTER TABLE "berth"."signing_keys" ADD COLUMN "signs_from" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "berth"."signing_keys" ADD COLUMN "used_until" timestamp with time zone;--> statement-breakpoint
-- Keys from before may have signed tokens that live as long as any may.
UPDATE berth.signing_keys SET signs_from = created_at, used_until = now() + interval '365 days';
--> statement-breakpoint

-- The public halves of a cluster's keys, as one statement and so as one round trip.
CREATE FUNCTION berth.read_signing_keys(p_cluster_id text) RETURNS TABLE (key_id text, public_jwk text)
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM set_config('berth.cluster_id', p_cluster_id, true);
  RETURN QUERY
    SELECT k.key_id, k.public_jwk::text FROM berth.signing_keys k WHERE k.cluster_id = p_cluster_id;
END
$$;
--> statement-breakpoint

-- Clusters whose newest key of an algorithm signs since before `p_signs_before`, and those with a key whose successor
-- signs, and whose last token ended, before `p_ended_before`.
-- SECURITY DEFINER: work over the fleet may learn which clusters these are, and nothing else of their keys.
CREATE FUNCTION berth.clusters_to_rotate(p_signs_before timestamptz, p_ended_before timestamptz, p_limit integer)
RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
  SELECT DISTINCT k.cluster_id
  FROM (
    SELECT s.cluster_id, s.signs_from, s.used_until,
      lead(s.signs_from) OVER (PARTITION BY s.cluster_id, s.algorithm ORDER BY s.signs_from, s.key_id) AS successor_from
    FROM berth.signing_keys s
  ) k
  WHERE (k.successor_from IS NULL AND k.signs_from <= p_signs_before)
    OR (k.successor_from <= p_ended_before AND coalesce(k.used_until <= p_ended_before, true))
  ORDER BY k.cluster_id
  LIMIT p_limit
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION berth.clusters_to_rotate(timestamptz, timestamptz, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION berth.clusters_to_rotate(timestamptz, timestamptz, integer) TO berth_fleet;
