// Starts from a script it must be given, as programs did whose operators kept the settings in a shell script:
// `pi-web` runs /init/startup.sh, and the script runs `pi-web serve` with its settings in the environment.
import { spawn } from "node:child_process";
import { createServer } from "node:http";

const startup = process.env.PI_STARTUP ?? "/init/startup.sh";
const port = Number(process.env.PORT ?? 80);

// Machin's formula: pi = 16 arctan(1/5) - 4 arctan(1/239), in integers scaled by 10^(places + 10).
function pi(places) {
  const unit = 10n ** BigInt(places + 10);
  const arctan = (inverse) => {
    let power = unit / inverse;
    let sum = power;
    for (let n = 3n, sign = -1n; power > 0n; n += 2n, sign = -sign) {
      power /= inverse * inverse;
      sum += (sign * power) / n;
    }
    return sum;
  };
  const digits = String((16n * arctan(5n) - 4n * arctan(239n)) / 10n ** 10n);
  return places === 0 ? digits : `${digits[0]}.${digits.slice(1)}`;
}

function serve() {
  createServer((request, response) => {
    const places = Number(new URL(request.url, "http://localhost").searchParams.get("dp") ?? 6);
    const valid = Number.isInteger(places) && places >= 0 && places <= 5000;
    response.writeHead(valid ? 200 : 400, { "Content-Type": "text/plain" });
    response.end(valid ? `${pi(places)}\n` : "dp must be a whole number from 0 to 5000\n");
  }).listen(port, process.env.HOST);
  process.on("SIGTERM", () => process.exit(0));
}

function startFromScript() {
  const child = spawn(startup, { stdio: "inherit" });
  child.on("error", (error) => {
    console.error(`cannot run ${startup}: ${error.code}`);
    process.exit(error.code === "ENOENT" ? 127 : 126);
  });
  child.on("exit", (code) => process.exit(code ?? 1));
  process.on("SIGTERM", () => child.kill("SIGTERM"));
}

if (process.argv[2] === "serve") serve();
else startFromScript();
