-- AlterTable
ALTER TABLE "ApiKey" ADD COLUMN     "enabledAt" TIMESTAMPTZ(3);

-- CreateTable
CREATE TABLE "IdleNotice" (
    "apiKeyId" UUID NOT NULL,
    "idleSince" TIMESTAMPTZ(3) NOT NULL,
    "daysBefore" INTEGER NOT NULL,
    "disablesAt" TIMESTAMPTZ(3) NOT NULL,
    "noticedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "IdleNotice_pkey" PRIMARY KEY ("apiKeyId")
);

-- CreateTable
CREATE TABLE "IdleCount" (
    "id" BOOLEAN NOT NULL DEFAULT true,
    "since" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "IdleCount_pkey" PRIMARY KEY ("id")
);
