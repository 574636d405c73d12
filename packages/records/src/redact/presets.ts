import { replaceCards } from "./card.ts";
import { replaceEmails } from "./email.ts";
import { type RedactionRule, redacted } from "./rule.ts";

const bearerToken = /\b(bearer(?:[ \t]+|%20))[\w.~+/=-]+/gi;
// The last `@` before the path ends the password, which may hold one itself.
const urlPassword = /(:\/\/[^\s/?#:@"'<>]*:)[^\s/?#"'<>]+@/g;
// Three parts, or five of an encrypted one. Not behind a character of the alphabet: every run is looked at once.
const token = /(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*(?:\.[\w-]+\.[\w-]+)?/g;
const accessKey = /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g;
const secretKey = /(secret_?(?:access_?)?key["']?[ \t]*[=:][ \t]*["']?)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])/gi;

/** The secrets that `redact` knows by name. Only the secret goes, not the words that tell what it was. */
export const redactionPresets = {
  bearer: {
    literals: ["earer", "EARER"],
    replace: (line) => line.replace(bearerToken, `$1${redacted}`),
  },
  "basic-auth-url": {
    literals: ["://"],
    replace: (line) => line.replace(urlPassword, `$1${redacted}@`),
  },
  jwt: {
    literals: ["eyJ"],
    replace: (line) => line.replace(token, redacted),
  },
  "aws-key": {
    literals: ["AKIA", "ASIA", "ecret", "ECRET"],
    replace: (line) => line.replace(accessKey, redacted).replace(secretKey, `$1${redacted}`),
  },
  card: { literals: [], replace: replaceCards },
  email: { literals: ["@"], replace: replaceEmails },
} as const satisfies Record<string, RedactionRule>;

export type RedactionPreset = keyof typeof redactionPresets;

/** The names of the presets. */
export const redactionPresetNames = Object.keys(redactionPresets) as readonly RedactionPreset[];
