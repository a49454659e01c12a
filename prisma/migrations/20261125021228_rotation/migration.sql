-- AlterTable
ALTER TABLE "ApiKey" ADD COLUMN     "endsOnUse" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "replacesId" UUID;

-- AlterTable
ALTER TABLE "UsageCaller" ADD COLUMN     "requests" INTEGER NOT NULL DEFAULT 0;

-- CreateIndex
CREATE UNIQUE INDEX "ApiKey_replacesId_key" ON "ApiKey"("replacesId");

-- AddForeignKey
ALTER TABLE "ApiKey" ADD CONSTRAINT "ApiKey_replacesId_fkey" FOREIGN KEY ("replacesId") REFERENCES "ApiKey"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Rows that are updated again and again find room for their next version on their own page, and no index has to learn of it.
ALTER TABLE "ApiKey" SET (fillfactor = 70);
ALTER TABLE "UsageHour" SET (fillfactor = 70);
ALTER TABLE "UsageDay" SET (fillfactor = 70);
ALTER TABLE "UsageCaller" SET (fillfactor = 70);
ALTER TABLE "Balance" SET (fillfactor = 70);
