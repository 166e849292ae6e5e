CREATE TABLE "berth"."held_values" (
	"cluster_id" text COLLATE "C" NOT NULL,
	"value" text COLLATE "C" NOT NULL,
	"resource" text COLLATE "C" NOT NULL,
	"namespace" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	CONSTRAINT "held_values_cluster_id_value_pk" PRIMARY KEY("cluster_id","value")
);
--> statement-breakpoint
CREATE UNIQUE INDEX "held_values_machine" ON "berth"."held_values" USING btree ("value") WHERE value like 'machine/%';--> statement-breakpoint
GRANT SELECT, INSERT, DELETE ON berth.held_values TO berth_app, berth_fleet;
--> statement-breakpoint
ALTER TABLE berth.held_values ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY own_cluster ON berth.held_values TO berth_app USING (cluster_id = current_setting('berth.cluster_id', true));
--> statement-breakpoint
CREATE POLICY fleet ON berth.held_values TO berth_fleet USING (true);
--> statement-breakpoint

-- What an object of this usage holds, as `ObjectUsage` documents it.
CREATE FUNCTION berth.holds(p_usage text) RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN p_usage LIKE '{"holds":%'
    THEN ARRAY(SELECT jsonb_array_elements_text(p_usage::jsonb -> 'holds'))
    ELSE '{}' END
$$;
--> statement-breakpoint

-- Keeps what objects hold, within the commit that changes them. Raises BT003 with the value that somebody else holds, which
-- undoes the commit: of two that would take the same, the second waits for the first.
CREATE FUNCTION berth.hold_values() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
  v_before text[] := '{}';
  v_after text[] := '{}';
  v_value text;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    v_before := berth.holds(OLD.usage);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    v_after := berth.holds(NEW.usage);
  END IF;
  FOREACH v_value IN ARRAY v_before LOOP
    CONTINUE WHEN v_value = ANY (v_after);
    DELETE FROM berth.held_values h WHERE h.cluster_id = OLD.cluster_id AND h.value = v_value;
  END LOOP;
  FOREACH v_value IN ARRAY v_after LOOP
    CONTINUE WHEN v_value = ANY (v_before);
    INSERT INTO berth.held_values (cluster_id, value, resource, namespace, name)
    VALUES (NEW.cluster_id, v_value, NEW.resource, NEW.namespace, NEW.name)
    ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
      RAISE EXCEPTION 'a value is held' USING ERRCODE = 'BT003', DETAIL = v_value;
    END IF;
  END LOOP;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER hold_new AFTER INSERT ON berth.objects FOR EACH ROW
WHEN (NEW.usage LIKE '{"holds":%') EXECUTE FUNCTION berth.hold_values();
--> statement-breakpoint
CREATE TRIGGER hold_changed AFTER UPDATE OF usage ON berth.objects FOR EACH ROW
WHEN (OLD.usage IS DISTINCT FROM NEW.usage AND (OLD.usage LIKE '{"holds":%' OR NEW.usage LIKE '{"holds":%'))
EXECUTE FUNCTION berth.hold_values();
--> statement-breakpoint
CREATE TRIGGER hold_no_more AFTER DELETE ON berth.objects FOR EACH ROW
WHEN (OLD.usage LIKE '{"holds":%') EXECUTE FUNCTION berth.hold_values();
--> statement-breakpoint

-- Finds again what the objects of a cluster hold, and returns how many values were missing or too many.
CREATE FUNCTION berth.recount_held_values(p_cluster_id text) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
  v_missing integer;
  v_wrong integer;
BEGIN
  PERFORM set_config('berth.cluster_id', p_cluster_id, true);
  PERFORM FROM berth.clusters c WHERE c.id = p_cluster_id FOR UPDATE;
  DELETE FROM berth.held_values h
  WHERE h.cluster_id = p_cluster_id AND NOT EXISTS (
    SELECT FROM berth.objects o
    WHERE o.cluster_id = p_cluster_id AND o.resource = h.resource AND o.namespace = h.namespace AND o.name = h.name
      AND h.value = ANY (berth.holds(o.usage)));
  GET DIAGNOSTICS v_wrong = ROW_COUNT;
  INSERT INTO berth.held_values (cluster_id, value, resource, namespace, name)
  SELECT p_cluster_id, v.value, o.resource, o.namespace, o.name
  FROM berth.objects o CROSS JOIN LATERAL unnest(berth.holds(o.usage)) AS v (value)
  WHERE o.cluster_id = p_cluster_id AND o.usage LIKE '{"holds":%'
  ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS v_missing = ROW_COUNT;
  RETURN v_wrong + v_missing;
END
$$;
