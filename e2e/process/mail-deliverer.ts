import { env } from "#lib/config/env.ts";
import { connectDatabase } from "#lib/database/client.ts";
import { startDelivery } from "#lib/mail/deliver.ts";

// Delivers email like the dashboard's process, until it is killed.
connectDatabase(String(env().DATABASE_URL), 4);
startDelivery();
setInterval(() => {}, 1_000);
