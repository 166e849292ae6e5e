-- Reads objects of one cluster by their keys, as one statement and so as one round trip and one snapshot.
-- `place` counts the keys from 0; a key without an object yields no row.
CREATE FUNCTION berth.read_objects(
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
      ) o;
END
$$;
