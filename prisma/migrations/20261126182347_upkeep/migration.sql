-- CreateTable
CREATE TABLE "UpkeepWalk" (
    "walk" TEXT NOT NULL,
    "after" TEXT[],

    CONSTRAINT "UpkeepWalk_pkey" PRIMARY KEY ("walk")
);
