// A certificate for this machine that nobody but the test knows.
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The settings of a server that shows it. */
export function certificate(): { TANDEM_TLS_CERT: string; TANDEM_TLS_KEY: string } {
  const folder = mkdtempSync(join(tmpdir(), "tandem-tls-"));
  const [cert, key] = [join(folder, "tls.crt"), join(folder, "tls.key")];
  const made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  execFileSync("openssl", [...made, ...names, "-keyout", key, "-out", cert], { stdio: "ignore" });
  return { TANDEM_TLS_CERT: cert, TANDEM_TLS_KEY: key };
}
