-- CreateTable
CREATE TABLE "TimeZoneShift" (
    "table" TEXT NOT NULL,
    "zone" TEXT NOT NULL,
    "lastId" UUID,
    "finishedAt" TIMESTAMPTZ(3),

    CONSTRAINT "TimeZoneShift_pkey" PRIMARY KEY ("table")
);
