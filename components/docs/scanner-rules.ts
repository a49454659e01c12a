import { KEY_GRAMMAR } from "#lib/api-keys/model/key-text.ts";

// Rules with which scanners find keys, built from the grammar of a key. They don't verify the
// checksum, because a regular expression can't.

/** A whole key, without anchors. */
const KEY = KEY_GRAMMAR.source.slice(1, -1);
/** A key that isn't part of a longer word. Go's engine has word boundaries but no lookaround. */
const ALONE = `\\b${KEY}\\b`;
const GROUP = `\\b(${KEY})\\b`;

/** Each scanner's file and its content. */
export const SCANNER_RULES = {
  gitleaks: {
    file: ".gitleaks.toml",
    language: "ini",
    text: `[extend]
useDefault = true

[[rules]]
id = "goodtake-api-key"
description = "GoodTake API key"
regex = '''${GROUP}'''
keywords = ["gt_"]`,
  },
  trufflehog: {
    file: "trufflehog.yaml",
    language: "yaml",
    text: `detectors:
  - name: GoodTake API key
    keywords:
      - gt_
    regex:
      key: '${GROUP}'`,
  },
  secretlint: {
    file: ".secretlintrc.json",
    language: "json",
    text: JSON.stringify(
      {
        rules: [
          {
            id: "@secretlint/secretlint-rule-pattern",
            options: { patterns: [{ name: "GoodTake API key", patterns: [`/${ALONE}/`] }] },
          },
        ],
      },
      null,
      2,
    ),
  },
  preCommit: {
    file: ".pre-commit-config.yaml",
    language: "yaml",
    text: `repos:
  - repo: local
    hooks:
      - id: goodtake-api-key
        name: No GoodTake API keys
        language: pygrep
        entry: '${ALONE}'
        types: [text]`,
  },
} as const;

/** The fields of GitHub's form for a custom pattern. The last two are its defaults. */
export const GITHUB_PATTERN = {
  "Pattern name": "GoodTake API key",
  "Secret format": KEY,
  "Before secret": "\\A|[^0-9A-Za-z]",
  "After secret": "\\z|[^0-9A-Za-z]",
} as const;
