-- DropForeignKey
ALTER TABLE "CreditMovement" DROP CONSTRAINT "CreditMovement_userId_fkey";
