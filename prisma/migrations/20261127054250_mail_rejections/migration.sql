-- AlterTable
ALTER TABLE "Mail" ADD COLUMN     "rejections" INTEGER NOT NULL DEFAULT 0;
