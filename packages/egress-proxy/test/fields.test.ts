// Which fields of a message pass to the next hop: what is about one hop, or about framing, stays behind.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isPersistent,
  METHOD_OVERRIDES,
  requestFields,
  responseFields,
  trailerFields,
  valuesOf,
} from "../src/http/fields.ts";

const forwarded = (fields: string[], chunked = false) => requestFields(fields, { host: "up.test", chunked });
const answered = (fields: string[], status = 200) => responseFields({ status, fields });

const ofOneHop = [
  "Connection",
  "Keep-Alive",
  "Proxy-Connection",
  "Proxy-Authorization",
  "Proxy-Authenticate",
  "Proxy-Authentication-Info",
  "Transfer-Encoding",
  "Upgrade",
  "HTTP2-Settings",
];
for (const name of ofOneHop) {
  test(`${name} is about one hop, in any case and any direction`, () => {
    for (const spelled of [name, name.toLowerCase(), name.toUpperCase()]) {
      assert.deepEqual(forwarded(["A", "1", spelled, "x", "Host", "h"]), ["A", "1", "Host", "up.test"]);
      assert.deepEqual(answered(["A", "1", spelled, "x"]), ["A", "1"]);
    }
  });
}

test("of TE only trailers passes to an upstream, and nothing to a client", () => {
  const te = (value: string) => valuesOf(forwarded(["TE", value]), "te");
  for (const value of ["trailers", "gzip, trailers", "Trailers , gzip;q=0.5"])
    assert.deepEqual(te(value), ["trailers"]);
  for (const value of ["gzip", "xtrailers", "trailersx", ""]) assert.deepEqual(te(value), [], value);
  assert.deepEqual(answered(["TE", "trailers"]), []);
});

test("what Connection names goes, wherever and however it is named; nothing else does", () => {
  const fields = ["Connection", "x-one", "X-One", "1", "connection", "close, , X-TWO ", "x-two", "2", "X-Three", "3"];
  assert.deepEqual(forwarded(fields), ["Host", "up.test", "X-Three", "3"]);
  assert.deepEqual(answered(fields), ["X-Three", "3"]);
});

test("Connection cannot name Host, Content-Length or Transfer-Encoding away", () => {
  const fields = ["Connection", "Host, Content-Length", "Host", "client.test", "Content-Length", "5"];
  assert.deepEqual(forwarded(fields), ["Host", "up.test", "Content-Length", "5"]);
  assert.deepEqual(answered(fields), ["Host", "client.test", "Content-Length", "5"]);
  const kept = requestFields(["Connection", "host", "Host", "client.test"], { chunked: false });
  assert.deepEqual(kept, ["Host", "client.test"]);
  const chunked = ["Connection", "Transfer-Encoding", "Transfer-Encoding", "Chunked"];
  assert.deepEqual(forwarded(chunked, true), ["Host", "up.test", "Transfer-Encoding", "chunked"]);
});

test("the upstream gets one Host: the client's is replaced where it stands, a missing one comes first", () => {
  assert.deepEqual(forwarded(["A", "1", "hOST", "client.test"]), ["A", "1", "hOST", "up.test"]);
  assert.deepEqual(forwarded(["A", "1"]), ["Host", "up.test", "A", "1"]);
});

test("where fields that hide a method are to be dropped, all of them are, in any case", () => {
  const fields = ["X-HTTP-Method-Override", "X-Http-Method", "x-method-override"].flatMap((name) => [name, "DELETE"]);
  assert.deepEqual(requestFields(fields, { chunked: false, drop: METHOD_OVERRIDES }), []);
  assert.equal(requestFields(fields, { chunked: false }).length, 6);
});

test("an answer that has no body by its status has no length either, but for 304", () => {
  for (const status of [100, 103, 199, 204]) assert.deepEqual(answered(["Content-Length", "5"], status), []);
  for (const status of [200, 205, 304])
    assert.deepEqual(answered(["Content-Length", "5"], status), ["Content-Length", "5"]);
});

const notInTrailers = [
  ...ofOneHop,
  "TE",
  "X-HTTP-Method-Override",
  "X-HTTP-Method",
  "X-Method-Override",
  "Host",
  "Content-Length",
  "Content-Encoding",
  "Content-Type",
  "Content-Range",
  "Trailer",
  "Authorization",
  "WWW-Authenticate",
  "Cookie",
  "Set-Cookie",
  "Cache-Control",
  "Expect",
  "Max-Forwards",
  "Range",
  "Via",
  "Forwarded",
  "X-Forwarded-For",
  "X-Forwarded-Host",
  "X-Forwarded-Proto",
];
for (const name of notInTrailers) {
  test(`${name} is dropped from trailers, in any case`, () => {
    for (const spelled of [name, name.toLowerCase(), name.toUpperCase()]) {
      assert.deepEqual(trailerFields(["X-Sum", "1", spelled, "x", "ETag", "2"]), ["X-Sum", "1", "ETag", "2"]);
    }
  });
}

test("HTTP/1.1 keeps a connection unless it is told to close it, HTTP/1.0 only when it is asked to keep it", () => {
  const persists = (version: string, ...values: string[]) =>
    isPersistent({ version, fields: values.flatMap((value) => ["connection", value]) });
  assert.equal(persists("1.1"), true);
  assert.equal(persists("1.1", "x-close, keep-alive"), true);
  for (const value of ["close", "Close", "x, close", " close ,x"])
    assert.equal(persists("1.1", "x", value), false, value);
  assert.equal(persists("1.0"), false);
  assert.equal(persists("1.0", "x, Keep-Alive"), true);
});
