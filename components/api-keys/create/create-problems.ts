import { NO_ROOM } from "#components/api-keys/create/no-room.tsx";

/** The problems that every new key may have. */
export const CREATE_PROBLEMS = {
  ...NO_ROOM,
  invalid: { form: "Something in the form is not valid." },
  session_over: { form: "You've been signed out. Sign in to continue." },
};
