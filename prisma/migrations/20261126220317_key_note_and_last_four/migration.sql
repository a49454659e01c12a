-- AlterTable
ALTER TABLE "ApiKey" ADD COLUMN     "lastFour" TEXT,
ADD COLUMN     "note" TEXT NOT NULL DEFAULT '';
