/**
 * Places a dialog at the bottom of a phone's window, else in the upper half. A focused field is
 * scrolled out from under the footer. A container, so that its parts can adapt to large text.
 */
export const DIALOG_PLACE =
  "@container fixed inset-x-0 bottom-0 z-40 mx-auto max-h-[92dvh] w-full overflow-y-auto scroll-pb-40 overscroll-contain rounded-t-2xl bg-surface shadow-overlay outline-none sm:top-[max(4dvh,calc(42dvh-18rem))] sm:bottom-auto sm:max-h-[calc(96dvh-max(4dvh,42dvh-18rem))] sm:rounded-2xl";

export const DIALOG_WIDTHS = { small: "sm:max-w-md", medium: "sm:max-w-lg", large: "sm:max-w-2xl" };
