import { z } from "zod";
import { NOTICE_SETTINGS } from "#lib/mail/model/notice-settings.ts";

/** The form of the account page: a checked box for each notice that stays on. */
export const noticesInput = z.partialRecord(z.enum(NOTICE_SETTINGS), z.literal("on"));

/** The form of the page that a mail's unsubscribe link shows. */
export const unsubscribeInput = z.object({ token: z.string().max(300) });
