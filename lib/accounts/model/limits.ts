// Apart from the schema, so that a form that names a limit loads no Zod, a third of a page's code.

export const PASSWORD_MIN = 10;
export const PASSWORD_MAX = 200;
export const NAME_MAX = 64;
export const EMAIL_MAX = 254;
/** A session younger than this confirms a user who has no password. */
export const FRESH_MINUTES = 10;
