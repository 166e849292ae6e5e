ALTER TABLE "berth"."clusters" ADD COLUMN "rules_revision" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
-- SECURITY DEFINER: whoever writes the log has its cluster's row locked already, by whichever way it came.
CREATE FUNCTION berth.note_rules() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE berth.clusters c SET rules_revision = greatest(c.rules_revision, NEW.revision) WHERE c.id = NEW.cluster_id;
  RETURN NULL;
END
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION berth.note_rules() FROM PUBLIC;
--> statement-breakpoint
-- Only rows of RBAC call it; for all others the condition is all that it costs.
CREATE TRIGGER log_note_rules AFTER INSERT ON berth.log
FOR EACH ROW WHEN (NEW.resource LIKE '%.rbac.authorization.k8s.io')
EXECUTE FUNCTION berth.note_rules();
