import type { MultilinePreset } from "../src/multiline/rule.ts";

/** Traces as the languages' own runtimes and usual loggers print them. */
interface Trace {
  readonly preset: MultilinePreset;
  readonly name: string;
  readonly lines: readonly string[];
}

function trace(preset: MultilinePreset, name: string, text: string): Trace {
  return { preset, name, lines: text.slice(1, -1).split("\n") };
}

export const traces: readonly Trace[] = [
  trace(
    "java",
    "nested causes",
    `
java.lang.IllegalStateException: Could not start
	at com.example.App.start(App.java:42)
	at com.example.App$$Lambda$14/0x0000000800066840.run(Unknown Source)
	at java.base/java.lang.Thread.run(Thread.java:833)
Caused by: java.io.UncheckedIOException: reading failed
	at com.example.Reader.<init>(Reader.java:7)
	... 12 more
Caused by: java.nio.file.NoSuchFileException: /etc/app.conf
	at java.base/sun.nio.fs.UnixException.translateToIOException(UnixException.java:92)
	... 13 common frames omitted
`,
  ),
  trace(
    "java",
    "suppressed, in a thread",
    `
Exception in thread "main" java.lang.RuntimeException: outer
	at Main.main(Main.java:5)
	Suppressed: java.io.IOException: close failed
		at Main.close(Main.java:9)
		... 1 more
	Caused by: java.lang.Error: nested
		at Main.a(Main.java:1)
`,
  ),
  trace(
    "java",
    "message of several lines",
    `
org.springframework.beans.factory.BeanCreationException: Error creating bean
Reason: no such class

Action: add it
	at org.springframework.Factory.create(Factory.java:1)
	at app//com.example.Main.main(Main.java:3)
`,
  ),
  trace(
    "python",
    "chain",
    `
Traceback (most recent call last):
  File "/app/main.py", line 3, in <module>
    int("x")
    ~~~^^^^^
ValueError: invalid literal for int() with base 10: 'x'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/app/main.py", line 5, in <module>
    raise KeyError("y")
KeyError: 'y'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/app/main.py", line 7, in <module>
    raise RuntimeError
  [Previous line repeated 995 more times]
RuntimeError
`,
  ),
  trace(
    "python",
    "exception group",
    `
  + Exception Group Traceback (most recent call last):
  |   File "<stdin>", line 1, in <module>
  | ExceptionGroup: eg (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | ValueError: 1
    +---------------- 2 ----------------
    | TypeError: two
lines
    +------------------------------------
`,
  ),
  trace(
    "dotnet",
    "inner exceptions",
    `
System.InvalidOperationException: outer
 ---> System.AggregateException: One or more errors occurred. (a) (b)
 ---> System.ArgumentException: a
   at App.Program.A() in /src/Program.cs:line 5
   --- End of inner exception stack trace ---
   at App.Program.B()
 ---> (Inner Exception #1) System.FormatException: b
   at App.Program.C()<---

   --- End of inner exception stack trace ---
   at App.Program.Main(String[] args) in /src/Program.cs:line 12
--- End of stack trace from previous location ---
   at System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw()
`,
  ),
  trace(
    "dotnet",
    "unhandled",
    `
Unhandled exception. System.NullReferenceException: Object reference not set to an instance of an object.
   at Program.<Main>$(String[] args) in C:\\src\\Program.cs:line 3
`,
  ),
  trace(
    "node",
    "uncaught",
    `
/app/index.js:5
  throw new Error("boom");
  ^

Error: boom
    at f (/app/index.js:5:9)
    at Object.<anonymous> (/app/index.js:8:1)
    at node:internal/main/run_main_module:36:49 {
  code: 'E_BOOM',
  [cause]: TypeError: inner
      at g (/app/index.js:1:7) {
    details: {
      a: 1
    }
  }
}

Node.js v24.21.0
`,
  ),
  trace(
    "node",
    "logged, with a property block",
    `
TypeError [ERR_INVALID_ARG_TYPE]: The "path" argument must be of type string.
Received undefined
    at Object.open (node:fs:545:3)
    at async main (file:///app/index.mjs:3:1) {
  code: 'ERR_INVALID_ARG_TYPE',

  other: 1
}
`,
  ),
  trace(
    "node",
    "two causes without a block",
    `
AggregateError: All promises were rejected
    at async Promise.any (index 0)
    at <anonymous>
`,
  ),
  trace(
    "go",
    "all goroutines",
    `
panic: runtime error: index out of range [5] with length 3 [recovered]
	panic: again
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x48f2a5]

goroutine 1 [running]:
main.(*Server).serve(0xc000010000, {0x4b2f60, 0x3})
	/src/main.go:12 +0x1d
main.main()
	/src/main.go:8 +0x1d

goroutine 18 [chan receive, 2 minutes]:
main.worker.func1()
	/src/worker.go:5 +0x25
created by main.worker in goroutine 1
	/src/worker.go:4 +0x4f
`,
  ),
  trace(
    "go",
    "fatal error",
    `
fatal error: all goroutines are asleep - deadlock!

goroutine 1 [select (no cases)]:
main.main()
	/src/main.go:4 +0x17
`,
  ),
  trace(
    "go",
    "message of several lines",
    `
panic: first line
second line

goroutine 1 [running]:
main.main()
	/src/main.go:4 +0x17
`,
  ),
  trace(
    "ruby",
    "with a cause",
    `
app.rb:6:in 'Object#outer': outer (RuntimeError)
	from app.rb:10:in '<main>'
app.rb:2:in 'Object#inner': inner (KeyError)
	from app.rb:4:in 'Object#outer'
	from app.rb:10:in '<main>'
`,
  ),
  trace(
    "ruby",
    "Rails",
    `
ActionView::Template::Error (undefined method 'x' for nil):
    1: <p>
    2: <%= nil.x %>

app/views/home/index.html.erb:2:in 'block in _app_views'
app/controllers/home_controller.rb:5:in 'index'
`,
  ),
  trace(
    "php",
    "chain",
    `
PHP Fatal error:  Uncaught Exception: inner in /app/index.php:3
Stack trace:
#0 /app/index.php(7): f()
#1 {main}

Next RuntimeException: outer in /app/index.php:9
Stack trace:
#0 {main}
  thrown in /app/index.php on line 9
`,
  ),
  trace(
    "php",
    "Monolog",
    `
Exception: boom {"exception":"[object] (Exception(code: 0): boom at /app/index.php:3)
[stacktrace]
#0 /app/index.php(7): f()
#1 {main}
"} 
`,
  ),
  trace(
    "rust",
    "panic with a backtrace",
    `
thread 'main' (4711) panicked at src/main.rs:2:5:
index out of bounds: the len is 3
but the index is 5
stack backtrace:
   0: rust_begin_unwind
             at /rustc/90b35a6/library/std/src/panicking.rs:665:5
   1: app::main
             at ./src/main.rs:2:5
note: Some details are omitted, run with \`RUST_BACKTRACE=full\` for a verbose backtrace.
`,
  ),
  trace(
    "rust",
    "old panic",
    `
thread '<unnamed>' panicked at 'boom', src/main.rs:2:5
note: run with \`RUST_BACKTRACE=1\` environment variable to display a backtrace
`,
  ),
  trace(
    "rust",
    "anyhow",
    `
Error: could not start

Caused by:
    0: reading the configuration
    1: No such file or directory (os error 2)

Stack backtrace:
   0: anyhow::error::new
             at ./src/error.rs:1:1
`,
  ),
];
