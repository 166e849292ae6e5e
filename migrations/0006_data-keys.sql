CREATE TABLE "berth"."data_keys" (
	"cluster_id" text COLLATE "C" NOT NULL,
	"key_id" text COLLATE "C" NOT NULL,
	"sealed_key" text NOT NULL,
	"made_under" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"retired_at" timestamp with time zone,
	CONSTRAINT "data_keys_cluster_id_key_id_pk" PRIMARY KEY("cluster_id","key_id")
);
--> statement-breakpoint
ALTER TABLE "berth"."data_keys" ADD CONSTRAINT "data_keys_cluster_id_clusters_id_fk" FOREIGN KEY ("cluster_id") REFERENCES "berth"."clusters"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "data_keys_active" ON "berth"."data_keys" USING btree ("cluster_id") WHERE retired_at is null;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON berth.data_keys TO berth_app;
--> statement-breakpoint
ALTER TABLE berth.data_keys ENABLE ROW LEVEL SECURITY;
--> statement-breakpoint
CREATE POLICY own_cluster ON berth.data_keys TO berth_app USING (cluster_id = current_setting('berth.cluster_id', true));
