/** The key id in `CreditDay` of movements that no key made: sign-up credits and grants. */
export const NO_KEY = "00000000-0000-0000-0000-000000000000";
