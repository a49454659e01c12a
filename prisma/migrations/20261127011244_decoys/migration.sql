-- AlterTable
ALTER TABLE "ApiKey" ADD COLUMN     "decoy" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "decoyUsedAt" TIMESTAMPTZ(3);
