/** The classes of a text field, in a module that server components can import. */
export const INPUT_CLASS =
  "h-9 w-full min-w-0 rounded-lg border border-control bg-surface px-3 shadow-control transition-colors placeholder:text-muted hover:border-muted focus-visible:border-accent focus-visible:outline-offset-0 aria-invalid:border-danger aria-invalid:outline-danger";
