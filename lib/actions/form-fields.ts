/** What a form has sent, by the names of its fields; nothing if it isn't one, because anybody can call an action with anything. */
export function formFields(form: unknown): Record<string, unknown> {
  return form instanceof FormData ? Object.fromEntries(form) : {};
}
