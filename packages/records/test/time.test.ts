import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { TimeReader } from "../src/time/reader.ts";

const now = () => Date.UTC(2026, 0, 5, 12);

describe("reading times", () => {
  const table: [string, string | undefined][] = [
    ["2024-04-22T14:29:49Z", "2024-04-22T14:29:49.000Z"],
    ["2024-04-22t14:29:49z", "2024-04-22T14:29:49.000Z"],
    ["2024-04-22 14:29:49.718 +00:00", "2024-04-22T14:29:49.718Z"],
    ["2024-04-22 14:29:49,718", "2024-04-22T14:29:49.718Z"],
    ["2024-04-22T14:29:49.120300+05:30", "2024-04-22T08:59:49.120300Z"],
    ["2024-04-22T14:29:49.1+0530", "2024-04-22T08:59:49.1Z"],
    ["2024-04-22 14:29:49+00", "2024-04-22T14:29:49.000Z"],
    ["2024-04-22 14:29:49.123456789123 UTC", "2024-04-22T14:29:49.123456789Z"],
    ["2024/04/22 14:29:49", "2024-04-22T14:29:49.000Z"],
    ["2024-04-22T14:29Z", "2024-04-22T14:29:00.000Z"],
    ["2024-04-22", "2024-04-22T00:00:00.000Z"],
    ["20240422T142949Z", "2024-04-22T14:29:49.000Z"],
    ["22/Apr/2024:14:29:49 -0700", "2024-04-22T21:29:49.000Z"],
    ["Mon, 22 Apr 2024 14:29:49 GMT", "2024-04-22T14:29:49.000Z"],
    ["Monday, 22-Apr-24 14:29:49 GMT", "2024-04-22T14:29:49.000Z"],
    ["Mon Apr 22 14:29:49 UTC 2024", "2024-04-22T14:29:49.000Z"],
    ["Mon Apr 22 14:29:49.123456 2024", "2024-04-22T14:29:49.123456Z"],
    ["Mon Apr 22 14:29:49 CEST 2024", "2024-04-22T12:29:49.000Z"],
    ["22-Apr-2024 14:29:49 Europe/Berlin", "2024-04-22T12:29:49.000Z"],
    ["22 Apr 2024 14:29:49.718", "2024-04-22T14:29:49.718Z"],
    ["Apr 22, 2024 2:29:49 PM", "2024-04-22T14:29:49.000Z"],
    ["22/04/2024 14:29:49", "2024-04-22T14:29:49.000Z"],
    ["04/22/2024 12:29:49 AM", "2024-04-22T00:29:49.000Z"],
    ["03.04.2024 14:29:49", "2024-04-03T14:29:49.000Z"],
    ["2024-02-29 00:00:00", "2024-02-29T00:00:00.000Z"],
    ["2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"],
    ["14:29:49.5", "2026-01-05T14:29:49.5Z"],
    // Counts since 1970, by their digits.
    ["1713796189", "2024-04-22T14:29:49.000Z"],
    ["1713796189.7181234", "2024-04-22T14:29:49.7181234Z"],
    ["1713796189718", "2024-04-22T14:29:49.718Z"],
    ["1713796189718.25", "2024-04-22T14:29:49.71825Z"],
    ["1713796189718123", "2024-04-22T14:29:49.718123Z"],
    ["1713796189718123456", "2024-04-22T14:29:49.718123456Z"],
    ["1.7137961897181234e+09", "2024-04-22T14:29:49.7181234Z"],
    ["1.713796189e9", "2024-04-22T14:29:49.000Z"],
    // Not times, or not one time.
    ["03/04/2024 14:29:49", undefined],
    ["2023-02-29 00:00:00", undefined],
    ["2024-13-01 00:00:00", undefined],
    ["2024-04-31 00:00:00", undefined],
    ["2024-04-22 24:00:00", undefined],
    ["2024-04-22 14:60:00", undefined],
    ["4/22/2024 13:29:49 PM", undefined],
    ["2024-04-22T14:29:49Zulu", undefined],
    ["2024-04-22 14:29:49 Mars/Olympus", undefined],
    ["12345", undefined],
    ["-1713796189", undefined],
    ["yesterday", undefined],
    ["", undefined],
  ];
  for (const [text, expected] of table) {
    it(`makes ${expected ?? "nothing"} of ${JSON.stringify(text)}`, () => {
      const reader = new TimeReader({ now });
      assert.equal(reader.read(text), expected);
      assert.equal(reader.read(text), expected);
    });
  }

  it("gives the same whatever was read before", () => {
    const texts = table.map(([text]) => text);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...texts)), (list) => {
        const reader = new TimeReader({ now });
        for (const text of list) assert.equal(reader.read(text), new TimeReader({ now }).read(text), text);
      }),
    );
  });

  it("agrees with Date for every instant, and carries over from one time to the next", () => {
    const reader = new TimeReader();
    fc.assert(
      fc.property(
        fc.date({ min: new Date(0), max: new Date("2099-12-31"), noInvalidDate: true }),
        fc.nat(120_000),
        (date, step) => {
          for (const instant of [date, new Date(date.getTime() + step)]) {
            assert.equal(reader.read(instant.toISOString()), instant.toISOString());
            assert.equal(reader.read(instant.toISOString().replace("T", " ").replace("Z", "")), instant.toISOString());
          }
        },
      ),
    );
  });

  it("finds a time at the start of a longer text, as long as it can be", () => {
    const reader = new TimeReader();
    for (let round = 0; round < 2; round++) {
      for (const [text, time, rest] of [
        ["x 2024-04-22 14:29:49,718 INFO", "2024-04-22T14:29:49.718Z", " INFO"],
        ["x 2024-04-22 14:29:49 +02:00 [INF]", "2024-04-22T12:29:49.000Z", " [INF]"],
        ["x 2024-04-22 14:29:49 UTC [1]", "2024-04-22T14:29:49.000Z", " [1]"],
        ["x 2024-04-22 14:29:50 2", "2024-04-22T14:29:50.000Z", " 2"],
      ] as const) {
        const found = reader.find(text, 2);
        assert.equal(found?.time, time);
        assert.equal(text.slice(found?.end), rest);
      }
    }
  });
});

describe("times without an offset", () => {
  const newYork = () => new TimeReader({ zone: "America/New_York", now });

  it("are read in the zone, in summer and in winter", () => {
    assert.equal(newYork().read("2024-07-01 16:17:03"), "2024-07-01T20:17:03.000Z");
    assert.equal(newYork().read("2024-01-01 16:17:03"), "2024-01-01T21:17:03.000Z");
    assert.equal(newYork().read("2024-07-01 16:17:03 +02:00"), "2024-07-01T14:17:03.000Z");
    assert.equal(new TimeReader({ zone: "asia/kathmandu" }).read("2024-07-01 00:00:00"), "2024-06-30T18:15:00.000Z");
  });

  it("move forward when the clocks skipped them", () => {
    assert.equal(newYork().read("2024-03-10 01:59:59"), "2024-03-10T06:59:59.000Z");
    assert.equal(newYork().read("2024-03-10 02:30:00"), "2024-03-10T07:30:00.000Z");
    assert.equal(newYork().read("2024-03-10 03:00:00"), "2024-03-10T07:00:00.000Z");
  });

  it("have the earlier offset when the clocks showed them twice", () => {
    const reader = newYork();
    assert.equal(reader.read("2024-11-03 00:59:59"), "2024-11-03T04:59:59.000Z");
    assert.equal(reader.read("2024-11-03 01:30:00"), "2024-11-03T05:30:00.000Z");
    assert.equal(reader.read("2024-11-03 02:00:00"), "2024-11-03T07:00:00.000Z");
    const lordHowe = new TimeReader({ zone: "Australia/Lord_Howe" });
    assert.equal(lordHowe.read("2024-04-07 01:45:00"), "2024-04-06T14:45:00.000Z");
  });

  it("agree with Intl in every zone", () => {
    const zones = Intl.supportedValuesOf("timeZone");
    const instants = fc.integer({ min: Date.UTC(1975, 0), max: Date.UTC(2037, 0) });
    fc.assert(
      fc.property(fc.constantFrom(...zones), instants, (zone, instant) => {
        const format = new Intl.DateTimeFormat("sv", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
        const shown = format.format(instant);
        const read = new TimeReader({ zone }).read(shown);
        assert.ok(read !== undefined);
        assert.equal(format.format(Date.parse(read)), shown);
      }),
    );
  });

  it("are refused in an unknown zone", () => {
    assert.throws(
      () => new TimeReader({ zone: "Mars/Olympus" }),
      /unknown time zone "Mars\/Olympus": write an IANA name/,
    );
  });
});

describe("times without a year", () => {
  const at = (current: string) => new TimeReader({ now: () => Date.parse(current) });

  it("are of the latest year that is not more than a day ahead", () => {
    assert.equal(at("2026-01-05T00:00:00Z").read("Dec 31 23:59:59"), "2025-12-31T23:59:59.000Z");
    assert.equal(at("2025-12-31T12:00:00Z").read("Jan  1 11:59:59"), "2026-01-01T11:59:59.000Z");
    assert.equal(at("2025-12-31T12:00:00Z").read("Jan  1 12:00:01"), "2025-01-01T12:00:01.000Z");
    assert.equal(at("2026-03-01T00:00:00Z").read("Feb 29 10:00:00"), "2024-02-29T10:00:00.000Z");
  });

  it("are of today when they have no date either, also after midnight", () => {
    let current = "2026-01-05T23:59:00Z";
    const reader = new TimeReader({ now: () => Date.parse(current) });
    assert.equal(reader.read("23:58:59"), "2026-01-05T23:58:59.000Z");
    current = "2026-01-06T00:01:00Z";
    assert.equal(reader.read("00:00:30"), "2026-01-06T00:00:30.000Z");
    assert.equal(reader.read("23:58:59"), "2026-01-06T23:58:59.000Z");
    const tokyo = new TimeReader({ zone: "Asia/Tokyo", now: () => Date.parse("2026-01-05T20:00:00Z") });
    assert.equal(tokyo.read("04:00:00"), "2026-01-05T19:00:00.000Z");
  });
});

describe("declared formats", () => {
  const read = (formats: string[], text: string) => new TimeReader({ formats, now }).read(text);

  it("settle what auto leaves open", () => {
    assert.equal(read(["dd/MM/yyyy HH:mm:ss", "auto"], "03/04/2024 14:29:49"), "2024-04-03T14:29:49.000Z");
    assert.equal(read(["MM/dd/yyyy HH:mm:ss", "auto"], "03/04/2024 14:29:49"), "2024-03-04T14:29:49.000Z");
    assert.equal(read(["dd/MM/yyyy HH:mm:ss", "auto"], "2024-04-22 14:29:49"), "2024-04-22T14:29:49.000Z");
    assert.equal(read(["dd/MM/yyyy HH:mm:ss"], "2024-04-22 14:29:49"), undefined);
  });

  it("are pattern letters or those of strftime", () => {
    for (const [format, text] of [
      ["yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2024-04-22T16:29:49.718+02:00"],
      ["d. MMMM yyyy 'at' h:mm:ss.fff tt zzz", "22. April 2024 at 2:29:49.718 PM +00:00"],
      ["EEE MMM d HH:mm:ss,SSS yyyy", "Mon Apr 22 14:29:49,718 2024"],
      ["%d/%b/%Y:%H:%M:%S.%f %z", "22/Apr/2024:14:29:49.718 +0000"],
      ["%A, %e %B %y %I:%M:%S.%L %p", "Monday, 22 April 24 02:29:49.718 PM"],
      ["%F %T.%N", "2024-04-22 14:29:49.718"],
    ] as const) {
      assert.equal(read([format], text), "2024-04-22T14:29:49.718Z", format);
    }
  });

  it("are refused when they are not understood", () => {
    assert.throws(() => read(["yyyy-QQ"], ""), /time format "yyyy-QQ": "QQ" is not known: write one of yyyy/);
    assert.throws(() => read(["%Y-%Q"], ""), /"%Q" is not known: write one of %Y/);
    assert.throws(() => read(["HH:mm HH"], ""), /a part of the time is there twice/);
  });
});
