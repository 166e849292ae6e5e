CREATE TABLE "berth"."quotas" (
	"cluster_id" text COLLATE "C" NOT NULL,
	"namespace" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"resource" text COLLATE "C" NOT NULL,
	"rule" jsonb NOT NULL,
	CONSTRAINT "quotas_cluster_id_namespace_name_pk" PRIMARY KEY("cluster_id","namespace","name")
);
--> statement-breakpoint
CREATE TABLE "berth"."tenant_limits" (
	"tenant_id" text COLLATE "C" NOT NULL,
	"resource" text COLLATE "C" NOT NULL,
	"hard" numeric NOT NULL,
	"quantity" text NOT NULL,
	CONSTRAINT "tenant_limits_tenant_id_resource_pk" PRIMARY KEY("tenant_id","resource")
);
--> statement-breakpoint
CREATE TABLE "berth"."tenant_usage" (
	"tenant_id" text COLLATE "C" NOT NULL,
	"resource" text COLLATE "C" NOT NULL,
	"used" numeric NOT NULL,
	"is_binary" boolean NOT NULL,
	CONSTRAINT "tenant_usage_tenant_id_resource_pk" PRIMARY KEY("tenant_id","resource")
);
--> statement-breakpoint
CREATE TABLE "berth"."usage" (
	"cluster_id" text COLLATE "C" NOT NULL,
	"namespace" text COLLATE "C" NOT NULL,
	"resource" text COLLATE "C" NOT NULL,
	"class" text COLLATE "C" NOT NULL,
	"used" numeric NOT NULL,
	"is_binary" boolean NOT NULL,
	CONSTRAINT "usage_cluster_id_namespace_resource_class_pk" PRIMARY KEY("cluster_id","namespace","resource","class")
);
--> statement-breakpoint
ALTER TABLE "berth"."clusters" ADD COLUMN "has_quotas" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "berth"."clusters" ADD COLUMN "has_plan" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "berth"."objects" ADD COLUMN "usage" text;--> statement-breakpoint
CREATE INDEX "clusters_tenant" ON "berth"."clusters" USING btree ("tenant_id");
--> statement-breakpoint
-- Overwritten in place all the time.
ALTER TABLE berth.usage SET (fillfactor = 50);
--> statement-breakpoint
ALTER TABLE berth.tenant_usage SET (fillfactor = 50);
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON berth.usage, berth.quotas TO berth_app;
--> statement-breakpoint
GRANT SELECT, UPDATE ON berth.tenant_usage TO berth_app;
--> statement-breakpoint
GRANT SELECT ON berth.tenant_limits TO berth_app;
--> statement-breakpoint
GRANT SELECT ON berth.tenant_limits, berth.tenant_usage TO berth_fleet;
--> statement-breakpoint
DO $$
DECLARE
  v_table text;
BEGIN
  FOREACH v_table IN ARRAY ARRAY['usage', 'quotas'] LOOP
    EXECUTE format('ALTER TABLE berth.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format(
      'CREATE POLICY own_cluster ON berth.%I TO berth_app USING (cluster_id = current_setting(''berth.cluster_id'', true))',
      v_table);
  END LOOP;
  -- The tenant is that of the cluster which the transaction names, and of no other.
  FOREACH v_table IN ARRAY ARRAY['tenant_limits', 'tenant_usage'] LOOP
    EXECUTE format('ALTER TABLE berth.%I ENABLE ROW LEVEL SECURITY', v_table);
    EXECUTE format(
      'CREATE POLICY own_tenant ON berth.%I TO berth_app USING (tenant_id =
        (SELECT c.tenant_id FROM berth.clusters c WHERE c.id = current_setting(''berth.cluster_id'', true)))', v_table);
    EXECUTE format('CREATE POLICY fleet ON berth.%I FOR SELECT TO berth_fleet USING (true)', v_table);
  END LOOP;
END
$$;
--> statement-breakpoint

-- Objects from before count as one of their kind; what else they use is counted from their next write on.
INSERT INTO berth.usage (cluster_id, namespace, resource, class, used, is_binary)
SELECT o.cluster_id, o.namespace, 'count/' || o.resource, '', count(*), false
FROM berth.objects o GROUP BY o.cluster_id, o.namespace, o.resource;
