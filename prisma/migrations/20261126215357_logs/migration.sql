-- AlterTable
ALTER TABLE "Refusal" ADD COLUMN     "status" SMALLINT;

-- CreateTable
CREATE TABLE "RequestSample" (
    "apiKeyId" UUID NOT NULL,
    "minute" TIMESTAMPTZ(0) NOT NULL,
    "requestId" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "status" SMALLINT NOT NULL,
    "route" TEXT NOT NULL,
    "addressPrefix" TEXT NOT NULL,
    "userAgent" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "RequestSample_pkey" PRIMARY KEY ("apiKeyId","minute")
);

-- CreateIndex
CREATE INDEX "RequestSample_userId_createdAt_requestId_idx" ON "RequestSample"("userId", "createdAt", "requestId");
