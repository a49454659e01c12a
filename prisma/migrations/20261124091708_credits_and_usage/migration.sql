-- CreateEnum
CREATE TYPE "CreditMovementKind" AS ENUM ('signup', 'granted', 'charged', 'refunded');

-- CreateTable
CREATE TABLE "Balance" (
    "userId" UUID NOT NULL,
    "credits" INTEGER NOT NULL,
    "month" DATE NOT NULL,
    "requests" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Balance_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE "CreditMovement" (
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "userId" UUID NOT NULL,
    "kind" "CreditMovementKind" NOT NULL,
    "amount" INTEGER NOT NULL,
    "apiKeyId" UUID,
    "reservationId" UUID,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "CreditMovement_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Reservation" (
    "id" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "apiKeyId" UUID NOT NULL,
    "credits" INTEGER NOT NULL,
    "month" DATE NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Reservation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "IdempotencyRecord" (
    "userId" UUID NOT NULL,
    "key" TEXT NOT NULL,
    "fingerprint" BYTEA NOT NULL,
    "reservationId" UUID,
    "answer" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "IdempotencyRecord_pkey" PRIMARY KEY ("userId","key")
);

-- CreateTable
CREATE TABLE "UsageHour" (
    "apiKeyId" UUID NOT NULL,
    "hour" TIMESTAMPTZ(0) NOT NULL,
    "outcome" TEXT NOT NULL,
    "requests" INTEGER NOT NULL,

    CONSTRAINT "UsageHour_pkey" PRIMARY KEY ("apiKeyId","hour","outcome")
);

-- CreateTable
CREATE TABLE "UsageDay" (
    "apiKeyId" UUID NOT NULL,
    "day" DATE NOT NULL,
    "outcome" TEXT NOT NULL,
    "requests" INTEGER NOT NULL,

    CONSTRAINT "UsageDay_pkey" PRIMARY KEY ("apiKeyId","day","outcome")
);

-- CreateTable
CREATE TABLE "UsageCaller" (
    "apiKeyId" UUID NOT NULL,
    "addressPrefix" TEXT NOT NULL,
    "userAgent" TEXT NOT NULL,
    "route" TEXT NOT NULL,
    "lastSeenAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "UsageCaller_pkey" PRIMARY KEY ("apiKeyId","addressPrefix","userAgent","route")
);

-- CreateTable
CREATE TABLE "Refusal" (
    "requestId" UUID NOT NULL,
    "userId" UUID NOT NULL,
    "apiKeyId" UUID NOT NULL,
    "cause" TEXT NOT NULL,
    "route" TEXT NOT NULL,
    "addressPrefix" TEXT NOT NULL,
    "userAgent" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "Refusal_pkey" PRIMARY KEY ("requestId")
);

-- CreateTable
CREATE TABLE "UsageBatch" (
    "id" UUID NOT NULL,
    "writtenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "UsageBatch_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "CreditMovement_userId_createdAt_idx" ON "CreditMovement"("userId", "createdAt");

-- CreateIndex
CREATE INDEX "Reservation_expiresAt_idx" ON "Reservation"("expiresAt");

-- CreateIndex
CREATE INDEX "IdempotencyRecord_reservationId_idx" ON "IdempotencyRecord"("reservationId");

-- CreateIndex
CREATE INDEX "IdempotencyRecord_createdAt_idx" ON "IdempotencyRecord"("createdAt");

-- CreateIndex
CREATE INDEX "UsageHour_hour_idx" ON "UsageHour"("hour");

-- CreateIndex
CREATE INDEX "UsageDay_day_idx" ON "UsageDay"("day");

-- CreateIndex
CREATE INDEX "Refusal_userId_createdAt_idx" ON "Refusal"("userId", "createdAt");

-- CreateIndex
CREATE INDEX "UsageBatch_writtenAt_idx" ON "UsageBatch"("writtenAt");

-- AddForeignKey
ALTER TABLE "Balance" ADD CONSTRAINT "Balance_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "CreditMovement" ADD CONSTRAINT "CreditMovement_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Reservation" ADD CONSTRAINT "Reservation_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "IdempotencyRecord" ADD CONSTRAINT "IdempotencyRecord_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "IdempotencyRecord" ADD CONSTRAINT "IdempotencyRecord_reservationId_fkey" FOREIGN KEY ("reservationId") REFERENCES "Reservation"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Credits are never below zero, whatever the code does.
ALTER TABLE "Balance" ADD CONSTRAINT "Balance_credits_not_negative" CHECK ("credits" >= 0);
ALTER TABLE "Reservation" ADD CONSTRAINT "Reservation_credits_positive" CHECK ("credits" > 0);

-- The ledger is append-only.
CREATE FUNCTION "keep_credit_movements"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'credit movements can not be changed or deleted';
END $$;

CREATE TRIGGER "keep_credit_movements" BEFORE UPDATE OR DELETE ON "CreditMovement"
  FOR EACH ROW EXECUTE FUNCTION "keep_credit_movements"();

CREATE TRIGGER "keep_credit_movements_whole" BEFORE TRUNCATE ON "CreditMovement"
  FOR EACH STATEMENT EXECUTE FUNCTION "keep_credit_movements"();

-- Accounts from before there were credits get what the default first tier gives a sign-up.
INSERT INTO "Balance" ("userId", "credits", "month")
  SELECT "id", 100, date_trunc('month', now() AT TIME ZONE 'UTC')::date FROM "User";
INSERT INTO "CreditMovement" ("userId", "kind", "amount") SELECT "id", 'signup', 100 FROM "User";
