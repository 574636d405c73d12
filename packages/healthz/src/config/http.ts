import {
  anything,
  either,
  type Infer,
  Invalid,
  integer,
  list,
  map,
  normalize,
  object,
  optional,
  refine,
  regex,
  secret,
  short,
  text,
  withDefault,
} from "@outrigger/runtime/schema";
import type { HttpSpec, StatusRange } from "../checks/http.ts";
import { plainHttp } from "../checks/http-spec.ts";
import { parseJsonPath } from "../checks/json-path.ts";
import { parseHttpUrl } from "./targets.ts";
import { tls } from "./tls.ts";

const URL_EXPECTED = "an http:// or https:// URL";
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

const url = normalize(text("The URL to ask.", { expected: URL_EXPECTED }), parseHttpUrl);

const statusItem = either("One status, or a range of them.", [
  integer("A status.", { min: 100, max: 599 }),
  text("A status or a range.", {
    // As in the environment, where a list is text with commas.
    pattern: /^[1-5]\d\d(-[1-5]\d\d)?( *, *[1-5]\d\d(-[1-5]\d\d)?)*$/,
    expected: 'a status such as 204, or a range such as "200-399"',
  }),
]);

const status = normalize(
  either("The statuses that are good: a number, a range, or a list of both.", [
    statusItem,
    list("Several of them.", statusItem, { min: 1 }),
  ]),
  (value): StatusRange[] =>
    [value]
      .flat()
      .flatMap((item) => String(item).split(","))
      .map(parseRange),
);

function parseRange(value: string): StatusRange {
  const [from = 0, to = from] = value.split("-").map(Number);
  if (from > to) throw new Invalid(`the range ${value.trim()} is empty; write the smaller status first`);
  return [from, to];
}

const json = refine(
  object("A value that the JSON body must hold.", {
    path: normalize(text("Where it is, such as `$.status` or `$.a[0]['b c']`."), (source) => {
      const path = parseJsonPath(source);
      if (path === undefined) throw new Invalid("must be a path such as $.status or $.a[0]['b c']");
      return path;
    }),
    equals: anything("The value; its type counts too."),
  }),
  (value) => (value.equals === undefined ? [[["equals"], "is missing: write the value that is good"]] : undefined),
);

const full = object("An HTTP question in full.", {
  url,
  method: withDefault(text("The request method.", { pattern: TOKEN, expected: "a method such as GET" }), "GET"),
  headers: withDefault(
    map("Request headers. The values are secret.", secret("The header's value."), {
      key: TOKEN,
      keyExpected: "must be a header name",
    }),
    {},
  ),
  status: withDefault(status, "200-399"),
  body: optional(regex("Must match the body, of which the first mebibyte is read.")),
  json: optional(json),
  tls: withDefault(tls, {}),
});

/** The value of `http:` in a check. */
export const http = normalize(
  either("Ask over HTTP: a URL, or a mapping with what to send and expect.", [
    short(url, (value) => ({ url: value })),
    full,
  ]),
  (value: Infer<typeof url> | Infer<typeof full>): HttpSpec =>
    typeof value === "string" ? plainHttp(value) : { type: "http", ...value },
);
