CREATE SCHEMA "berth";
--> statement-breakpoint
CREATE TABLE "berth"."clusters" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"tenant_id" text COLLATE "C" NOT NULL,
	"revision" bigint DEFAULT 0 NOT NULL,
	"cursor" bigint DEFAULT 0 NOT NULL,
	"turn_revision" bigint DEFAULT 0 NOT NULL,
	"compacted_revision" bigint DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "berth"."former_clusters" (
	"id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"revision" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "berth"."heartbeats" (
	"cluster_id" text COLLATE "C" NOT NULL,
	"resource" text COLLATE "C" NOT NULL,
	"namespace" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"uid" text COLLATE "C" NOT NULL,
	"revision" bigint NOT NULL,
	"body" text NOT NULL,
	CONSTRAINT "heartbeats_cluster_id_resource_namespace_name_pk" PRIMARY KEY("cluster_id","resource","namespace","name")
);
--> statement-breakpoint
CREATE TABLE "berth"."log" (
	"cluster_id" text COLLATE "C" NOT NULL,
	"revision" bigint NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"op" text NOT NULL,
	"resource" text COLLATE "C" NOT NULL,
	"namespace" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"uid" text COLLATE "C" NOT NULL,
	"before_revision" bigint,
	"before_body" text,
	"after_body" text,
	"last_body" text,
	CONSTRAINT "log_cluster_id_revision_at_pk" PRIMARY KEY("cluster_id","revision","at")
) PARTITION BY RANGE ("at");
--> statement-breakpoint
CREATE TABLE "berth"."node_capacity" (
	"node" text COLLATE "C" PRIMARY KEY NOT NULL,
	"cpu_millis" bigint NOT NULL,
	"memory_bytes" bigint NOT NULL,
	"pods" bigint NOT NULL,
	"claimed_cpu_millis" bigint DEFAULT 0 NOT NULL,
	"claimed_memory_bytes" bigint DEFAULT 0 NOT NULL,
	"claimed_pods" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "berth"."node_claims" (
	"cluster_id" text COLLATE "C" NOT NULL,
	"pod_uid" text COLLATE "C" NOT NULL,
	"node" text COLLATE "C" NOT NULL,
	"cpu_millis" bigint NOT NULL,
	"memory_bytes" bigint NOT NULL,
	CONSTRAINT "node_claims_cluster_id_pod_uid_pk" PRIMARY KEY("cluster_id","pod_uid")
);
--> statement-breakpoint
CREATE TABLE "berth"."objects" (
	"cluster_id" text COLLATE "C" NOT NULL,
	"resource" text COLLATE "C" NOT NULL,
	"namespace" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"uid" text COLLATE "C" NOT NULL,
	"revision" bigint NOT NULL,
	"terminating" boolean NOT NULL,
	"node" text COLLATE "C",
	"body" text NOT NULL,
	CONSTRAINT "objects_cluster_id_resource_namespace_name_pk" PRIMARY KEY("cluster_id","resource","namespace","name")
);
--> statement-breakpoint
CREATE TABLE "berth"."outbox" (
	"cluster_id" text COLLATE "C" NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "berth"."outbox_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"topic" text NOT NULL,
	"payload" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"taken_at" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "outbox_cluster_id_id_pk" PRIMARY KEY("cluster_id","id")
);
--> statement-breakpoint
CREATE TABLE "berth"."signing_keys" (
	"cluster_id" text COLLATE "C" NOT NULL,
	"key_id" text COLLATE "C" NOT NULL,
	"algorithm" text NOT NULL,
	"public_jwk" jsonb NOT NULL,
	"sealed_private_jwk" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "signing_keys_cluster_id_key_id_pk" PRIMARY KEY("cluster_id","key_id")
);
--> statement-breakpoint
CREATE TABLE "berth"."timers" (
	"cluster_id" text COLLATE "C" NOT NULL,
	"key" text COLLATE "C" NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"dispatched_at" timestamp with time zone,
	CONSTRAINT "timers_cluster_id_key_pk" PRIMARY KEY("cluster_id","key")
);
--> statement-breakpoint
CREATE INDEX "objects_node" ON "berth"."objects" USING btree ("node") WHERE node is not null;--> statement-breakpoint
CREATE INDEX "outbox_id" ON "berth"."outbox" USING btree ("id");--> statement-breakpoint
CREATE INDEX "timers_due_at" ON "berth"."timers" USING btree ("due_at");