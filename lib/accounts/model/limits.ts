// Apart from the schema, so that a form that names a limit does not bring Zod to the browser, which is a third of a page's code.

export const PASSWORD_MIN = 10;
export const PASSWORD_MAX = 200;
export const NAME_MAX = 64;
export const EMAIL_MAX = 254;
/** Who has no password proves who it is by having signed in so lately. */
export const FRESH_MINUTES = 10;
