-- AlterTable
ALTER TABLE "Balance" ADD COLUMN     "afterAdding" INTEGER;

-- AlterTable
ALTER TABLE "User" ADD COLUMN     "mutedNotices" TEXT NOT NULL DEFAULT '';

-- CreateTable
CREATE TABLE "ExpiryNotice" (
    "apiKeyId" UUID NOT NULL,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "daysBefore" INTEGER NOT NULL,

    CONSTRAINT "ExpiryNotice_pkey" PRIMARY KEY ("apiKeyId")
);

-- CreateTable
CREATE TABLE "KeyNetwork" (
    "apiKeyId" UUID NOT NULL,
    "addressPrefix" TEXT NOT NULL,
    "firstSeenAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "KeyNetwork_pkey" PRIMARY KEY ("apiKeyId","addressPrefix")
);

-- CreateTable
CREATE TABLE "SpendingNotice" (
    "userId" UUID NOT NULL,
    "credits" INTEGER NOT NULL,
    "creditsLevel" INTEGER NOT NULL,
    "month" DATE NOT NULL,
    "quotaLevel" INTEGER NOT NULL,

    CONSTRAINT "SpendingNotice_pkey" PRIMARY KEY ("userId")
);

-- CreateTable
CREATE TABLE "SpendingCapNotice" (
    "apiKeyId" UUID NOT NULL,
    "month" DATE NOT NULL,
    "credits" INTEGER NOT NULL,

    CONSTRAINT "SpendingCapNotice_pkey" PRIMARY KEY ("apiKeyId")
);
