import { Ask } from "#components/ui/ask.ts";

// What the command palette and the user menu ask of other parts of the page.
export const createKeyAsk = new Ask();
export const paletteAsk = new Ask();
export const shortcutsAsk = new Ask();
