import { z } from "zod";
import { NOTICE_SETTINGS } from "#lib/mail/model/notice-settings.ts";

/** The form on the account page: a checked box for each notice that stays on. */
export const noticesInput = z.partialRecord(z.enum(NOTICE_SETTINGS), z.literal("on"));

/** The form on the page that an unsubscribe link opens. */
export const unsubscribeInput = z.object({ token: z.string().max(300) });
