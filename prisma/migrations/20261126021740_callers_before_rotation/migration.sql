-- AlterTable
ALTER TABLE "UsageCaller" ADD COLUMN     "requestsBeforeRotation" INTEGER NOT NULL DEFAULT 0;
