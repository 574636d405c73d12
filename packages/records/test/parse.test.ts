import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { readObject } from "../src/parse/json-object.ts";
import { type ParseRule, parsePresets, parserOf } from "../src/parse/parser.ts";
import { TimeReader } from "../src/time/reader.ts";

const now = () => Date.UTC(2026, 0, 5, 12);

/** What a parser makes of a line, with the fields as JSON text. */
function parse(rule: ParseRule, line: string) {
  const record = parserOf(rule, new TimeReader({ now }))(line);
  return record && { time: record.time, level: record.level, message: record.message, fields: `{${record.fields}}` };
}

/** The same with the fields as values. */
function parsed(rule: ParseRule, line: string) {
  const record = parse(rule, line);
  assert.ok(record, line);
  return { ...record, fields: JSON.parse(record.fields) as Record<string, unknown> };
}

const time = "2024-04-22T14:29:49.718Z";

describe("json", () => {
  it("takes time, level and message by their names, and leaves the rest with types, nesting and spelling", () => {
    const rest =
      '"id":12345678901234567890,"price":1.50,"big":1e3,"neg":-0,"user":{"name":"bob","tags":[1.0,null]},"ok":true';
    assert.deepEqual(parse("json", `{"time":"${time}","level":"Warning","msg":"hi \\"there\\"",${rest}}`), {
      time,
      level: "warn",
      message: 'hi "there"',
      fields: `{${rest}}`,
    });
  });

  it("knows every name of the three, and prefers the first of a list", () => {
    for (const name of ["time", "timestamp", "@timestamp", "ts", "@t"]) {
      assert.equal(parsed("json", `{"a":1,"${name}":"${time}"}`).time, time, name);
    }
    for (const name of ["level", "severity", "lvl", "log.level", "@l"]) {
      assert.equal(parsed("json", `{"${name}":"ERR","a":1}`).level, "error", name);
    }
    for (const name of ["message", "msg", "@m", "log"]) {
      assert.equal(parsed("json", `{"${name}":"hello"}`).message, "hello", name);
    }
    const { message, fields } = parsed("json", '{"msg":"second","x":1,"message":"first"}');
    assert.deepEqual([message, fields], ["first", { msg: "second", x: 1 }]);
  });

  it("reads times that are counts, and leaves those it cannot read among the fields", () => {
    assert.equal(parsed("json", '{"ts":1713796189.718,"msg":"x"}').time, time);
    assert.deepEqual(parsed("json", '{"time":"soon","ts":1713796189718,"msg":"x"}'), {
      time,
      level: undefined,
      message: "x",
      fields: { time: "soon" },
    });
    assert.equal(parse("json", '{"time":"soon","msg":"x"}')?.time, undefined);
  });

  it("leaves values of a role that are neither text nor number among the fields", () => {
    const line = '{"level":null,"message":{"a":1},"time":true}';
    assert.deepEqual(parsed("json", line), {
      time: undefined,
      level: undefined,
      message: line,
      fields: JSON.parse(line),
    });
    assert.equal(parsed("json", '{"level":30,"msg":"pino"}').level, "info");
    assert.equal(parsed("json", '{"level":3,"msg":"syslog"}').level, "error");
  });

  it("takes names such as __proto__ for plain data", () => {
    const line = '{"__proto__":{"polluted":1},"constructor":"x","msg":"m","toString":2,"hasOwnProperty":3}';
    assert.equal(
      parse("json", line)?.fields,
      '{"__proto__":{"polluted":1},"constructor":"x","toString":2,"hasOwnProperty":3}',
    );
    assert.equal(({} as { polluted?: number }).polluted, undefined);
  });

  it("counts only objects as JSON", () => {
    for (const line of [
      "[1]",
      '"text"',
      "1",
      "null",
      "",
      "  ",
      "{",
      "{}x",
      '{"a":1}{"b":2}',
      "{'a':1}",
      '{"a":01}',
      '{"a":1,}',
      '{"a":\t"\u0001"}',
      '{"a":"\\x"}',
      '{"a":"\\u12g4"}',
      '{"a" 1}',
      '{"a":[1 2]}',
      '{"a":[1}',
      '{"a":tru}',
      '{"a":.5}',
      '{"a":1.}',
      '{"a":"x}',
    ]) {
      assert.equal(parse("json", line), undefined, line);
    }
    assert.equal(parse("json", " {} ")?.fields, "{}");
    assert.equal(parse("json", '{\t"a" : [ ] , "b" : { } }')?.fields, '{"a" : [ ] , "b" : { }}');
  });

  it("agrees with JSON.parse about what is an object, and about every member", () => {
    const keys = fc.oneof(fc.string(), fc.constantFrom("time", "level", "msg", "__proto__"));
    const value = fc.jsonValue({ maxDepth: 4 });
    const spaced = fc.tuple(fc.dictionary(keys, value), fc.constantFrom(0, 1, "\t"));
    fc.assert(
      fc.property(
        spaced,
        fc.nat(),
        fc.constantFrom("", '"', "}", ",", "\\", "\n", "0", "e"),
        ([object, indent], at, noise) => {
          const whole = JSON.stringify(object, null, indent).replaceAll("\n", " ");
          const place = at % (whole.length + 1);
          for (const text of [whole, whole.slice(0, place), whole.slice(0, place) + noise + whole.slice(place)]) {
            let expected: unknown;
            try {
              expected = JSON.parse(text);
            } catch {}
            const isObject = typeof expected === "object" && expected !== null && !Array.isArray(expected);
            const members = readObject(text);
            assert.equal(members !== undefined, isObject, text);
            for (const { name, json } of members ?? []) {
              assert.deepEqual(JSON.parse(json), Object.getOwnPropertyDescriptor(expected, name)?.value, text);
            }
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("is not impressed by depth", () => {
    const deep = `{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`;
    assert.ok(parse("json", deep));
  });
});

describe("logfmt", () => {
  it("gives the pairs as text, with the common roles", () => {
    const line = `time=${time} level=warning msg="hello \\"you\\"\\n" status=200 empty= quoted="" ready path=/a=b status=500`;
    assert.deepEqual(parsed("logfmt", line), {
      time,
      level: "warn",
      message: 'hello "you"\n',
      fields: { status: "200", empty: "", quoted: "", ready: true, path: "/a=b" },
    });
  });

  it("refuses other text", () => {
    for (const line of ["", "plain words here", 'a="open', "=x", "one word and a=pair", 'say "hi" a=1']) {
      assert.equal(parse("logfmt", line), undefined, line);
    }
  });
});

describe("serilog", () => {
  it("reads the text of the file sink and of the console", () => {
    assert.deepEqual(parsed("serilog", "2024-04-22 14:29:49.718 +00:00 [INF] Environment: DEV; version: 1.0"), {
      time,
      level: "info",
      message: "Environment: DEV; version: 1.0",
      fields: {},
    });
    assert.deepEqual(parsed("serilog", "[14:29:49 FTL] [x] done"), {
      time: "2026-01-05T14:29:49.000Z",
      level: "fatal",
      message: "[x] done",
      fields: {},
    });
    assert.equal(parsed("serilog", "2024-04-22 16:29:49.7181234 +02:00 [VRB] ").time, "2024-04-22T14:29:49.7181234Z");
    for (const line of [
      "2024-04-22 14:29:49.718 INF x",
      "[INF] x",
      "plain",
      "2024-04-22 14:29:49 [not a level] x",
      "[14:29:49] x",
    ]) {
      assert.equal(parse("serilog", line), undefined, line);
    }
  });

  it("renders the template of compact JSON", () => {
    const line = `{"@t":"${time}","@mt":"{{x}} {User} took {Elapsed:0.0} ms, {@Order} {Missing} {N,4}|{N,-3}|","@r":["1.5"],"User":"bob","Elapsed":1.50,"Order":{"id":12345678901234567890},"N":7,"@@at":"@"}`;
    assert.deepEqual(parse("serilog", line), {
      time,
      level: "info",
      message: '{x} bob took 1.5 ms, {"id":12345678901234567890} {Missing}    7|7  |',
      fields: '{"User":"bob","Elapsed":1.50,"Order":{"id":12345678901234567890},"N":7,"@at":"@"}',
    });
  });

  it("takes the rendered message, the level and the exception of compact JSON", () => {
    const line = `{"@t":"${time}","@m":"rendered","@l":"Error","@x":"System.Exception: boom","@i":"a1b2","level":"mine"}`;
    assert.deepEqual(parsed("serilog", line), {
      time,
      level: "error",
      message: "rendered",
      fields: { "@x": "System.Exception: boom", "@i": "a1b2", level: "mine" },
    });
    assert.equal(parse("serilog", '{"level":"info"}'), undefined);
  });
});

describe("log4j", () => {
  for (const [line, level, thread, logger, message] of [
    ["14:29:49.718 [main] INFO  com.example.App - started", "info", "main", "com.example.App", "started"],
    ["14:29:49.718 [main] INFO  c.e.App -- started - ok", "info", "main", "c.e.App", "started - ok"],
    [
      "2024-04-22 14:29:49,718 [http-1] ERROR com.example.App - it: failed",
      "error",
      "http-1",
      "com.example.App",
      "it: failed",
    ],
    ["2024-04-22 14:29:49,718 WARN  [main] c.e.App:42 - careful", "warn", "main", "c.e.App:42", "careful"],
    ["2024-04-22 14:29:49,718 INFO org.apache.hadoop.Node: up", "info", undefined, "org.apache.hadoop.Node", "up"],
    [
      "[2024-04-22 14:29:49,718] INFO [KafkaServer id=0] started (kafka.server)",
      "info",
      "KafkaServer id=0",
      undefined,
      "started (kafka.server)",
    ],
    [
      "2024-04-22T14:29:49.718Z  INFO 1 --- [app] [           main] c.e.App                 : Started",
      "info",
      "main",
      "c.e.App",
      "Started",
    ],
    [
      "2024-04-22 14:29:49.718  INFO 4711 --- [           main] c.e.App                 : Started",
      "info",
      "main",
      "c.e.App",
      "Started",
    ],
    ["176 [main] DEBUG org.foo.Bar - elapsed", "debug", "main", "org.foo.Bar", "elapsed"],
  ] as const) {
    it(`reads ${line}`, () => {
      const record = parsed("log4j", line);
      const { pid: _, ...fields } = record.fields;
      const expected = Object.fromEntries(
        Object.entries({ thread, logger }).filter(([, value]) => value !== undefined),
      );
      assert.deepEqual([record.level, fields, record.message], [level, expected, message]);
    });
  }

  it("refuses other text", () => {
    for (const line of ["", "plain", "2024-04-22 14:29:49 hello", "INFO x - y"])
      assert.equal(parse("log4j", line), undefined, line);
  });
});

describe("nginx and apache", () => {
  const combined =
    '10.0.0.1 - bob [22/Apr/2024:14:29:49 +0000] "GET /a?b=c HTTP/1.1" 200 612 "https://example.org/" "curl/8 (\\"x\\")"';

  it("give their fields with status and bytes as numbers, and the line as message", () => {
    for (const preset of ["nginx", "apache"] as const) {
      assert.deepEqual(parsed(preset, combined), {
        time: "2024-04-22T14:29:49.000Z",
        level: undefined,
        message: combined,
        fields: {
          remote: "10.0.0.1",
          user: "bob",
          method: "GET",
          path: "/a?b=c",
          protocol: "HTTP/1.1",
          status: 200,
          bytes: 612,
          referer: "https://example.org/",
          agent: 'curl/8 (\\"x\\")',
        },
      });
    }
  });

  it("parse requests that are empty, broken, or hold quotes", () => {
    for (const [request, method, path, protocol] of [
      ["", "", "", ""],
      ["-", "", "", ""],
      ["\\x16\\x03\\x01\\x02", "", "", ""],
      ["GET /", "GET", "/", ""],
      ['GET /a"b HTTP/1.1', "GET", '/a"b', "HTTP/1.1"],
      ['GET /a\\" 200 1 HTTP/2.0', "GET", '/a\\" 200 1', "HTTP/2.0"],
      ["GET /with blank HTTP/1.1", "GET", "/with blank", "HTTP/1.1"],
    ]) {
      const { fields } = parsed("nginx", `::1 - - [22/Apr/2024:14:29:49 +0000] "${request}" 400 0 "-" "-"`);
      const { method: gotMethod, path: gotPath, protocol: gotProtocol, status } = fields;
      assert.deepEqual([gotMethod, gotPath, gotProtocol, status], [method, path, protocol, 400], request);
    }
  });

  it("parse the common format, no body, a user with a blank, a virtual host", () => {
    assert.equal(parsed("apache", 'h - a b [22/Apr/2024:14:29:49 +0000] "HEAD / HTTP/1.0" 304 -').fields.bytes, 0);
    assert.equal(parsed("apache", 'h - a b [22/Apr/2024:14:29:49 +0000] "HEAD / HTTP/1.0" 304 -').fields.user, "a b");
    const { fields } = parsed("apache", `example.org:443 ${combined}`);
    assert.deepEqual([fields.vhost, fields.remote], ["example.org:443", "10.0.0.1"]);
    assert.equal(parsed("apache", '::1 - - [22/Apr/2024:14:29:49 +0000] "GET / HTTP/1.0" 200 1').fields.remote, "::1");
    assert.equal(parse("nginx", "2024/04/22 14:29:49 [error] 1#1: x"), undefined);
  });
});

describe("syslog", () => {
  it("reads RFC 5424, and removes the byte order mark", () => {
    assert.deepEqual(
      parsed("syslog", `<34>1 ${time} host.example su 77 ID47 [a@1 b="c \\] d"][e] \u{feff}'su root' failed`),
      {
        time,
        level: "fatal",
        message: "'su root' failed",
        fields: {
          host: "host.example",
          app: "su",
          pid: "77",
          facility: "auth",
          msgid: "ID47",
          data: '[a@1 b="c \\] d"][e]',
        },
      },
    );
    assert.deepEqual(parsed("syslog", "<165>1 - - - - - -"), {
      time: undefined,
      level: "info",
      message: "",
      fields: { facility: "local4" },
    });
  });

  it("reads RFC 3164 and the forms of files", () => {
    assert.deepEqual(parsed("syslog", "<11>Dec 31 23:59:59 box app[42]: it failed"), {
      time: "2025-12-31T23:59:59.000Z",
      level: "error",
      message: "it failed",
      fields: { host: "box", app: "app", pid: "42", facility: "user" },
    });
    assert.deepEqual(parsed("syslog", `${time} box kernel: [1.2] up`).fields, { host: "box", app: "kernel" });
    assert.equal(parsed("syslog", "Jan  2 03:04:05 box no tag here").message, "no tag here");
    assert.equal(parse("syslog", "plain text"), undefined);
    assert.equal(parse("syslog", "<999>Dec 31 23:59:59 box x: y"), undefined);
  });

  it("has the levels of the priorities", () => {
    const levels = [0, 1, 2, 3, 4, 5, 6, 7].map(
      (severity) => parsed("syslog", `<${8 + severity}>Jan  2 03:04:05 h a: m`).level,
    );
    assert.deepEqual(levels, ["fatal", "fatal", "fatal", "error", "warn", "info", "info", "debug"]);
  });
});

describe("templates", () => {
  it("give time, level and message their places, and fields to the rest", () => {
    assert.deepEqual(
      parsed(
        { template: "{time} [{level}] ({id}) {_}: {message}" },
        "2024-04-22 14:29:49.718 +00:00 [WRN] (7) x: a: b",
      ),
      {
        time,
        level: "warn",
        message: "a: b",
        fields: { id: "7" },
      },
    );
  });

  it("let a time hold blanks", () => {
    for (const [stamp, expected] of [
      ["2024-04-22 14:29:49.718", time],
      ["2024-04-22 14:29:49.718 +00:00", time],
      ["Mon Apr 22 14:29:49 UTC 2024", "2024-04-22T14:29:49.000Z"],
      ["Apr 22 14:29:49", "2025-04-22T14:29:49.000Z"],
    ] as const) {
      const record = parsed({ template: "{time} {level} {message}" }, `${stamp} INFO hello there`);
      assert.deepEqual([record.time, record.level, record.message], [expected, "info", "hello there"], stamp);
    }
    assert.equal(
      parsed({ template: "{time}#{message}" }, "Mon Apr 22 14:29:49 UTC 2024#This is log").message,
      "This is log",
    );
    assert.deepEqual(parsed({ template: "{time} {message}" }, "someday hello").fields, { time: "someday" });
  });

  it("describe the whole line, with doubled braces for braces", () => {
    assert.equal(parse({ template: "{{{a}}}" }, "{x}")?.fields, '{"a":"x"}');
    assert.equal(parse({ template: "[{a}] {b}." }, "[1] 2.3.")?.fields, '{"a":"1","b":"2.3"}');
    for (const line of ["1] 2.", "[1] 2", "[1 2.", ""])
      assert.equal(parse({ template: "[{a}] {b}." }, line), undefined, line);
  });

  it("are refused when they cannot be told apart", () => {
    for (const [template, message] of [
      ["no capture", /captures nothing/],
      ["{a} {a}", /\{a\} is there twice/],
      ["{a}{b}", /nothing tells where \{a\}\{b\} is divided/],
      ["{a", /"\{" stands alone/],
      ["a} {b}", /"\}" stands alone/],
      ["{a b}", /"\{a b\}" is no capture/],
    ] as const) {
      assert.throws(() => parserOf({ template }, new TimeReader()), message, template);
    }
  });
});

describe("patterns", () => {
  it("give their named groups, whatever their flags", () => {
    const regex = /^(?<time>\S+) (?<level>\w+)(?: (?<user>u\d))? (?<message>.*)$/g;
    const record = parsed({ regex }, `${time} ERR failed`);
    assert.deepEqual(record, { time, level: "error", message: "failed", fields: {} });
    assert.deepEqual(parsed({ regex }, `never ERR u1 failed`).fields, { time: "never", user: "u1" });
    assert.equal(parse({ regex: /^x/ }, "y"), undefined);
  });
});

describe("auto", () => {
  for (const [line, time, level, message] of [
    ['{"level":"error","msg":"json"}', undefined, "error", "json"],
    ['{"@t":"2024-04-22T14:29:49.718Z","@mt":"Hello {N}","N":1}', "2024-04-22T14:29:49.718Z", "info", "Hello 1"],
    ["2024-04-22 14:29:49.718 +00:00 [INF] text", "2024-04-22T14:29:49.718Z", "info", "text"],
    ["2024-04-22 14:29:49,718 [main] ERROR a.B - text", "2024-04-22T14:29:49.718Z", "error", "text"],
    ["<34>Dec 31 23:59:59 box app: text", "2025-12-31T23:59:59.000Z", "fatal", "text"],
    ["2024-04-22T14:29:49Z stdout F text", "2024-04-22T14:29:49.000Z", undefined, "text"],
    ["ts=2024-04-22T14:29:49Z lvl=warn msg=text", "2024-04-22T14:29:49.000Z", "warn", "text"],
    ["[2024-04-22 14:29:49] [warning] text: more", "2024-04-22T14:29:49.000Z", "warn", "text: more"],
    ["2024-04-22 14:29:49 - ERROR - text", "2024-04-22T14:29:49.000Z", "error", "text"],
    ["2024-04-22T14:29:49Z server started: ok", "2024-04-22T14:29:49.000Z", undefined, "server started: ok"],
  ] as const) {
    it(`recognises ${line}`, () => {
      const record = parsed("auto", line);
      assert.deepEqual([record.time, record.level, record.message], [time, level, message]);
    });
  }

  it("leaves plain text alone", () => {
    for (const line of ["hello world", "", "{not json}", "at least"])
      assert.equal(parse("auto", line), undefined, line);
  });
});

/** Time that this process has worked; on a busy machine the clock tells nothing. */
const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

describe("every parser", () => {
  it("takes any line in linear time, and what it gives is valid", () => {
    const repeated = fc
      .tuple(fc.string({ minLength: 1, maxLength: 4 }), fc.constantFrom(1, 3, 2000))
      .map(([text, times]) => text.repeat(times));
    const line = fc
      .array(
        fc.oneof(
          repeated,
          fc.constantFrom(' "', "2024-04-22 14:29:49", "[", "] ", "=", '\\"', '{"a":', "<34>1 ", "- "),
        ),
      )
      .map((parts) => parts.join("").replace(/[\r\n]/g, " "));
    fc.assert(
      fc.property(line, fc.constantFrom(...parsePresets), (text, preset) => {
        const before = cpuMs();
        const record = parse(preset, text);
        if (record !== undefined) JSON.parse(record.fields);
        assert.ok(cpuMs() - before < 2000, preset);
      }),
      { numRuns: 2000 },
    );
  });

  it("is not held up by long lines made to hurt", () => {
    const hurtful = [
      "a ",
      "a=",
      '" 200 ',
      '\\"',
      "\\n",
      '{"a":',
      "[",
      " - ",
      "1.",
      "ab.",
      ": ",
      " [",
      '"\\\\',
      "eyJ",
      "::",
      "2024-",
    ];
    for (const preset of parsePresets) {
      for (const piece of hurtful) {
        for (const head of [
          "",
          '{"a":"',
          "2024-04-22 14:29:49 ",
          '1 - - [22/Apr/2024:14:29:49 +0000] "',
          "<34>1 - - - - - [",
          "2024-04-22 14:29:49 INFO ",
        ]) {
          const before = cpuMs();
          parse(preset, head + piece.repeat(100_000));
          assert.ok(cpuMs() - before < 4000, `${preset}: ${head}${piece}`);
        }
      }
    }
  });
});
