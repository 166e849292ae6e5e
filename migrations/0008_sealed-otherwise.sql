-- Clusters that have keys which do not begin with `p_prefix`: those that another master key sealed.
-- SECURITY DEFINER: it looks over the walls of tables that work over the fleet cannot read, and tells ids of clusters alone.
CREATE FUNCTION berth.clusters_sealed_otherwise(p_prefix text, p_limit integer) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT cluster_id FROM berth.signing_keys WHERE NOT starts_with(sealed_private_jwk, p_prefix)
  UNION
  SELECT cluster_id FROM berth.data_keys WHERE NOT starts_with(sealed_key, p_prefix)
  LIMIT p_limit
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION berth.clusters_sealed_otherwise(text, integer) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION berth.clusters_sealed_otherwise(text, integer) TO berth_fleet;
