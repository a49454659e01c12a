import { flushSync } from "react-dom";

/** Shows the problems of a form by `show`, and moves the focus to the first field that has one. */
export function showProblems(form: HTMLFormElement, show: () => void): void {
  flushSync(show);
  form.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
}
