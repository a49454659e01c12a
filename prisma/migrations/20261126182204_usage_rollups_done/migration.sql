DROP TABLE "UsageRollupProgress";
