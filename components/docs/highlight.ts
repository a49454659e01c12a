import highlighter from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import go from "highlight.js/lib/languages/go";
import http from "highlight.js/lib/languages/http";
import ini from "highlight.js/lib/languages/ini";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import nginx from "highlight.js/lib/languages/nginx";
import python from "highlight.js/lib/languages/python";
import yaml from "highlight.js/lib/languages/yaml";

const LANGUAGES = { bash, go, http, ini, javascript, json, nginx, python, yaml };
for (const [name, language] of Object.entries(LANGUAGES)) highlighter.registerLanguage(name, language);

/**
 * Returns code as HTML with classes for its colors (`code-colors.css`). Runs on the server only:
 * Shiki needed four times as long for the first page, and would be a package of the image.
 *
 * @throws {Error} if the language is not one of the nine.
 */
export function highlight(code: string, language: string): string {
  return highlighter.highlight(code, { language }).value;
}
