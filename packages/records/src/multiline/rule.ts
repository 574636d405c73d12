import { type Classifier, continuesWith, startsWith } from "./classifier.ts";
import { dotnet } from "./dotnet.ts";
import { go } from "./go.ts";
import { java } from "./java.ts";
import { node } from "./node.ts";
import { php } from "./php.ts";
import { python } from "./python.ts";
import { ruby } from "./ruby.ts";
import { rust } from "./rust.ts";
import { startsWithTimestamp } from "./timestamp.ts";

/** A line that starts with a timestamp begins a record, all others continue it (blank and indented ones too). */
const auto = (): Classifier => ({
  judge: (line) => (startsWithTimestamp(line) ? "begins" : "continues"),
  reset: () => {},
});

const presets = { auto, java, python, dotnet, node, go, ruby, php, rust };

/** Heads and frames are short; the patterns of the presets never see more of a line than this. */
const judgedLength = 2048;

export type MultilinePreset = keyof typeof presets;

/** The names that `multiline` takes beside `none`. */
export const multilinePresets = Object.keys(presets) as readonly MultilinePreset[];

/** How lines become records: by a preset, by what first lines look like, or by what the others look like. */
export type MultilineRule =
  | { readonly preset: MultilinePreset }
  | { readonly start: RegExp }
  | { readonly continue: RegExp };

/** A new classifier for the lines of one file. */
export function classifierOf(rule: MultilineRule): Classifier {
  if ("preset" in rule) return onBeginnings(presets[rule.preset]());
  return "start" in rule ? startsWith(rule.start) : continuesWith(rule.continue);
}

function onBeginnings(classifier: Classifier): Classifier {
  return {
    judge: (line) => classifier.judge(line.length > judgedLength ? line.slice(0, judgedLength) : line),
    reset: () => classifier.reset(),
  };
}
