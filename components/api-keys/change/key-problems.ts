/** The problems that every change of a key may have. */
export const KEY_PROBLEMS = {
  invalid: { form: "The server can't read this request. Reload the page and try again." },
  not_found: { form: "This key is no longer in your list. It may have been deleted elsewhere." },
};
