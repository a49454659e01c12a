-- CreateEnum
CREATE TYPE "MailOutcome" AS ENUM ('sent', 'failed', 'digested');

-- CreateTable
CREATE TABLE "Mail" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "userId" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "data" JSONB NOT NULL,
    "recipient" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "dueAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "giveUpAt" TIMESTAMPTZ(3) NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "handedOverAt" TIMESTAMPTZ(3),
    "maybeSent" BOOLEAN NOT NULL DEFAULT false,
    "problem" TEXT,
    "endedAt" TIMESTAMPTZ(3),
    "outcome" "MailOutcome",
    "digestId" UUID,

    CONSTRAINT "Mail_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Mail_waiting_idx" ON "Mail"("dueAt") WHERE ("endedAt" IS NULL);

-- CreateIndex
CREATE INDEX "Mail_userId_createdAt_idx" ON "Mail"("userId", "createdAt");

-- CreateIndex
CREATE INDEX "Mail_endedAt_idx" ON "Mail"("endedAt");

-- CreateIndex
CREATE INDEX "Mail_digestId_idx" ON "Mail"("digestId");
