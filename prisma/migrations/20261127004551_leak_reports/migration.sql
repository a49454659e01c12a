-- AlterTable
ALTER TABLE "ApiKey" ADD COLUMN     "leakedAt" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "LeakReport" (
    "id" UUID NOT NULL,
    "apiKeyId" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "source" TEXT NOT NULL,
    "url" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "LeakReport_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "LeakReport_apiKeyId_createdAt_idx" ON "LeakReport"("apiKeyId", "createdAt");

-- AddForeignKey
ALTER TABLE "LeakReport" ADD CONSTRAINT "LeakReport_apiKeyId_fkey" FOREIGN KEY ("apiKeyId") REFERENCES "ApiKey"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
