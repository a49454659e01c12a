DROP TABLE "CreditDayProgress";
ALTER TABLE "CreditMovement" DROP COLUMN "inCreditDay";
